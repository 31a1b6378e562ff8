import { type Counts, noCounts } from "../core/counts";
import type { ConsistencyLevel } from "../core/level";
import { secondsPerDay } from "../core/time";
import type { QueryContext } from "../engine";
import { type Job, type RecoveryPoint, runName, scheduledPointId } from "./backup";
import {
  copyTermsOf,
  failureOf,
  type Member,
  outcomeOf,
  type RunResult,
  type RunSetting,
  type RunState,
  runBackup,
  usedKey,
} from "./backup-run";
import { evaluateConsistency } from "./consistency";
import { machinesBehind } from "./consistency-group";
import { loadFacts, type MachineFacts } from "./fact";
import { type Fault, listFaults } from "./fault";
import type { GroupPoint } from "./group-point";
import { type KmsKey, loadKeys } from "./kms-key";
import { isGroupId, type Protection, settingsOf } from "./protection-row";
import { type CopyOutcome, type Replica, timeCopy } from "./replication";
import { retentionOf, type Slot, type SlotList } from "./slot";
import { mostAtOnce } from "./snapshot-forecast";
import { loadQuotas, type SnapshotQuota } from "./snapshot-quota";

/** ENGINE: how long the service remembers scheduled jobs. */
export const jobHistoryDays = 90;

/** Everything that running protections gathers before it is written. */
export interface Ledger {
  readonly counts: Counts;
  readonly jobs: Job[];
  readonly points: RecoveryPoint[];
  readonly groupPoints: GroupPoint[];
  readonly replicas: Replica[];
  readonly protections: Protection[];
  /** When the first point of all was made; null for none. */
  firstBackupTime: number | null;
  /** Is told of every run instead of keeping what it leaves. */
  readonly watch?: RunWatch;
}

/** What a look ahead is told of a point, also of one that leaves no row. */
export type PointMade = Pick<
  RecoveryPoint,
  "id" | "instanceId" | "createTime" | "expireTime" | "bytesTotal" | "damaged"
>;

export interface RunWatch {
  /** A point was made; those of a group's machines are one after another. */
  made(slot: Slot, point: PointMade): void;
  failed(slot: Slot, job: Job): void;
  copied(slot: Slot, copy: CopyOutcome): void;
  /** Nothing was done: the job before still runs. */
  skipped(slot: Slot, runningUntil: number): void;
}

export function emptyLedger(): Ledger {
  return {
    counts: noCounts(),
    jobs: [],
    points: [],
    groupPoints: [],
    replicas: [],
    protections: [],
    firstBackupTime: null,
  };
}

/** What the runs of all protections have in common. */
export interface RunScope {
  readonly keys: ReadonlyMap<string, KmsKey>;
  readonly faults: readonly Fault[];
  readonly ledger: Ledger;
}

export async function loadRunFacts(context: QueryContext): Promise<Pick<RunScope, "keys" | "faults">> {
  return { keys: await loadKeys(context, undefined), faults: await listFaults(context, undefined) };
}

/** The machines of one protection, ready to be run. */
export async function membersOf(context: QueryContext, protection: Protection, runs: number): Promise<Member[]> {
  const ids = await machinesBehind(context, protection.instanceId);
  const facts = await loadFacts(context.store, context.settings.account, ids);
  const quotas = await loadQuotas(context.store, [...facts.values()], runs);
  return ids.map((id) => memberOf(context, protection, id, facts.get(id), quotas.get(id)));
}

/** A protection and when it runs. */
export interface PlannedProtection {
  readonly protection: Protection;
  readonly slots: SlotList;
  /** Where it leaves its own; absent: where all leave theirs. */
  readonly ledger?: Ledger;
}

/**
 * Runs protections to the end of their slots; what they leave goes into the ledger. Those of one bundle have machines
 * in common, whose snapshots count for all of them: they run side by side.
 */
export async function runProtections(
  context: QueryContext,
  bundles: readonly (readonly PlannedProtection[])[],
  scope: RunScope,
  afterEach: () => Promise<void>,
): Promise<void> {
  const { store, settings } = context;
  const protections = bundles.flat().map(({ protection }) => protection);
  const idsOf = new Map<string, readonly string[]>();
  for (const protection of protections) idsOf.set(protection.id, await machinesBehind(context, protection.instanceId));
  const facts = await loadFacts(store, settings.account, [...idsOf.values()].flat());
  const quotas = await loadQuotas(store, [...facts.values()], mostNewPoints(bundles));
  for (const bundle of bundles) {
    const runs = bundle.map((planned) => {
      const { protection } = planned;
      const members = (idsOf.get(protection.id) ?? []).map((id) =>
        memberOf(context, protection, id, facts.get(id), quotas.get(id)),
      );
      return new ProtectionRun({ ...scope, ...planned, ledger: planned.ledger ?? scope.ledger, members });
    });
    runSideBySide(runs);
    await afterEach();
  }
}

/** Points that a machine gets and that are not gone again, at most. */
function mostNewPoints(bundles: readonly (readonly PlannedProtection[])[]): number {
  const known = new Map<SlotList, number>();
  const most = ({ protection: { scheduledUntil }, slots }: PlannedProtection): number => {
    const atOnce = known.get(slots) ?? mostAtOnce(slots.policy);
    known.set(slots, atOnce);
    return Math.min(slots.after(scheduledUntil).length, atOnce);
  };
  const sums = bundles.map((bundle) => bundle.reduce((sum, planned) => sum + most(planned), 0));
  return sums.reduce((highest, sum) => Math.max(highest, sum), 0);
}

/** Runs slot by slot in the order of time: what one protection leaves the other finds. */
function runSideBySide(runs: readonly ProtectionRun[]): void {
  const [only] = runs;
  if (runs.length === 1) for (const slot of only?.slots ?? []) only?.take(slot);
  else {
    const turns = runs.flatMap((run) => run.slots.map((slot) => ({ run, slot })));
    for (const { run, slot } of turns.sort((a, b) => a.slot.time - b.slot.time)) run.take(slot);
  }
  for (const run of runs) run.end();
}

function memberOf(
  { settings }: QueryContext,
  protection: Protection,
  instanceId: string,
  found: MachineFacts | undefined,
  quota: SnapshotQuota | undefined,
): Member {
  const facts = found?.machine.released === false ? found : undefined;
  const consistency = facts === undefined ? undefined : evaluateConsistency(facts, settingsOf(protection), settings);
  return { instanceId, facts, consistency, quota, outcomes: new Map() };
}

interface RunInput extends RunScope, Omit<PlannedProtection, "ledger"> {
  readonly members: readonly Member[];
}

/** One protection on its way through its slots. */
class ProtectionRun {
  /** None while it is suspended, or when all its machines were released. */
  readonly slots: readonly Slot[];
  readonly #setting: RunSetting;
  #state: RunState;

  constructor(private readonly input: RunInput) {
    const { protection, slots, members } = input;
    const isAlive = members.some(({ facts }) => facts !== undefined);
    this.slots = protection.disabled || !isAlive ? [] : slots.after(protection.scheduledUntil);
    this.#setting = settingOf(input);
    this.#state = protection;
  }

  take(slot: Slot): void {
    const { ledger, slots } = this.input;
    const { lastCompleteTime } = this.#state;
    if (lastCompleteTime !== null && slot.time < lastCompleteTime) {
      ledger.counts.skipped += 1;
      ledger.watch?.skipped(slot, lastCompleteTime);
      return;
    }
    const passed = passWithoutRows(this.#setting, slot, this.#state, this.input);
    if (passed !== undefined) {
      this.#state = passed;
      return;
    }
    const result = runBackup(this.#setting, slot, this.#state);
    keep(result, { slot, until: slots.until }, ledger);
    this.#state = result.state;
  }

  end(): void {
    const { protection, slots, ledger } = this.input;
    ledger.protections.push({ ...protection, ...this.#state, scheduledUntil: slots.until });
  }
}

function settingOf({ slots, protection, members, keys, faults }: RunInput): RunSetting {
  const asked = { policy: slots.policy, settings: settingsOf(protection) };
  const isGroup = isGroupId(protection.instanceId);
  return { ...asked, protection, members, isGroup, faults, copyTerms: copyTermsOf(asked, { keys, faults }) };
}

function rememberedFrom(until: number): number {
  return until - jobHistoryDays * secondsPerDay;
}

/**
 * Most slots of a long way leave no row at all: the job is forgotten and the point expired by its end. Of a look ahead
 * none does. Where nothing can go wrong with such a run it is only counted; undefined when it has to be made in full.
 */
function passWithoutRows(setting: RunSetting, slot: Slot, state: RunState, run: RunInput): RunState | undefined {
  const [member] = setting.members;
  const { until } = run.slots;
  const { counts, watch } = run.ledger;
  const { copyTerms } = setting;
  if (setting.isGroup || setting.faults.length > 0) return undefined;
  if (copyTerms !== undefined && watch === undefined) return undefined;
  if (member?.consistency === undefined) return undefined;
  const expireTime = slot.time + retentionOf(slot, setting.policy, state.lastStartTime).days * secondsPerDay;
  const isForgotten = slot.time < rememberedFrom(until) && expireTime <= until;
  if ((watch === undefined && !isForgotten) || failureOf(member, slot.time) !== undefined) return undefined;
  const { achieved, coverage } = member.consistency;
  const runs = state.runs + 1;
  counts.backups[achieved] += 1;
  if (expireTime <= until) counts.expired += 1;
  noteBackup(run.ledger, slot.time);
  member.quota?.add(
    coverage.covered.map(({ id }) => id),
    expireTime,
  );
  const { durationSeconds, bytesTotal } = outcomeOf(member, slot.time, state.lastStartTime);
  const completeTime = slot.time + durationSeconds;
  const { lastCopyTime, usedKmsKeyId } = state;
  const after = { runs, lastStartTime: slot.time, lastCompleteTime: completeTime, lastCopyTime, usedKmsKeyId };
  if (watch === undefined) return after;
  const id = scheduledPointId(runName(setting.protection.id, runs));
  const point = { id, instanceId: member.instanceId, createTime: slot.time, expireTime, bytesTotal, damaged: false };
  watch.made(slot, point);
  if (copyTerms === undefined) return after;
  const copy = timeCopy(copyTerms, { point, completeTime, previousCopyTime: lastCopyTime });
  watch.copied(slot, copy);
  return { ...after, lastCopyTime: copy.completeTime, usedKmsKeyId: usedKey(setting, [copy]) ?? usedKmsKeyId };
}

function noteBackup(ledger: Ledger, time: number): void {
  ledger.firstBackupTime = Math.min(ledger.firstBackupTime ?? time, time);
}

/** Takes a run's rows into the ledger, but for those that are gone again by the end; who watches keeps none. */
function keep(result: RunResult, { slot, until }: { slot: Slot; until: number }, ledger: Ledger): void {
  count(result, until, ledger);
  if (ledger.watch !== undefined) {
    tell(result, slot, ledger.watch);
    return;
  }
  ledger.jobs.push(...result.jobs.filter(({ startTime }) => startTime >= rememberedFrom(until)));
  ledger.points.push(...result.points.filter((point) => isKept(point, until)));
  if (result.groupPoint !== undefined && isKept(result.groupPoint, until)) ledger.groupPoints.push(result.groupPoint);
  ledger.replicas.push(...result.replicas.filter((replica) => isKept(replica, until)));
}

function isKept({ expireTime }: { readonly expireTime: number | null }, until: number): boolean {
  return expireTime === null || expireTime > until;
}

function count({ jobs, points, replicas }: RunResult, until: number, ledger: Ledger): void {
  const { counts } = ledger;
  counts.failed += jobs.filter(({ status }) => status === "FAILED").length;
  for (const point of points) {
    counts.backups[point.level as ConsistencyLevel] += 1;
    noteBackup(ledger, point.createTime);
    if (!isKept(point, until)) counts.expired += 1;
  }
  const failed = replicas.filter(({ status }) => status === "FAILED").length;
  counts.failedCopies += failed;
  counts.copied += replicas.length - failed;
}

function tell({ jobs, points, replicas }: RunResult, slot: Slot, watch: RunWatch): void {
  for (const job of jobs) if (job.status === "FAILED") watch.failed(slot, job);
  for (const point of points) watch.made(slot, point);
  for (const replica of replicas) watch.copied(slot, replica);
}
