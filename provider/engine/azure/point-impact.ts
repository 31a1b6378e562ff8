import { counted } from "../core/counted";
import { type Fate, type FateReason, fateOf, type Impact, ImpactCounter, type PointImpact } from "../core/impact";
import type { QueryContext } from "../engine";
import { nameOf } from "./arm-id";
import type { ProtectedItem } from "./item-row";
import type { PolicyProperties } from "./policy";
import { changedPoints, type ItemsChange, type PointChange } from "./policy-change";
import { isExpired, type VaultPoint } from "./recovery-point";
import { type RuleId, ruleSources } from "./rule";
import { findVault, settingsOf } from "./vault";

/** A change of items' points, and the policy that rules them after it; undefined: none. */
export interface RuledChange extends ItemsChange {
  readonly properties: PolicyProperties | undefined;
}

/** What a change makes of the points of items, by the very function that then changes them. */
export async function itemsImpact(context: QueryContext, change: RuledChange, limit: number): Promise<Impact> {
  const counter = new ImpactCounter(limit);
  for await (const points of changedPoints(context, change)) {
    for (const point of points) {
      const impact = pointImpact(point.before, point.after.expireTime, context.now);
      counter.add({ ...impact, reason: reasonOf(point, impact.fate, change.properties) });
    }
  }
  return endCount(context, counter);
}

/** What deleting an item with its points takes; in an immutable vault it is refused (Z-30). */
export async function removalImpact(context: QueryContext, item: ProtectedItem): Promise<Impact> {
  const { store, now } = context;
  const counter = new ImpactCounter(0);
  const vault = await findVault(context, item.vaultId);
  const settings = vault && settingsOf(vault);
  const isHeld = settings !== undefined && settings.immutability !== "Disabled";
  const keptDays =
    settings === undefined || settings.softDelete.state === "Disabled" ? 0 : settings.softDelete.retentionDays;
  const gone = keptDays === 0 ? fateReason("Z-29", "deleted with its item") : softDeleted(keptDays);
  for (const point of await store.find("vaultPoint", { itemId: item.id })) {
    if (isExpired(point, now)) continue;
    const reason = isHeld ? fateReason("Z-30", "immutable vault", point.expireTime) : gone;
    counter.add({ ...pointImpact(point, isHeld ? point.expireTime : now, now), reason });
  }
  return endCount(context, counter);
}

function softDeleted(days: number): FateReason {
  return fateReason("Z-29", `soft-deleted with its item, gone for good after ${counted(days, "day")}`);
}

function fateReason(rule: RuleId, message: string, until?: number | null): FateReason {
  return { rule, message, source: ruleSources[rule], ...(until === undefined ? {} : { until }) };
}

function pointImpact(point: VaultPoint, newExpireTime: number | null, now: number): Omit<PointImpact, "reason"> {
  return {
    recoveryPointId: point.armId,
    machineId: point.vmId,
    createTime: point.createTime,
    oldExpireTime: point.expireTime,
    newExpireTime,
    fate: fateOf(point.expireTime, newExpireTime, now),
    usable: !point.damaged,
  };
}

function reasonOf({ after, kept }: PointChange, fate: Fate, properties: PolicyProperties | undefined): FateReason {
  if (after.damaged && fate !== "PRUNED") return fateReason("Z-37", "damaged: its data was deleted, so no restore");
  if (after.expireTime === null) return fateReason("Z-33", "protection is stopped: kept for ever");
  if (after.ruleName === "OnDemand") return fateReason("Z-27", "made on demand, with an expiry of its own");
  if (kept === "IMMUTABLE") return fateReason("Z-30", "immutable vault", after.expireTime);
  if (kept === "UNSPOKEN") return fateReason("Z-27", "of a day that no retention speaks of: keeps its expiry");
  if (after.vaultTime === null) {
    const days = properties === undefined ? "its days" : counted(properties.instantRpRetentionRangeInDays, "day");
    return fateReason("Z-25", `a snapshot only, ${fate === "PRUNED" ? "older than" : "within"} ${days}`);
  }
  return fateReason("Z-27", ruleText(after.ruleName, fate, properties));
}

const units = { Daily: "day", Weekly: "week", Monthly: "month", Yearly: "year" } as const;

/** `within 30 days`, `monthly point, within 12 months`. */
function ruleText(ruleName: string, fate: Fate, properties: PolicyProperties | undefined): string {
  const { daily, weekly, monthly, yearly } = properties?.retentionPolicy ?? {};
  const counts = { Daily: daily?.count, Weekly: weekly?.count, Monthly: monthly?.count, Yearly: yearly?.count };
  const name = ruleName as keyof typeof counts;
  const count = counts[name];
  const kind = name === "Daily" ? "" : `${ruleName.toLowerCase()} point, `;
  if (count === undefined) return `${kind}by the expiry that it has`;
  return `${kind}${fate === "PRUNED" ? "older than" : "within"} ${counted(count, units[name])}`;
}

/** Names the machines, and finds out which of those that lose all of these points have others. */
async function endCount({ store, settings, now }: QueryContext, counter: ImpactCounter): Promise<Impact> {
  const machines = await store.getMany("virtualMachine", counter.machineIds);
  const known = machines.map(({ id, armId, vmName }) => [id, { machineId: armId, machineName: vmName }] as const);
  const unknown = counter.machineIds.map((id) => [id, { machineId: id, machineName: nameOf(id) }] as const);
  const elsewhere = new Set<string>();
  for (const [vmId, usable] of counter.emptied) {
    const items = (await store.find("protectedItem", { vmId })).filter(({ account }) => account === settings.account);
    let points = 0;
    for (const { id: itemId } of items) {
      for (const expireTime of [{ gt: now }, null]) {
        points += await store.count("vaultPoint", { itemId, damaged: false, expireTime });
      }
    }
    if (points > usable) elsewhere.add(vmId);
  }
  return counter.end({ names: new Map([...unknown, ...known]), elsewhere });
}
