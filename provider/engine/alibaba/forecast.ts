import type { Query, QueryContext } from "../engine";
import { effectivePolicy } from "./policy";
import type { Protection } from "./protection-row";
import { emptyLedger, type Ledger, loadRunFacts, runProtections } from "./protection-run";
import { SlotList } from "./slot";

/** What one protection will have made by a time. */
export interface ProtectionForecast {
  /** UNIX seconds; null when no backup runs until then. */
  readonly firstBackup: number | null;
  /** Recovery points that exist at that time. */
  readonly points: number;
  readonly counts: Ledger["counts"];
  /** Bytes of the points that exist at that time, copies aside. */
  readonly bytes: number;
  /** Copies in another region that exist at that time. */
  readonly copies: number;
}

/** Looks ahead at one protection with the code of `advance`; writes nothing. */
export const forecastProtection: Query<
  { protectionId: string; until: number },
  ProtectionForecast | undefined
> = async (context, { protectionId, until }) => {
  const { store } = context;
  const protection = await store.get("protection", protectionId);
  const policy = protection === undefined ? undefined : await store.get("policy", protection.policyId);
  if (protection === undefined || policy === undefined) return undefined;
  const ledger = await look(context, protection, new SlotList(effectivePolicy(policy), until));
  const filters = [{ expireTime: { gt: until } }, { expireTime: null }].map((when) => ({ protectionId, ...when }));
  let [kept, bytes, copies] = [ledger.points.length, bytesOf(ledger.points), ledger.replicas.length];
  for (const filter of filters) {
    const points = await store.find("recoveryPoint", filter);
    kept += points.length;
    bytes += bytesOf(points);
  }
  for (const replica of await replicasOf(context, protection)) {
    if (replica.expireTime === null || replica.expireTime > until) copies += 1;
  }
  return { firstBackup: ledger.firstBackupTime, points: kept, counts: ledger.counts, bytes, copies };
};

function bytesOf(points: readonly { readonly bytesTotal: number }[]): number {
  return points.reduce((sum, { bytesTotal }) => sum + bytesTotal, 0);
}

async function look(context: QueryContext, protection: Protection, slots: SlotList): Promise<Ledger> {
  const ledger = emptyLedger();
  const scope = { ...(await loadRunFacts(context)), slots, ledger };
  await runProtections(context, [protection], scope, async () => {});
  return ledger;
}

async function replicasOf({ store }: QueryContext, { id, instanceId }: Protection) {
  return (await store.find("replica", { instanceId })).filter(({ protectionId }) => protectionId === id);
}
