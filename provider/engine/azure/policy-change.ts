import { secondsPerDay } from "../core/time";
import type { Command, Query, QueryContext } from "../engine";
import { type PolicyProperties, type PolicyRow, propertiesOf } from "./policy";
import { archiveTimeOf, snapshotUntilOf, vaultLife } from "./policy-retention";
import { runDayOf } from "./policy-schedule";
import type { VaultPoint } from "./recovery-point";
import { type Reason, type RuleId, reason } from "./rule";
import { findVault, settingsOf } from "./vault";

export interface PolicyChange {
  /** As it is now. */
  readonly policy: PolicyRow;
  readonly old: PolicyProperties;
}

/** So many machines' points are held in memory at once. */
const itemsAtOnce = 200;

/**
 * A changed retention reaches the points that there are already, longer and shorter alike, as the service does it
 * (Z-27). ENGINE: each point keeps the day that it was made on and stays in, or out of, the vault; one of a day that
 * the new policy does not speak of keeps its expiry; a snapshot or standard-tier copy that is gone does not come back.
 * Points made on demand have their own expiry, and those of items whose protection is stopped have none. In an
 * immutable vault nothing comes to live shorter, not even by a clock that is another (Z-30).
 */
export const reapplyRetention: Command<PolicyChange, void> = async (context, { policy, old }) => {
  const change = await itemsChangeOf(context, { policy, old });
  if (change !== undefined) await reapplyToItems(context, change);
};

/** The items whose points a changed policy reaches; undefined when points live as long as before. */
const itemsChangeOf: Query<PolicyChange, ItemsChange | undefined> = async (context, { policy, old }) => {
  const next = propertiesOf(policy);
  if (!changesLives(old, next)) return undefined;
  const { store, settings } = context;
  const items = await store.find("protectedItem", { account: settings.account, policyId: policy.id });
  const itemIds = items.filter(({ protectionState }) => protectionState !== "SoftDeleted").map(({ id }) => id);
  return { vaultId: policy.vaultId, itemIds, old, next };
};

export interface ItemsChange {
  readonly vaultId: string;
  readonly itemIds: readonly string[];
  /** What their points were made under. */
  readonly old: PolicyProperties;
  readonly next: PolicyProperties;
}

/** Lets the points of items live as another policy says; see `reapplyRetention`. */
export const reapplyToItems: Command<ItemsChange, void> = async (context, change) => {
  for await (const pairs of reappliedPoints(context, change)) {
    await context.store.put(
      "vaultPoint",
      pairs.map(({ after }) => after),
    );
  }
};

/** A point as it is and as it would be. */
export interface PointChange {
  readonly before: VaultPoint;
  readonly after: VaultPoint;
}

async function* reappliedPoints(
  context: QueryContext,
  { vaultId, itemIds, old, next }: ItemsChange,
): AsyncGenerator<PointChange[]> {
  const { store, now } = context;
  const change: Reapplication = { old, next, now, mayShorten: !(await isImmutable(context, vaultId)) };
  for (let start = 0; start < itemIds.length; start += itemsAtOnce) {
    const points = await store.find("vaultPoint", { itemId: { in: itemIds.slice(start, start + itemsAtOnce) } });
    yield points
      .filter(({ ruleName, expireTime }) => ruleName !== "OnDemand" && (expireTime === null || expireTime > now))
      .map((before) => ({ before, after: reapplied(before, change) }));
  }
}

/** What a changed policy takes from the points that there are, before it is written; undefined: nothing (Z-27). */
export const shorteningOf: Query<PolicyChange, Reason | undefined> = async (context, policyChange) => {
  const change = await itemsChangeOf(context, policyChange);
  if (change === undefined) return undefined;
  const changes = await shortenedPoints(context, change);
  const remedy = "keep the longer retention; machines that need less take a policy of their own";
  return shorteningReason(context, { rule: "Z-27", changes, remedy });
};

/** Points of items under another policy, those alone that come to live shorter. */
export const shortenedPoints: Query<ItemsChange, PointChange[]> = async (context, change) => {
  const changes: PointChange[] = [];
  for await (const pairs of reappliedPoints(context, change)) changes.push(...pairs.filter(isShortened));
  return changes;
};

interface Shortening {
  readonly rule: RuleId;
  readonly changes: readonly PointChange[];
  readonly remedy: string;
}

/** Tells how many points live shorter after a change, and how many end at once; undefined for none. */
export function shorteningReason({ now }: QueryContext, { rule, changes, remedy }: Shortening): Reason | undefined {
  if (changes.length === 0) return undefined;
  const machines = new Set(changes.map(({ before }) => before.itemId)).size;
  const over = changes.filter(({ after }) => after.expireTime !== null && after.expireTime <= now).length;
  const end = over === 0 ? "" : `, and ${over === changes.length ? "end" : `${over} of them end`} at once`;
  const what = `${counted(changes.length, "recovery point")} of ${counted(machines, "machine")}`;
  return reason(rule, `${what} will live shorter than now${end}`, remedy);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Whether a point loses a day or more, or ends now: a clock that is another only moves the hour. */
export function isShortened({ before, after }: PointChange): boolean {
  return (
    (before.expireTime ?? Number.POSITIVE_INFINITY) - (after.expireTime ?? Number.POSITIVE_INFINITY) >= secondsPerDay
  );
}

async function isImmutable(context: QueryContext, vaultId: string): Promise<boolean> {
  const vault = await findVault(context, vaultId);
  return vault !== undefined && settingsOf(vault).immutability !== "Disabled";
}

/** Whether two policies let points live differently. */
function changesLives(old: PolicyProperties, next: PolicyProperties): boolean {
  const lives = ({ retentionPolicy, tieringPolicy, instantRpRetentionRangeInDays, timeZone }: PolicyProperties) =>
    JSON.stringify([retentionPolicy, tieringPolicy, instantRpRetentionRangeInDays, timeZone]);
  return lives(old) !== lives(next);
}

interface Reapplication {
  readonly old: PolicyProperties;
  readonly next: PolicyProperties;
  readonly now: number;
  readonly mayShorten: boolean;
}

/** A point under another retention; what is over by that ends now, not in the past. */
function reapplied(point: VaultPoint, { old, next, now, mayShorten }: Reapplication): VaultPoint {
  const { createTime, vaultTime } = point;
  const least = mayShorten ? now : Math.max(now, point.policyExpireTime ?? now);
  const snapshotEnd = Math.max(snapshotUntilOf(next, createTime), vaultTime ?? least, now);
  const snapshotUntil = point.snapshotUntil <= now ? point.snapshotUntil : snapshotEnd;
  if (vaultTime === null) return { ...point, snapshotUntil, ...expiries(point, snapshotUntil) };
  const life = vaultLife(next, createTime, runDayOf(old, createTime));
  const isKept = life !== null && (mayShorten || life.expireTime >= least);
  const ruleName = isKept ? life.ruleName : point.ruleName;
  const policyExpireTime = life === null ? point.policyExpireTime : Math.max(life.expireTime, least);
  const times = expiries(point, policyExpireTime);
  const isArchived = point.archiveTime !== null && point.archiveTime <= now;
  const archiveTime = isArchived
    ? point.archiveTime
    : archiveTimeOf(next, { ruleName, createTime, vaultTime, expireTime: policyExpireTime, notBefore: now });

  return { ...point, ruleName, snapshotUntil, ...times, archiveTime };
}

/** A point that is kept for ever stays so; only the expiry that holds once protection is resumed is another. */
function expiries(
  { expireTime }: VaultPoint,
  policyExpireTime: number | null,
): Pick<VaultPoint, "expireTime" | "policyExpireTime"> {
  return { expireTime: expireTime === null ? null : policyExpireTime, policyExpireTime };
}
