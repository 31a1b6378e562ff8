import { loadClock, saveClock } from "../core/clock";
import { slotsAfter } from "../core/schedule";
import { secondsPerDay } from "../core/time";
import type { Command, CommandContext } from "../engine";
import {
  type BackupOutcome,
  decideBackup,
  failedJobRow,
  type Job,
  jobRow,
  type RecoveryPoint,
  recoveryPointRow,
  scheduledIds,
} from "./backup";
import { type Consistency, type ConsistencyLevel, evaluateConsistency } from "./consistency";
import { loadFacts, type MachineFacts } from "./fact";
import { type EffectivePolicy, effectivePolicy, expireTimeOf } from "./policy";
import { type Protection, settingsOf } from "./protection";
import { apiRefusal } from "./rule";

/** ENGINE: how long the service remembers scheduled jobs. */
export const jobHistoryDays = 90;
/** Rows that are held in memory before they are written: few enough to be gone before they are moved about. */
const rowsPerWrite = 1000;
/** Machines whose facts are loaded together. */
const machinesPerLoad = 500;

/** What happened while the clock moved. */
export interface AdvanceSummary {
  readonly from: number;
  readonly to: number;
  readonly backups: Record<ConsistencyLevel, number>;
  readonly failed: number;
  /** Slots that fell into the previous job's run. */
  readonly skipped: number;
  readonly expired: number;
}

interface Counts {
  backups: Record<ConsistencyLevel, number>;
  failed: number;
  skipped: number;
  expired: number;
}

/** Everything one advance gathers before it writes. */
interface Ledger {
  readonly counts: Counts;
  readonly jobs: Job[];
  readonly points: RecoveryPoint[];
  readonly protections: Protection[];
}

/**
 * Moves the clock: runs each protection's slots, then expires points. A protection's runs depend on nothing but its
 * own machine, so each is run through to the end by itself; points that come and go within one advance are only
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
  const counts: Counts = { backups: { APPLICATION: 0, FILE_SYSTEM: 0, CRASH: 0 }, failed: 0, skipped: 0, expired: 0 };
  const ledger: Ledger = { counts, jobs: [], points: [], protections: [] };
  const policies = await store.find("policy", { account: settings.account });
  for (const policy of policies) {
    const protections = await store.find("protection", { account: settings.account, policyId: policy.id });
    if (protections.length > 0) await runPolicy(context, effectivePolicy(policy), protections, until, ledger);
  }
  await flush(context, ledger, 0);
  counts.expired += await store.removeWhere("recoveryPoint", { account: settings.account, expireTime: { lte: until } });
  const forgotten = until - jobHistoryDays * secondsPerDay;
  await store.removeWhere("job", { account: settings.account, kind: "SCHEDULED", startTime: { lt: forgotten } });
  await saveClock(store, { mode: clock?.mode ?? settings.clock, now: until });
  return { from: now, to: until, ...counts };
};

async function runPolicy(
  context: CommandContext,
  policy: EffectivePolicy,
  protections: readonly Protection[],
  until: number,
  ledger: Ledger,
): Promise<void> {
  const slots = new SlotList(policy, until);
  for (let start = 0; start < protections.length; start += machinesPerLoad) {
    const part = protections.slice(start, start + machinesPerLoad);
    const ids = part.map((protection) => protection.instanceId);
    const facts = await loadFacts(context.store, context.settings.account, ids);
    for (const protection of part) {
      runProtection(context, policy, protection, facts.get(protection.instanceId), slots, ledger);
      await flush(context, ledger, rowsPerWrite);
    }
  }
}

/** The slots of a policy until a time: made once for all protections that have run equally far. */
class SlotList {
  readonly #slots = new Map<number, readonly number[]>();

  constructor(
    private readonly policy: EffectivePolicy,
    readonly until: number,
  ) {}

  /** The slots of all schedules in one order; two that fall together are one run. */
  after(time: number): readonly number[] {
    const known = this.#slots.get(time);
    if (known !== undefined) return known;
    const slots = new Set<number>();
    for (const schedule of this.policy.schedules) {
      for (const slot of slotsAfter(schedule, time)) {
        if (slot > this.until) break;
        slots.add(slot);
      }
    }
    const made = [...slots].sort((a, b) => a - b);
    this.#slots.set(time, made);
    return made;
  }
}

function runProtection(
  context: CommandContext,
  policy: EffectivePolicy,
  protection: Protection,
  facts: MachineFacts | undefined,
  slots: SlotList,
  ledger: Ledger,
): void {
  const { until } = slots;
  let { runs, lastStartTime, lastCompleteTime } = protection;
  if (!protection.disabled && facts !== undefined && !facts.machine.released) {
    const consistency = evaluateConsistency(facts, settingsOf(protection), context.settings);
    const run = { policy, protection, facts, consistency, until, ledger, outcomes: new Map() };
    for (const slot of slots.after(protection.scheduledUntil)) {
      if (lastCompleteTime !== null && slot < lastCompleteTime) {
        ledger.counts.skipped += 1;
        continue;
      }
      runs += 1;
      lastCompleteTime = runSlot(run, slot, runs, lastStartTime);
      lastStartTime = slot;
    }
  }
  ledger.protections.push({ ...protection, runs, lastStartTime, lastCompleteTime, scheduledUntil: until });
}

interface Run {
  readonly policy: EffectivePolicy;
  readonly protection: Protection;
  readonly facts: MachineFacts;
  readonly consistency: Consistency;
  readonly until: number;
  readonly ledger: Ledger;
  /** By the seconds since the previous backup: nothing else makes two of them differ. */
  readonly outcomes: Map<number | null, BackupOutcome>;
}

/** One scheduled job; returns when it is done. */
function runSlot(run: Run, startTime: number, number: number, previousTime: number | null): number {
  const { consistency, until, ledger } = run;
  const isRemembered = startTime >= until - jobHistoryDays * secondsPerDay;
  if (consistency.coverage.covered.length === 0) {
    ledger.counts.failed += 1;
    if (isRemembered) {
      const message = "no disk of the machine can be backed up";
      ledger.jobs.push(failedJobRow(baseOf(run, startTime, number), "Engine.NothingToBackUp", message));
    }
    return startTime;
  }
  const outcome = outcomeOf(run, startTime, previousTime);
  const expireTime = expireTimeOf(run.policy, startTime);
  const isKept = expireTime > until;
  ledger.counts.backups[consistency.achieved] += 1;
  if (!isKept) ledger.counts.expired += 1;
  // Most slots of a long way leave no row at all.
  if (isRemembered || isKept) {
    const rows = { ...baseOf(run, startTime, number), outcome, expireTime };
    if (isRemembered) ledger.jobs.push(jobRow(rows));
    if (isKept) ledger.points.push(recoveryPointRow(rows));
  }
  return startTime + outcome.durationSeconds;
}

function baseOf({ protection }: Run, startTime: number, number: number) {
  return {
    account: protection.account,
    instanceId: protection.instanceId,
    kind: "SCHEDULED" as const,
    protectionId: protection.id,
    policyId: protection.policyId,
    startTime,
    ...scheduledIds(protection.id, number),
  };
}

function outcomeOf(run: Run, startTime: number, previousTime: number | null): BackupOutcome {
  const gap = previousTime === null ? null : startTime - previousTime;
  const known = run.outcomes.get(gap);
  if (known !== undefined) return known;
  const { facts, consistency } = run;
  const outcome = decideBackup({ facts, consistency, startTime, previousTime });
  run.outcomes.set(gap, outcome);
  return outcome;
}

/** Writes what has been gathered when it is more than `limit` rows. */
async function flush({ store }: CommandContext, ledger: Ledger, limit: number): Promise<void> {
  if (ledger.jobs.length + ledger.points.length + ledger.protections.length <= limit) return;
  await store.put("job", ledger.jobs.splice(0));
  await store.put("recoveryPoint", ledger.points.splice(0));
  await store.put("protection", ledger.protections.splice(0));
}

/** What one protection will have made by a time. */
export interface ProtectionForecast {
  /** UNIX seconds; null when no backup runs until then. */
  readonly firstBackup: number | null;
  /** Recovery points that exist at that time. */
  readonly points: number;
}

/** Looks ahead at one protection with the code of `advance`; writes nothing. */
export const forecastProtection: Command<
  { protectionId: string; until: number },
  ProtectionForecast | undefined
> = async (context, { protectionId, until }) => {
  const { store, settings } = context;
  const protection = await store.get("protection", protectionId);
  const policy = protection === undefined ? undefined : await store.get("policy", protection.policyId);
  if (protection === undefined || policy === undefined) return undefined;
  const facts = await loadFacts(store, settings.account, [protection.instanceId]);
  const counts: Counts = { backups: { APPLICATION: 0, FILE_SYSTEM: 0, CRASH: 0 }, failed: 0, skipped: 0, expired: 0 };
  const ledger: Ledger = { counts, jobs: [], points: [], protections: [] };
  const effective = effectivePolicy(policy);
  const slots = new SlotList(effective, until);
  runProtection(context, effective, protection, facts.get(protection.instanceId), slots, ledger);
  const [first] = slots.after(protection.scheduledUntil);
  const kept = await store.count("recoveryPoint", { protectionId, expireTime: { gt: until } });
  const forEver = await store.count("recoveryPoint", { protectionId, expireTime: null });
  const firstBackup = ledger.jobs.length > 0 || ledger.counts.expired > 0 ? (first ?? null) : null;
  return { firstBackup, points: ledger.points.length + kept + forEver };
};
