import { type Counts, noCounts } from "../core/counts";
import type { ConsistencyLevel } from "../core/level";
import { secondsPerDay } from "../core/time";
import type { QueryContext } from "../engine";
import type { Job, RecoveryPoint } from "./backup";
import {
  failureOf,
  type Member,
  outcomeOf,
  type RunResult,
  type RunSetting,
  type RunState,
  runBackup,
} from "./backup-run";
import { evaluateConsistency } from "./consistency";
import { machinesBehind } from "./consistency-group";
import { loadFacts, type MachineFacts } from "./fact";
import { type Fault, listFaults } from "./fault";
import type { GroupPoint } from "./group-point";
import { type KmsKey, loadKeys } from "./kms-key";
import { isGroupId, type Protection, settingsOf } from "./protection-row";
import type { Replica } from "./replication";
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
  /** Is told of every run, also of those that leave no row by the end. */
  readonly watch?: RunWatch;
}

export interface RunWatch {
  /** A point was made; those of a group's machines are one after another. */
  made(createTime: number): void;
  failed(job: Job): void;
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
    const runs = bundle.map(({ protection, slots }) => {
      const members = (idsOf.get(protection.id) ?? []).map((id) =>
        memberOf(context, protection, id, facts.get(id), quotas.get(id)),
      );
      return new ProtectionRun({ ...scope, protection, slots, members });
    });
    runSideBySide(runs);
    await afterEach();
  }
}

/** Points that a machine gets and that are not gone again, at most. */
function mostNewPoints(bundles: readonly (readonly PlannedProtection[])[]): number {
  const known = new Map<SlotList, Map<number, number>>();
  const most = ({ protection: { scheduledUntil }, slots }: PlannedProtection): number => {
    const ofSlots = known.get(slots) ?? new Map<number, number>();
    known.set(slots, ofSlots);
    // Irregular schedules have twice as many points in a dense stretch.
    const found =
      ofSlots.get(scheduledUntil) ??
      Math.min(slots.after(scheduledUntil).length, 2 * mostAtOnce(slots.policy, scheduledUntil));
    ofSlots.set(scheduledUntil, found);
    return found;
  };
  return bundles.reduce(
    (highest, bundle) =>
      Math.max(
        highest,
        bundle.reduce((sum, planned) => sum + most(planned), 0),
      ),
    0,
  );
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

interface RunInput extends RunScope, PlannedProtection {
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
      return;
    }
    const passed = passUnremembered(this.#setting, slot, this.#state, this.input);
    if (passed !== undefined) {
      this.#state = passed;
      return;
    }
    const result = runBackup(this.#setting, slot, this.#state);
    keep(result, slots.until, ledger);
    this.#state = result.state;
  }

  end(): void {
    const { protection, slots, ledger } = this.input;
    ledger.protections.push({ ...protection, ...this.#state, scheduledUntil: slots.until });
  }
}

function settingOf({ slots, protection, members, keys, faults }: RunInput): RunSetting {
  return {
    policy: slots.policy,
    protection,
    settings: settingsOf(protection),
    members,
    isGroup: isGroupId(protection.instanceId),
    keys,
    faults,
  };
}

function rememberedFrom(until: number): number {
  return until - jobHistoryDays * secondsPerDay;
}

/**
 * Most slots of a long way leave no row at all: the job is forgotten and the point expired by its end. Where nothing
 * can go wrong with such a run it is only counted; undefined when the run has to be made in full.
 */
function passUnremembered(setting: RunSetting, slot: Slot, state: RunState, run: RunInput): RunState | undefined {
  const [member] = setting.members;
  const { until } = run.slots;
  if (slot.time >= rememberedFrom(until) || setting.isGroup || setting.faults.length > 0) return undefined;
  if (member === undefined || member.quota !== undefined || setting.policy.replication !== null) return undefined;
  const retention = retentionOf(slot, setting.policy, state.lastStartTime);
  if (slot.time + retention.days * secondsPerDay > until) return undefined;
  if (failureOf(member, slot.time) !== undefined || member.consistency === undefined) return undefined;
  const { ledger } = run;
  ledger.counts.backups[member.consistency.achieved] += 1;
  ledger.counts.expired += 1;
  noteBackup(ledger, slot.time);
  const { durationSeconds } = outcomeOf(member, slot.time, state.lastStartTime);
  return {
    runs: state.runs + 1,
    lastStartTime: slot.time,
    lastCompleteTime: slot.time + durationSeconds,
    lastCopyTime: state.lastCopyTime,
    usedKmsKeyId: state.usedKmsKeyId,
  };
}

function noteBackup(ledger: Ledger, time: number): void {
  ledger.firstBackupTime = Math.min(ledger.firstBackupTime ?? time, time);
  ledger.watch?.made(time);
}

/** Takes a run's rows into the ledger, but for those that are gone again by the end. */
function keep(result: RunResult, until: number, ledger: Ledger): void {
  const { counts } = ledger;
  const isKept = ({ expireTime }: { expireTime: number | null }) => expireTime === null || expireTime > until;
  ledger.jobs.push(...result.jobs.filter(({ startTime }) => startTime >= rememberedFrom(until)));
  for (const job of result.jobs.filter(({ status }) => status === "FAILED")) {
    counts.failed += 1;
    ledger.watch?.failed(job);
  }
  for (const point of result.points) {
    counts.backups[point.level as ConsistencyLevel] += 1;
    noteBackup(ledger, point.createTime);
    if (isKept(point)) ledger.points.push(point);
    else counts.expired += 1;
  }
  if (result.groupPoint !== undefined && isKept(result.groupPoint)) ledger.groupPoints.push(result.groupPoint);
  for (const replica of result.replicas) {
    if (replica.status === "FAILED") counts.failedCopies += 1;
    else counts.copied += 1;
    if (isKept(replica)) ledger.replicas.push(replica);
  }
}
