import { type Counts, noCounts } from "../core/counts";
import { digitsOf } from "../core/identifier";
import type { ConsistencyLevel } from "../core/level";
import { secondsPerDay } from "../core/time";
import type { QueryContext } from "../engine";
import { guidOf, jobIdOf, pointIdOf, vaultOf } from "./arm-id";
import {
  type BackupBase,
  type BackupOutcome,
  type BackupRequest,
  type BackupTimes,
  backupJobRow,
  decideBackup,
  failedJobRow,
  failureOf,
  pointRow,
  timeBackup,
} from "./backup";
import { type BackupSettings, type Consistency, evaluateConsistency } from "./consistency";
import type { DiskExclusion } from "./disk-coverage";
import { exclusionOf, type ProtectedItem } from "./item-row";
import type { PolicyProperties } from "./policy";
import { archiveTimeOf } from "./policy-retention";
import type { VaultPoint } from "./recovery-point";
import type { Reason } from "./rule";
import { frameworkOf } from "./script-framework";
import type { Slot, SlotList } from "./slot";
import type { Vault } from "./vault";
import type { VaultJob } from "./vault-job";
import { keyProblem } from "./vault-key";
import { disksOf, type MachineFacts, type VirtualMachine, withExtension } from "./virtual-machine";

/** ENGINE: how long the service remembers scheduled jobs. */
export const jobHistoryDays = 90;

/** Everything that running items gathers before it is written. */
export interface Ledger {
  readonly counts: Counts;
  readonly jobs: VaultJob[];
  readonly points: VaultPoint[];
  readonly items: ProtectedItem[];
  /** Machines on which an extension was installed. */
  readonly machines: VirtualMachine[];
  /** Is told of every run instead of keeping what it leaves, also of those that leave no row by the end. */
  readonly watch?: RunWatch;
}

export interface RunWatch {
  made(slot: Slot, point: VaultPoint): void;
  failed(slot: Slot, why: Reason): void;
  /** Nothing was done: the snapshot before is still being taken. */
  skipped(slot: Slot, runningUntil: number): void;
}

export function emptyLedger(): Ledger {
  return { counts: noCounts(), jobs: [], points: [], items: [], machines: [] };
}

/** An item and when it runs. */
export interface PlannedItem {
  readonly item: ProtectedItem;
  readonly slots: SlotList;
}

/** What a policy and an item ask of a backup. */
export function backupSettingsOf(policy: PolicyProperties, diskExclusion: DiskExclusion | null): BackupSettings {
  return { isCrashConsistentOnly: policy.snapshotConsistencyType === "OnlyCrashConsistent", diskExclusion };
}

/** Runs items to the end of their slots; what they leave goes into the ledger. Calls back after each. */
export async function runItems(
  { store }: QueryContext,
  planned: readonly PlannedItem[],
  ledger: Ledger,
  afterEach: () => Promise<void>,
): Promise<void> {
  const vmIds = planned.map(({ item }) => item.vmId);
  const machines = new Map((await store.getMany("virtualMachine", vmIds)).map((row) => [row.id, row]));
  const frameworks = new Map((await store.getMany("scriptFramework", vmIds)).map((row) => [row.id, row]));
  const vaultIds = [...new Set(planned.map(({ item }) => item.vaultId))];
  const vaults = new Map((await store.getMany("vault", vaultIds)).map((row) => [row.id, row]));
  for (const { item, slots } of planned) {
    const machine = machines.get(item.vmId);
    const framework = frameworks.get(item.vmId);
    const facts =
      machine === undefined || machine.released
        ? undefined
        : { machine, disks: disksOf(machine), framework: framework && frameworkOf(framework) };
    new ItemRun(item, slots, facts, vaults.get(item.vaultId), ledger).run();
    await afterEach();
  }
}

/** What running an item leaves in its row. */
type RunState = Pick<
  ProtectedItem,
  "runs" | "lastStartTime" | "lastCompleteTime" | "lastTransferTime" | "lastVaultedTime"
>;

function stateOf({
  runs,
  lastStartTime,
  lastCompleteTime,
  lastTransferTime,
  lastVaultedTime,
}: ProtectedItem): RunState {
  return { runs, lastStartTime, lastCompleteTime, lastTransferTime, lastVaultedTime };
}

/** One item on its way through its slots. */
class ItemRun {
  #state: RunState;
  /** As the backups so far have left it: the first one may have brought the extension. */
  #machine: VirtualMachine | undefined;
  readonly #consistency: Consistency | undefined;
  /** Why backups leave no point: nothing that changes on the way. */
  readonly #failure: Reason | undefined;
  readonly #isKeyUsable: boolean;
  readonly #rememberedFrom: number;
  #names: ScheduledNames | undefined;

  constructor(
    private readonly item: ProtectedItem,
    private readonly slots: SlotList,
    facts: MachineFacts | undefined,
    vault: Vault | undefined,
    private readonly ledger: Ledger,
  ) {
    this.#state = stateOf(item);
    this.#machine = facts?.machine;
    const consistency = facts && evaluateConsistency(facts, backupSettingsOf(slots.properties, exclusionOf(item)));
    const vaultProblem = vault && keyProblem(vault);
    this.#consistency = consistency;
    this.#isKeyUsable = vaultProblem === undefined;
    this.#failure = vaultProblem ?? (consistency?.achieved === "NONE" ? failureOf({ consistency }) : undefined);
    this.#rememberedFrom = slots.until - jobHistoryDays * secondsPerDay;
  }

  run(): void {
    const { item, slots, ledger } = this;
    const isActive = item.protectionState === "Protected" && this.#machine !== undefined;
    for (const slot of isActive ? slots.after(item.scheduledUntil) : []) this.#take(slot);
    ledger.items.push({ ...item, ...this.#state, scheduledUntil: slots.until });
  }

  #take(slot: Slot): void {
    const { lastCompleteTime } = this.#state;
    if (lastCompleteTime !== null && slot.time < lastCompleteTime) {
      this.ledger.counts.skipped += 1;
      this.ledger.watch?.skipped(slot, lastCompleteTime);
      return;
    }
    const request = this.#requestAt(slot);
    const times = timeBackup(request);
    if (this.#failure === undefined) this.#keep(slot, request, times);
    else this.#fail(slot, request, times, this.#failure);
    this.#install(request);
  }

  #requestAt(slot: Slot): BackupRequest {
    const machine = this.#machine;
    const consistency = this.#consistency;
    if (machine === undefined || consistency === undefined) throw new Error("engine bug: a machine that is gone runs");
    const { lastStartTime, lastVaultedTime, lastTransferTime } = this.#state;
    return {
      machine,
      consistency,
      startTime: slot.time,
      lastStartTime,
      lastVaultedTime,
      lastTransferTime,
      goesToVault: slot.goesToVault && this.#isKeyUsable,
    };
  }

  #fail(slot: Slot, request: BackupRequest, times: BackupTimes, why: Reason): void {
    const { counts, jobs, watch } = this.ledger;
    const { runs } = this.#state;
    counts.failed += 1;
    watch?.failed(slot, why);
    this.#state = { ...this.#state, runs: runs + 1, lastCompleteTime: times.snapshotTime };
    if (!this.#isRemembered(slot)) return;
    const { detail, snapshotTime } = decideBackup(request, times);
    jobs.push(failedJobRow(this.#base(slot, runs), why, detail, snapshotTime));
  }

  #keep(slot: Slot, request: BackupRequest, times: BackupTimes): void {
    const { counts, watch } = this.ledger;
    const { runs } = this.#state;
    const { vaultTime, snapshotTime } = times;
    counts.backups[request.consistency.achieved as ConsistencyLevel] += 1;
    this.#state = {
      runs: runs + 1,
      lastStartTime: slot.time,
      lastCompleteTime: snapshotTime,
      lastVaultedTime: vaultTime === null ? request.lastVaultedTime : slot.time,
      lastTransferTime: vaultTime ?? request.lastTransferTime,
    };
    const isKept = slot.expireTime > this.slots.until;
    if (!isKept) counts.expired += 1;
    // Most slots of a long way leave no row at all: the job is forgotten and the point expired by its end.
    const isNeeded = isKept || watch !== undefined || this.#isRemembered(slot);
    if (isNeeded) this.#write(slot, runs, decideBackup(request, times), isKept);
  }

  #write(slot: Slot, run: number, outcome: BackupOutcome, isKept: boolean): void {
    const { jobs, points, watch } = this.ledger;
    const pointId = pointIdOf(this.item.armId, this.#scheduledNames().point(run));
    const base = { ...this.#base(slot, run), policyId: this.item.policyId, pointId };
    if (watch === undefined && this.#isRemembered(slot)) jobs.push(backupJobRow(base, outcome, pointId));
    if (!isKept && watch === undefined) return;
    const { ruleName, expireTime, snapshotUntil, time: createTime } = slot;
    const { vaultTime } = outcome;
    const archiveTime = archiveTimeOf(this.slots.properties, { ruleName, createTime, vaultTime, expireTime });
    const point = pointRow(base, outcome, { ruleName, expireTime, snapshotUntil, archiveTime });
    if (watch === undefined) points.push(point);
    else watch.made(slot, point);
  }

  #base(slot: Slot, run: number): BackupBase {
    const { account, vmId, vaultId, id: itemId } = this.item;
    const jobId = this.#scheduledNames().job(run);
    return { account, jobId, itemId, vmId, vaultId, startTime: slot.time, userTriggered: false };
  }

  #isRemembered(slot: Slot): boolean {
    return slot.time >= this.#rememberedFrom;
  }

  #scheduledNames(): ScheduledNames {
    this.#names ??= scheduledNames(this.item);
    return this.#names;
  }

  /** The first backup that finds the VM running brings the extension, and its files anew, also if it fails (Z-14). */
  #install({ machine, consistency: { extension } }: BackupRequest): void {
    const installed = withExtension(machine, extension);
    if (installed === undefined) return;
    this.#machine = installed;
    this.ledger.machines.push(installed);
  }
}

/** How an item's nth scheduled run is named. */
interface ScheduledNames {
  /** ARM id of the job: its GUID ends in the number, so that the jobs of one item lie side by side in the store. */
  job(run: number): string;
  /** Name of the point: digits, as the service names them, sorted by time. */
  point(run: number): string;
}

/** An item that was made anew after it was gone names its runs anew. */
function scheduledNames({ id, armId, createTime }: ProtectedItem): ScheduledNames {
  const jobs = jobIdOf(vaultOf(armId), guidOf("scheduled", id, createTime).slice(0, -12));
  const points = digitsOf(9, "point", `${id} ${createTime}`);
  return {
    job: (run) => jobs + run.toString(16).padStart(12, "0"),
    point: (run) => points + String(run).padStart(6, "0"),
  };
}
