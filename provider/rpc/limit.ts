import { status } from "@grpc/grpc-js";
import { StatusError } from "./status-error";

/**
 * Runs the work under one signal that is aborted when any of the given ones is, or when the time is over (0: never).
 * The work is waited for in any case: only it knows how far it came.
 */
export async function limited<T>(
  signals: readonly AbortSignal[],
  timeoutInSeconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = timeoutInSeconds > 0 ? setTimeout(stopLate, delayInMilliseconds(timeoutInSeconds)) : undefined;
  const listeners = signals.map((signal) => {
    const listener = () => controller.abort(signal.reason);
    if (signal.aborted) listener();
    else signal.addEventListener("abort", listener);
    return () => signal.removeEventListener("abort", listener);
  });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    for (const removeListener of listeners) removeListener();
  }

  function stopLate(): void {
    const problem = `the operation did not end within its time-out of ${timeoutInSeconds} s`;
    controller.abort(
      new StatusError(status.DEADLINE_EXCEEDED, `${problem}\n  fix: raise the resource option customTimeouts`),
    );
  }
}

/** Longer delays than a timer can hold would make it fire at once. */
function delayInMilliseconds(timeoutInSeconds: number): number {
  return Math.min(timeoutInSeconds * 1000, 2 ** 31 - 1);
}
