import type { Row } from "../../store/tables";
import { hashOf } from "../core/identifier";
import type { Command, Query, QueryContext } from "../engine";
import { refusal } from "./rule";

export type Fault = Row<"fault">;

/** What can go wrong in the cloud itself, for a while. */
export const faultKinds = ["THROTTLING", "METADATA_SYNC"] as const;
export type FaultKind = (typeof faultKinds)[number];

/** ENGINE: a throttled request is tried again after so many seconds, counted from the first try. */
const retryOffsets = [0, 1, 3, 7, 15, 31];
/** How long after its slot a throttled backup is made at the latest, seconds. */
export const longestRetrySeconds = Math.max(...retryOffsets);

export const listFaults: Query<undefined, readonly Fault[]> = async ({ store, settings }) =>
  store.find("fault", { account: settings.account });

/** Makes something go wrong from now until a time; a later fault of the same kind and region takes its place. */
export const putFault: Command<{ kind: FaultKind; regionId: string | null; until: number }, void> = async (
  { store, settings, now },
  { kind, regionId, until },
) => {
  const { account } = settings;
  const id = hashOf("fault", account, kind, regionId ?? "");
  await store.put("fault", [{ id, account, kind, regionId, fromTime: now, until }]);
};

export const removeFault: Command<{ kind: FaultKind; regionId: string | null }, void> = async (
  { store, settings },
  { kind, regionId },
) => {
  await store.remove("fault", [hashOf("fault", settings.account, kind, regionId ?? "")]);
};

/** Whether something goes wrong at a time, in a region. */
export function isFaulty(faults: readonly Fault[], kind: FaultKind, time: number, regionId: string | null): boolean {
  return faults.some(
    (fault) =>
      fault.kind === kind &&
      (fault.regionId === null || fault.regionId === regionId) &&
      fault.fromTime <= time &&
      time < fault.until,
  );
}

/** When a request that is first made at a time goes through, retries counted in; null when every try is throttled. */
export function untilAccepted(faults: readonly Fault[], time: number, regionId: string | null): number | null {
  const offset = retryOffsets.find((seconds) => !isFaulty(faults, "THROTTLING", time + seconds, regionId));
  return offset === undefined ? null : time + offset;
}

export const throttlingMessage = `the request was throttled ${retryOffsets.length} times, with growing pauses`;
export const throttlingRemedy = "run it again later, or ask for a higher API quota";

/** Refuses a request that is throttled at every try: all of it fails, nothing half. */
export async function requireCapacity(context: QueryContext): Promise<void> {
  const faults = await listFaults(context, undefined);
  if (untilAccepted(faults, context.now, null) !== null) return;
  throw refusal("A-80", "Throttling.User", "", throttlingMessage, throttlingRemedy);
}
