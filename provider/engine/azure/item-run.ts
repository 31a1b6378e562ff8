import { type Counts, noCounts } from "../core/counts";
import { digitsOf } from "../core/identifier";
import type { ConsistencyLevel } from "../core/level";
import { secondsPerDay } from "../core/time";
import type { QueryContext } from "../engine";
import { guidOf, jobIdOf, pointIdOf, vaultOf } from "./arm-id";
import {
  type BackupBase,
  type BackupOutcome,
  backupJobRow,
  decideBackup,
  failedJobRow,
  failureOf,
  pointRow,
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
import { disksOf, type MachineFacts, type VirtualMachine } from "./virtual-machine";

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
  /** Is told of every run, also of those that leave no row by the end. */
  readonly watch?: RunWatch;
}

export interface RunWatch {
  made(createTime: number, vaultTime: number | null): void;
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

/** Runs items to the end of their slots; what they leave goes into the ledger. */
export async function runItems(
  { store }: QueryContext,
  planned: readonly PlannedItem[],
  ledger: Ledger,
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
  }
}

/** What running an item leaves in its row. */
type RunState = Pick<
  ProtectedItem,
  "runs" | "lastStartTime" | "lastCompleteTime" | "lastTransferTime" | "lastVaultedTime"
>;

/** One item on its way through its slots. */
class ItemRun {
  #state: RunState;
  /** As the backups so far have left it: the first one may have brought the extension. */
  #machine: VirtualMachine | undefined;
  readonly #consistency: Consistency | undefined;
  readonly #vaultProblem: Reason | undefined;

  constructor(
    private readonly item: ProtectedItem,
    private readonly slots: SlotList,
    private readonly facts: MachineFacts | undefined,
    vault: Vault | undefined,
    private readonly ledger: Ledger,
  ) {
    this.#state = item;
    this.#machine = facts?.machine;
    this.#consistency = facts && evaluateConsistency(facts, backupSettingsOf(slots.properties, exclusionOf(item)));
    this.#vaultProblem = vault && keyProblem(vault);
  }

  run(): void {
    const { item, slots, ledger } = this;
    const isActive = item.protectionState === "Protected" && this.facts !== undefined;
    for (const slot of isActive ? slots.after(item.scheduledUntil) : []) this.#take(slot);
    ledger.items.push({ ...item, ...this.#state, scheduledUntil: slots.until });
  }

  #take(slot: Slot): void {
    const { lastCompleteTime, runs } = this.#state;
    if (lastCompleteTime !== null && slot.time < lastCompleteTime) {
      this.ledger.counts.skipped += 1;
      return;
    }
    const outcome = this.#decide(slot);
    this.#install(outcome);
    this.#state = { ...this.#state, runs: runs + 1, lastCompleteTime: outcome.snapshotTime };
    const why = this.#vaultProblem ?? (outcome.consistency.achieved === "NONE" ? failureOf(outcome) : undefined);
    if (why !== undefined) this.#fail(slot, runs, outcome, why);
    else this.#keep(slot, runs, outcome);
  }

  #decide(slot: Slot): BackupOutcome {
    const machine = this.#machine;
    const consistency = this.#consistency;
    if (machine === undefined || consistency === undefined) throw new Error("engine bug: a machine that is gone runs");
    const { lastStartTime, lastVaultedTime, lastTransferTime } = this.#state;
    const newest = { lastStartTime, lastVaultedTime, lastTransferTime };
    return decideBackup({
      machine,
      consistency,
      startTime: slot.time,
      ...newest,
      goesToVault: slot.goesToVault && this.#vaultProblem === undefined,
    });
  }

  #base(slot: Slot, run: number): BackupBase {
    const { account, vmId, vaultId, id: itemId, armId, createTime } = this.item;
    const jobId = jobIdOf(vaultOf(armId), guidOf("scheduled", itemId, createTime, run));
    return { account, jobId, itemId, vmId, vaultId, startTime: slot.time, userTriggered: false };
  }

  #fail(slot: Slot, run: number, outcome: BackupOutcome, why: Reason): void {
    const { counts, jobs } = this.ledger;
    counts.failed += 1;
    if (!this.#isRemembered(slot)) return;
    jobs.push(failedJobRow(this.#base(slot, run), why, outcome.detail, outcome.snapshotTime));
  }

  #keep(slot: Slot, run: number, outcome: BackupOutcome): void {
    const { counts, jobs, points, watch } = this.ledger;
    const { vaultTime, consistency } = outcome;
    counts.backups[consistency.achieved as ConsistencyLevel] += 1;
    watch?.made(slot.time, vaultTime);
    const vaulted = vaultTime === null ? {} : { lastVaultedTime: slot.time, lastTransferTime: vaultTime };
    this.#state = { ...this.#state, lastStartTime: slot.time, ...vaulted };
    const isKept = slot.expireTime > this.slots.until;
    if (!isKept) counts.expired += 1;
    if (!isKept && !this.#isRemembered(slot)) return;
    const base = { ...this.#base(slot, run), policyId: this.item.policyId, pointId: this.#pointId(run) };
    if (this.#isRemembered(slot)) jobs.push(backupJobRow(base, outcome, base.pointId));
    if (!isKept) return;
    const { ruleName, expireTime, snapshotUntil } = slot;
    const createTime = slot.time;
    const archiveTime = archiveTimeOf(this.slots.properties, { ruleName, createTime, vaultTime, expireTime });
    points.push(pointRow(base, outcome, { ruleName, expireTime, snapshotUntil, archiveTime }));
  }

  #isRemembered(slot: Slot): boolean {
    return slot.time >= this.slots.until - jobHistoryDays * secondsPerDay;
  }

  #pointId(run: number): string {
    return pointIdOf(this.item.armId, scheduledPointName(this.item, run));
  }

  /** The first backup that finds the VM running brings the extension, and its files anew, also if it fails (Z-14). */
  #install({ detail: { installedExtension: extension } }: BackupOutcome): void {
    if (extension === undefined || this.#machine === undefined) return;
    this.#machine = { ...this.#machine, extension, hostFile: "VALID" };
    this.ledger.machines.push(this.#machine);
  }
}

const itemDigits = new Map<string, string>();

/**
 * The name of an item's nth scheduled point: digits, as the service names them, sorted by time. An item that was made
 * anew after it was gone names its points anew.
 */
export function scheduledPointName({ id, createTime }: Pick<ProtectedItem, "id" | "createTime">, run: number): string {
  const life = `${id} ${createTime}`;
  const known = itemDigits.get(life) ?? digitsOf(9, "point", life);
  itemDigits.set(life, known);
  return `${known}${String(run).padStart(6, "0")}`;
}
