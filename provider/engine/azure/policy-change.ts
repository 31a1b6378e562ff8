import type { Command, QueryContext } from "../engine";
import { type PolicyProperties, type PolicyRow, propertiesOf } from "./policy";
import { archiveTimeOf, snapshotUntilOf, vaultLife } from "./policy-retention";
import { runDayOf } from "./policy-schedule";
import type { VaultPoint } from "./recovery-point";
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
  const next = propertiesOf(policy);
  if (!changesLives({ old, next })) return;
  await changeLives(context, await itemsUnder(context, policy, { old, next }));
};

/** The items whose points a policy rules, with what they come under. */
export async function itemsUnder(
  { store, settings }: QueryContext,
  policy: PolicyRow,
  policies: ItemsChange["policies"],
): Promise<ItemsChange> {
  const items = await store.find("protectedItem", { account: settings.account, policyId: policy.id });
  const itemIds = items.filter(({ protectionState }) => protectionState !== "SoftDeleted").map(({ id }) => id);
  return { vaultId: policy.vaultId, itemIds, policies };
}

/** What changes about the lives of items' points. */
export interface ItemsChange {
  readonly vaultId: string;
  readonly itemIds: readonly string[];
  /** What they were made under and what they come under; undefined: no other policy. */
  readonly policies: { readonly old: PolicyProperties; readonly next: PolicyProperties } | undefined;
  /** Whether they are now kept for ever, or by their policy again (Z-33); undefined: as before. */
  readonly areKeptForEver?: boolean;
}

/** Lets the points of items live as another policy, or another state of protection, says. */
export const changeLives: Command<ItemsChange, void> = async (context, change) => {
  for await (const points of changedPoints(context, change)) {
    await context.store.put(
      "vaultPoint",
      points.map(({ after }) => after),
    );
  }
};

/** A point as it is and as it would be. */
export interface PointChange {
  readonly before: VaultPoint;
  readonly after: VaultPoint;
  /** Why the policy does not have its way: the vault is immutable, or no retention speaks of the point's day. */
  readonly kept?: "IMMUTABLE" | "UNSPOKEN";
}

/** The living points of items as they are and as they would be, the unchanged ones as well. */
export async function* changedPoints(
  context: QueryContext,
  { vaultId, itemIds, policies, areKeptForEver }: ItemsChange,
): AsyncGenerator<PointChange[], void, void> {
  const { store, now } = context;
  const isLiving = ({ expireTime }: VaultPoint) => expireTime === null || expireTime > now;
  const mayShorten = !(await isImmutable(context, vaultId));
  const change = policies !== undefined && changesLives(policies) ? { ...policies, now, mayShorten } : undefined;
  for (let start = 0; start < itemIds.length; start += itemsAtOnce) {
    const points = await store.find("vaultPoint", { itemId: { in: itemIds.slice(start, start + itemsAtOnce) } });
    yield points.filter(isLiving).map((before) => {
      const point = withState(before, areKeptForEver);
      if (change === undefined || point.ruleName === "OnDemand" || !isLiving(point)) return { before, after: point };
      return { ...reapplied(point, change), before };
    });
  }
}

/** Points of a stopped item are kept for ever; the policy's expiry holds again when it goes on (Z-33). */
function withState(point: VaultPoint, areKeptForEver: boolean | undefined): VaultPoint {
  if (areKeptForEver === undefined) return point;
  return { ...point, expireTime: areKeptForEver ? null : point.policyExpireTime };
}

async function isImmutable(context: QueryContext, vaultId: string): Promise<boolean> {
  const vault = await findVault(context, vaultId);
  return vault !== undefined && settingsOf(vault).immutability !== "Disabled";
}

/** Whether two policies let points live differently. */
function changesLives({ old, next }: NonNullable<ItemsChange["policies"]>): boolean {
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
function reapplied(
  point: VaultPoint,
  { old, next, now, mayShorten }: Reapplication,
): Pick<PointChange, "after" | "kept"> {
  const { createTime, vaultTime } = point;
  const least = mayShorten ? now : Math.max(now, point.policyExpireTime ?? now);
  const snapshotEnd = Math.max(snapshotUntilOf(next, createTime), vaultTime ?? least, now);
  const snapshotUntil = point.snapshotUntil <= now ? point.snapshotUntil : snapshotEnd;
  if (vaultTime === null) return { after: { ...point, snapshotUntil, ...expiries(point, snapshotUntil) } };
  const life = vaultLife(next, createTime, runDayOf(old, createTime));
  const isKept = life !== null && (mayShorten || life.expireTime >= least);
  const ruleName = isKept ? life.ruleName : point.ruleName;
  const policyExpireTime = life === null ? point.policyExpireTime : Math.max(life.expireTime, least);
  const times = expiries(point, policyExpireTime);
  const isArchived = point.archiveTime !== null && point.archiveTime <= now;
  const archiveTime = isArchived
    ? point.archiveTime
    : archiveTimeOf(next, { ruleName, createTime, vaultTime, expireTime: policyExpireTime, notBefore: now });

  const after = { ...point, ruleName, snapshotUntil, ...times, archiveTime };
  if (life === null) return { after, kept: "UNSPOKEN" };
  return isKept ? { after } : { after, kept: "IMMUTABLE" };
}

/** A point that is kept for ever stays so; only the expiry that holds once protection is resumed is another. */
function expiries(
  { expireTime }: VaultPoint,
  policyExpireTime: number | null,
): Pick<VaultPoint, "expireTime" | "policyExpireTime"> {
  return { expireTime: expireTime === null ? null : policyExpireTime, policyExpireTime };
}
