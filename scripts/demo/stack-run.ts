import { CommandError, type EngineEvent, type Stack } from "@pulumi/pulumi/automation";
import { digestEvents, type EventDigest } from "../../provider/review/step";

export interface StackRun extends EventDigest {
  readonly elapsedInSeconds: number;
}

type Operation = "preview" | "up" | "refresh" | "destroy";

/** An operation that failed, with what the CLI says about it. */
export class StackRunError extends Error {}

/** Runs one operation of the CLI without its output: what happened is in the result, what went wrong in the error. */
export async function runStack(stack: Stack, operation: Operation, signal: AbortSignal): Promise<StackRun> {
  const events: EngineEvent[] = [];
  const printed: string[] = [];
  const startInMilliseconds = Date.now();
  const options = {
    signal,
    onEvent: (event: EngineEvent) => void events.push(event),
    onOutput: (text: string) => void printed.push(text),
    onError: (text: string) => void printed.push(text),
  };
  try {
    await stack[operation](options);
    // The CLI hears of an interruption only while it runs, so one that came just before it ends here.
    signal.throwIfAborted();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const errors = digestEvents(events).diagnostics.filter((each) => each.severity === "error");
    const said = errors.length > 0 ? errors.map((each) => each.message).join("\n") : printed.join("");
    throw new StackRunError(`pulumi ${operation} failed:\n${said}`);
  }
  return { ...digestEvents(events), elapsedInSeconds: (Date.now() - startInMilliseconds) / 1000 };
}
