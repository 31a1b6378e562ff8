import type { Reader, Writer } from "../../store/store";
import type { Query } from "../engine";
import { invariant } from "../error";
import { manualClockStart } from "./time";

/** The engine's clock row: time is a fact of the store, so that every process sees the same. */
export interface Clock {
  readonly mode: "manual" | "wall";
  readonly now: number;
}

const clockId = "clock";

export async function loadClock(store: Reader): Promise<Clock | undefined> {
  const row = await store.get("setting", clockId);
  return row === undefined ? undefined : (row.value as unknown as Clock);
}

/** The time of an engine; one that isn't made yet stands at the start of the manual clock. */
export async function readClock(store: Reader): Promise<number> {
  return (await loadClock(store))?.now ?? manualClockStart;
}

/** How the clock of this engine moves. */
export const readClockMode: Query<undefined, Clock["mode"]> = async ({ store, settings }) =>
  (await loadClock(store))?.mode ?? settings.clock;

export async function saveClock(store: Writer, clock: Clock): Promise<void> {
  invariant(Number.isSafeInteger(clock.now), "the clock stands on a whole second");
  const value = { mode: clock.mode, now: clock.now };
  await store.put("setting", [{ id: clockId, value }]);
}
