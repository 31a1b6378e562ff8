import { counted } from "../core/counted";
import { type FateReason, fateOf, type Impact, ImpactCounter, type PointImpact } from "../core/impact";
import { secondsPerDay } from "../core/time";
import { tryOut } from "../core/trial";
import type { Command, Query, QueryContext } from "../engine";
import { detailOfPoint, isImmutable, type RecoveryPoint } from "./backup";
import { deletionRefusal } from "./point-deletion";
import { isShorter } from "./point-life";
import { effectivePolicy, effectiveRules, findPolicy, protectionsUnder } from "./policy";
import { changedPoints, type PointChange, type PolicyChange } from "./policy-change";
import type { UnnumberedRule } from "./policy-rule";
import type { Protection } from "./protection-row";
import { createOverride, type OverrideInput, type RetentionOverride, updateOverride } from "./retention-override";
import { type RuleId, ruleSources } from "./rule";
import { findSnapshot } from "./snapshot";

/** What other rules make of the points of protections, by the very function that then changes them. */
export async function policyImpact(context: QueryContext, change: PolicyChange, limit: number): Promise<Impact> {
  const counter = new ImpactCounter(limit);
  for await (const { points } of changedPoints(context, change)) {
    for (const point of points) counter.add(impactOf(point, context.now));
  }
  return endCount(context, counter);
}

/** What other rules for a policy change for the protections under it; undefined: nothing is under it. */
export const rulesChange: Query<
  { readonly policyId: string; readonly rules: readonly UnnumberedRule[] },
  PolicyChange | undefined
> = async (context, { policyId, rules }) => {
  const policy = await context.store.get("policy", policyId);
  const protections = await protectionsUnder(context, policyId);
  if (policy === undefined || protections.length === 0) return undefined;
  return { protections, old: effectivePolicy(policy), next: effectiveRules(rules) };
};

/** What another policy changes for a protection; its own one changes nothing. Undefined: there is no such policy. */
export const swapChange: Query<
  { readonly protection: Protection; readonly policyId: string },
  PolicyChange | undefined
> = async (context, { protection, policyId }) => {
  const old = await context.store.get("policy", protection.policyId);
  const next = old?.id === policyId ? old : await findPolicy(context, policyId);
  if (old === undefined || next === undefined) return undefined;
  return { protections: [protection], old: effectivePolicy(old), next: effectivePolicy(next) };
};

/** What an override makes of the points that it means, and whether it means single disks of them. */
export const overrideImpact: Query<OverrideInput & { readonly own: RetentionOverride | undefined }, Impact> = async (
  context,
  { own, ...input },
) => {
  const put: Command<OverrideInput, RetentionOverride> = (imagined, asked) =>
    own === undefined
      ? createOverride(imagined, { ...asked, id: "ro-trial" })
      : updateOverride(imagined, { id: own.id, retentionDays: asked.retentionDays });
  const look: Query<RetentionOverride, readonly (readonly [Meant, Meant])[]> = async (imagined, override) => {
    const before = new Map((await meantBy(context, override)).map((row) => [row.id, row]));
    return (await meantBy(imagined, override)).map((row) => [before.get(row.id) ?? row, row] as const);
  };
  const counter = new ImpactCounter(0);
  const length = input.retentionDays === null ? "for ever" : `for ${counted(input.retentionDays, "day")}`;
  for (const [before, after] of await tryOut(context, { command: put, input, look })) {
    const impact = pointImpact(before, after.expireTime, context.now);
    const isLonger = impact.fate !== "KEPT";
    const reason = fateReason("A-38", isLonger ? `held by the override ${length}` : "lives as long already");
    counter.add({ ...impact, reason });
  }
  return endCount(context, counter);
};

type Meant = Pick<RecoveryPoint, "id" | "instanceId" | "createTime" | "expireTime"> & { readonly damaged?: boolean };

/** The points of machines, or the disks, that an override holds; of a group's point those of its machines. */
const meantBy: Query<RetentionOverride, readonly Meant[]> = async (context, { dimension, recoveryPointIds: ids }) => {
  const { store } = context;
  if (dimension === "INSTANCE") return store.getMany("recoveryPoint", ids);
  if (dimension === "GROUP") {
    const groups = await store.getMany("groupPoint", ids);
    return store.getMany(
      "recoveryPoint",
      groups.flatMap(({ recoveryPointIds }) => recoveryPointIds),
    );
  }
  const disks = await Promise.all(ids.map((id) => findSnapshot(context, id)));
  return disks.flatMap((disk) => disk ?? []);
};

/** What deleting the points of a protection with it takes; one that is held makes it be refused. */
export async function removalImpact(context: QueryContext, { id: protectionId }: Protection): Promise<Impact> {
  const counter = new ImpactCounter(0);
  for (const point of await context.store.find("recoveryPoint", { protectionId })) {
    const isHeld = deletionRefusal(point, "ON_DESTROY") !== undefined;
    const expireTime = isHeld ? point.expireTime : context.now;
    const reason = isHeld ? holdOf(point) : fateReason("A-45", "deleted with its protection");
    counter.add({ ...pointImpact(point, expireTime, context.now), reason });
  }
  return endCount(context, counter);
}

function fateReason(rule: RuleId, message: string, until?: number | null): FateReason {
  return { rule, message, source: ruleSources[rule], ...(until === undefined ? {} : { until }) };
}

function pointImpact(point: Meant, newExpireTime: number | null, now: number): Omit<PointImpact, "reason"> {
  return {
    recoveryPointId: point.id,
    machineId: point.instanceId,
    createTime: point.createTime,
    oldExpireTime: point.expireTime,
    newExpireTime,
    fate: fateOf(point.expireTime, newExpireTime, now),
    usable: point.damaged !== true,
  };
}

function impactOf(change: PointChange, now: number): PointImpact {
  const { before, after } = change;
  const impact = pointImpact(before, after.expireTime, now);
  return { ...impact, reason: reasonOf(change, impact.fate) };
}

const firstOf = { DAILY: "day", WEEKLY: "week", MONTHLY: "month", YEARLY: "year" } as const;

function reasonOf({ after, retention }: PointChange, fate: PointImpact["fate"]): FateReason {
  const { createTime, expireTime, damaged } = after;
  if (damaged && fate !== "PRUNED") return fateReason("A-39", "damaged: a snapshot was deleted, so no restore");
  const ownEnd = retention === undefined ? undefined : createTime + retention.days * secondsPerDay;
  const isHeld = after.extended || isImmutable(after);
  if (isHeld && (ownEnd === undefined || isShorter(ownEnd, expireTime))) return holdOf(after);
  const days = retention?.days ?? Math.round(((expireTime ?? createTime) - createTime) / secondsPerDay);
  const period = detailOfPoint(after).advancedRetentionType;
  const first = period === undefined || period === null ? "" : `first of its ${firstOf[period]}, `;
  if (fate === "PRUNED") return fateReason("A-37", `${first}older than ${counted(days, "day")}`);
  return fateReason("A-36", `${first}within ${counted(days, "day")}`);
}

/** What keeps a point, whatever its policy says. */
function holdOf(point: RecoveryPoint): FateReason {
  if (point.extended) return fateReason("A-38", "held by an override", point.expireTime);
  return fateReason("A-43", "immutable", point.expireTime);
}

/** Names the machines, and finds out which of those that lose all of these points have others. */
async function endCount({ store }: QueryContext, counter: ImpactCounter): Promise<Impact> {
  const machines = await store.getMany("machine", counter.machineIds);
  const names = new Map(
    machines.map(({ id, instanceName }) => [
      id,
      { machineId: id, machineName: instanceName === "" ? id : instanceName },
    ]),
  );
  const { emptied } = counter;
  const elsewhere = new Set<string>();
  if (emptied.size > 0) {
    const filter = { instanceId: { in: [...emptied.keys()] }, damaged: false };
    const counts = await store.countBy("recoveryPoint", "instanceId", filter);
    for (const [id, count] of counts) if (count > (emptied.get(id) ?? 0)) elsewhere.add(id);
  }
  return counter.end({ names, elsewhere });
}
