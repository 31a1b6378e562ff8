import { loadClock, saveClock } from "../core/clock";
import { secondsPerDay } from "../core/time";
import type { Command, CommandContext } from "../engine";
import { effectivePolicy, type PolicyRow } from "./policy";
import type { Protection } from "./protection-row";
import { type Counts, emptyLedger, jobHistoryDays, type Ledger, loadRunFacts, runProtections } from "./protection-run";
import { apiRefusal } from "./rule";
import { noteFirstBackup } from "./service";
import { SlotList } from "./slot";

/** Rows that are held in memory before they are written: few enough to be gone before they are moved about. */
const rowsPerWrite = 1000;
/** Machines whose facts are loaded together. */
const machinesPerLoad = 500;

/** What happened while the clock moved. */
export interface AdvanceSummary extends Readonly<Counts> {
  readonly from: number;
  readonly to: number;
}

/**
 * Moves the clock: runs each protection's slots, then expires points. A protection's runs depend on nothing but its
 * own machines, so each is run through to the end by itself; points that come and go within one advance are only
 * counted. The rows left behind are the same however the way is split.
 */
export const advance: Command<{ until: number }, AdvanceSummary> = async (context, { until }) => {
  const { store, now, settings } = context;
  const clock = await loadClock(store);
  if (until < now) {
    throw apiRefusal(
      "Engine.ClockRunsForward",
      "until",
      "the engine's clock can't be turned back",
      "give a later time",
    );
  }
  const ledger = emptyLedger();
  const { account } = settings;
  for (const policy of await store.find("policy", { account })) {
    const protections = await store.find("protection", { account, policyId: policy.id });
    if (protections.length > 0) await runPolicy(context, policy, protections, until, ledger);
  }
  await flush(context, ledger, 0);
  if (ledger.firstBackupTime !== null) await noteFirstBackup(context, ledger.firstBackupTime);
  const expired = await expire(context, until);
  await saveClock(store, { mode: clock?.mode ?? settings.clock, now: until });
  return { from: now, to: until, ...ledger.counts, expired: ledger.counts.expired + expired };
};

async function runPolicy(
  context: CommandContext,
  policy: PolicyRow,
  protections: readonly Protection[],
  until: number,
  ledger: Ledger,
): Promise<void> {
  const slots = new SlotList(effectivePolicy(policy), until);
  const scope = { ...(await loadRunFacts(context)), slots, ledger };
  for (let start = 0; start < protections.length; start += machinesPerLoad) {
    const part = protections.slice(start, start + machinesPerLoad);
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
