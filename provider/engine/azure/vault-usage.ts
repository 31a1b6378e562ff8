import type { Query } from "../engine";
import type { EngineError } from "../error";
import type { ProtectedItem, ProtectionState } from "./item-row";
import { type PointTier, pointTiers, tiersAt } from "./point-tier";
import type { PolicyRow } from "./policy";
import { isExpired, type VaultPoint } from "./recovery-point";
import type { Vault } from "./vault";
import { deletionRefusal } from "./vault-deletion";
import { holdingItems, isSoftDeleted, type SoftDeletedItem } from "./vault-holding";

/** What is in one tier of a vault now. */
export interface TierUsage {
  readonly tier: PointTier;
  readonly points: number;
  /** What the points in it took over: changed blocks only. */
  readonly bytes: number;
}

export interface PolicyUsage {
  readonly policy: PolicyRow;
  readonly items: number;
}

/** What a vault holds now. */
export interface VaultUsage {
  readonly items: Readonly<Record<ProtectionState, number>>;
  readonly softDeleted: readonly SoftDeletedItem[];
  /** Points that can be restored; one may be in two tiers. */
  readonly points: number;
  /** Points that an outsider broke. */
  readonly damagedPoints: number;
  readonly tiers: readonly TierUsage[];
  /** In the order of their names. */
  readonly policies: readonly PolicyUsage[];
  /** Why the vault can't be deleted; undefined when it can. */
  readonly deletion: EngineError | undefined;
}

export const vaultUsage: Query<Vault, VaultUsage> = async (context, vault) => {
  const held = await holdingItems(context, vault.id);
  const points = await livePoints(context, { vault, held });
  const sound = points.filter(({ damaged }) => !damaged);
  const placed = sound.map((point) => ({ bytes: point.bytesTotal, tiers: tiersAt(point, context.now) }));
  const tiers = pointTiers.map((tier) => {
    const inTier = placed.filter((point) => point.tiers.includes(tier));
    return { tier, points: inTier.length, bytes: inTier.reduce((sum, { bytes }) => sum + bytes, 0) };
  });
  return {
    items: countStates(held),
    softDeleted: held.filter(isSoftDeleted),
    points: sound.length,
    damagedPoints: points.length - sound.length,
    tiers,
    policies: await policyUsages(context, { vault, held }),
    deletion: held.length === 0 ? undefined : deletionRefusal(vault, held),
  };
};

interface HeldVault {
  readonly vault: Vault;
  readonly held: readonly ProtectedItem[];
}

/** The points that are there: neither expired nor of an item that went for good. */
const livePoints: Query<HeldVault, readonly VaultPoint[]> = async ({ store, settings, now }, { vault, held }) => {
  const itemIds = new Set(held.map(({ id }) => id));
  const points = await store.find("vaultPoint", { account: settings.account, vaultId: vault.id });
  return points.filter((point) => itemIds.has(point.itemId) && !isExpired(point, now));
};

function countStates(items: readonly ProtectedItem[]): Record<ProtectionState, number> {
  const counts = { Protected: 0, ProtectionStopped: 0, BackupsSuspended: 0, SoftDeleted: 0 };
  for (const item of items) counts[isSoftDeleted(item) ? "SoftDeleted" : (item.protectionState as ProtectionState)]++;
  return counts;
}

const policyUsages: Query<HeldVault, readonly PolicyUsage[]> = async ({ store, settings }, { vault, held }) => {
  const policies = await store.find("protectionPolicy", { account: settings.account, vaultId: vault.id });
  const items = new Map<string | null, number>();
  for (const { policyId } of held) items.set(policyId, (items.get(policyId) ?? 0) + 1);
  return policies
    .map((policy) => ({ policy, items: items.get(policy.id) ?? 0 }))
    .sort((a, b) => (a.policy.policyName < b.policy.policyName ? -1 : 1));
};
