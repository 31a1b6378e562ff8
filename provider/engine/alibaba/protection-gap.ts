import { isReplaced } from "../core/incarnation";
import { type ComingSlots, comingSlots, type MachineCover } from "../core/protection-gap";
import { slotsAfter } from "../core/schedule";
import type { Query } from "../engine";
import { machinesBehind, protectionsOver } from "./consistency-group";
import { effectivePolicy } from "./policy";
import type { Protection } from "./protection-row";

/** What the machines of a source have to go back to; a machine that was released is left out. */
export const coverOf: Query<string, readonly MachineCover[]> = async (context, sourceId) => {
  const { store, now } = context;
  const ids = await machinesBehind(context, sourceId);
  const machines = (await store.getMany("machine", ids)).filter(({ released }) => !released);
  const covers: MachineCover[] = [];
  for (const { id, instanceName } of machines) {
    const points = (await store.find("recoveryPoint", { instanceId: id })).filter(
      ({ expireTime }) => expireTime === null || expireTime > now,
    );
    const ends = points.map(({ expireTime }) => expireTime);
    covers.push({
      machineId: id,
      machineName: instanceName,
      points: points.length,
      newest: points.reduce<number | null>(
        (newest, { createTime }) => Math.max(newest ?? createTime, createTime),
        null,
      ),
      lastExpiry: ends.includes(null) || ends.length === 0 ? null : Math.max(...(ends as number[])),
    });
  }
  return covers;
};

/** Those machines of a source that stay, and that nothing protects but this protection. */
export const onlyProtectedBy: Query<{ sourceId: string; protectionId: string }, readonly MachineCover[]> = async (
  context,
  { sourceId, protectionId },
) => {
  const alone: MachineCover[] = [];
  for (const cover of await coverOf(context, sourceId)) {
    const machine = { resourceType: "cloudbackup:ecs:Instance", resourceId: cover.machineId };
    if (await isReplaced(context, machine)) continue;
    const all = await protectionsOver(context, cover.machineId);
    if (!all.some(({ id, disabled }) => id !== protectionId && !disabled)) alone.push(cover);
  }
  return alone;
};

/** The next slots of a protection; none while it is suspended. */
export const slotsOf: Query<Pick<Protection, "policyId" | "disabled">, ComingSlots> = async (
  { store, now },
  { policyId, disabled },
) => {
  const policy = disabled ? undefined : await store.get("policy", policyId);
  if (policy === undefined || policy.policyType === "STANDARD") return { first: null, interval: null };
  const schedules = effectivePolicy(policy).backups.map(({ schedule }) => slotsAfter(schedule, now));
  return comingSlots(inOneOrder(schedules));
};

/** The slots of several schedules in one order, each time once. */
function* inOneOrder(schedules: readonly Iterator<number>[]): Generator<number, void, void> {
  const heads = schedules.map((schedule) => ({ schedule, next: schedule.next() }));
  for (;;) {
    const times = heads.flatMap(({ next }) => (next.done === true ? [] : [next.value]));
    if (times.length === 0) return;
    const time = Math.min(...times);
    yield time;
    for (const head of heads) if (head.next.done !== true && head.next.value === time) head.next = head.schedule.next();
  }
}
