import type { Counts } from "../core/counts";
import { secondsPerDay } from "../core/time";
import type { Command, CommandContext } from "../engine";
import { effectivePolicy, type PolicyRow } from "./policy";
import { protectionsInCommon } from "./protection-bundle";
import type { Protection } from "./protection-row";
import {
  emptyLedger,
  jobHistoryDays,
  type Ledger,
  loadRunFacts,
  type PlannedProtection,
  runProtections,
} from "./protection-run";
import { noteFirstBackup } from "./service";
import { SlotList } from "./slot";

/** Rows that are held in memory before they are written: few enough to be gone before they are moved about. */
const rowsPerWrite = 1000;
/** Machines whose facts are loaded together. */
const machinesPerLoad = 500;

/**
 * What happens in Alibaba Cloud until a time: runs each protection's slots, then expires points. A protection's runs
 * depend on nothing but its own machines, so each is run through to the end by itself, or with those that share a
 * machine with it; points that come and go within one advance are only counted. The rows left behind are the same
 * however the way is split.
 */
export const advanceAlibaba: Command<{ until: number }, Counts> = async (context, { until }) => {
  const { store, settings } = context;
  const ledger = emptyLedger();
  const { account } = settings;
  const policies = await store.find("policy", { account });
  const bundles = await protectionsInCommon(context, policies);
  const bundled = new Set(bundles.flat().map(({ id }) => id));
  const plan = planner(policies, until);
  await runBundles(context, bundles.map(plan), ledger);
  for (const { id: policyId } of policies) {
    const protections = await store.find("protection", { account, policyId });
    const single = protections.filter(({ id }) => !bundled.has(id));
    await runBundles(
      context,
      single.map((protection) => plan([protection])),
      ledger,
    );
  }
  await flush(context, ledger, 0);
  if (ledger.firstBackupTime !== null) await noteFirstBackup(context, ledger.firstBackupTime);
  const expired = await expire(context, until);
  return { ...ledger.counts, expired: ledger.counts.expired + expired };
};

/** Gives protections their slots; all of one policy share a list, which is made when it is first needed. */
function planner(policies: readonly PolicyRow[], until: number) {
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  const known = new Map<string, SlotList>();
  const slotsOf = (policyId: string): SlotList | undefined => {
    const found = known.get(policyId);
    if (found !== undefined) return found;
    const policy = byId.get(policyId);
    if (policy === undefined) return undefined;
    const made = new SlotList(effectivePolicy(policy), until);
    known.set(policyId, made);
    return made;
  };
  return (protections: readonly Protection[]): readonly PlannedProtection[] =>
    protections.flatMap((protection) => {
      const slots = slotsOf(protection.policyId);
      return slots === undefined ? [] : [{ protection, slots }];
    });
}

async function runBundles(
  context: CommandContext,
  bundles: readonly (readonly PlannedProtection[])[],
  ledger: Ledger,
): Promise<void> {
  if (bundles.length === 0) return;
  const scope = { ...(await loadRunFacts(context)), ledger };
  for (let start = 0; start < bundles.length; start += machinesPerLoad) {
    const part = bundles.slice(start, start + machinesPerLoad);
    await runProtections(context, part, scope, () => flush(context, ledger, rowsPerWrite));
  }
}

/** Writes what has been gathered when it is more than `limit` rows. */
async function flush({ store }: CommandContext, ledger: Ledger, limit: number): Promise<void> {
  if (ledger.jobs.length + ledger.points.length + ledger.protections.length <= limit) return;
  await store.put("job", ledger.jobs.splice(0));
  await store.put("recoveryPoint", ledger.points.splice(0));
  await store.put("groupPoint", ledger.groupPoints.splice(0));
  await store.put("replica", ledger.replicas.splice(0));
  await store.put("protection", ledger.protections.splice(0));
}

/** Takes away what has expired by a time, shared or not, and the jobs that nobody remembers; counts points. */
async function expire({ store, settings }: CommandContext, until: number): Promise<number> {
  const { account } = settings;
  const gone = { account, expireTime: { lte: until } };
  await store.removeWhere("groupPoint", gone);
  await store.removeWhere("replica", gone);
  await store.removeWhere("snapshot", gone);
  const forgotten = until - jobHistoryDays * secondsPerDay;
  await store.removeWhere("job", { account, kind: "SCHEDULED", startTime: { lt: forgotten } });
  return store.removeWhere("recoveryPoint", gone);
}
