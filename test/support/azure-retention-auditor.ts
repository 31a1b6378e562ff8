import type { DiskExclusion } from "../../provider/engine/azure/disk-coverage";
import type { PolicyProperties } from "../../provider/engine/azure/policy";
import type { ConfigFile, Framework, ScriptFile } from "../../provider/engine/azure/script-framework";
import type { MachineDisk, MachineFacts } from "../../provider/engine/azure/virtual-machine";
import type { Row } from "../../provider/store/tables";
import { type Audit, auditBackup, type GuestAudit } from "./azure-consistency-auditor";
import { type AuditedSlot, auditedArchiveTime, auditedLife, auditedSlots, dayUnder } from "./azure-retention-calendar";

const secondsPerDay = 86_400;

/** What the auditor reads of the engine; rows only. */
export interface AzureRows {
  readonly now: number;
  readonly vault: readonly Row<"vault">[];
  readonly machine: readonly Row<"virtualMachine">[];
  readonly framework: readonly Row<"scriptFramework">[];
  readonly policy: readonly Row<"protectionPolicy">[];
  readonly item: readonly Row<"protectedItem">[];
  readonly job: readonly Row<"vaultJob">[];
  readonly point: readonly Row<"vaultPoint">[];
}

type Item = AzureRows["item"][number];
type Job = AzureRows["job"][number];

/** UNIX seconds; null is never. */
type End = number | null;

/** A recovery point as the auditor remembers it. */
export interface PointBook {
  readonly id: string;
  readonly itemId: string;
  readonly createTime: number;
  readonly vaultTime: number | null;
  readonly level: string;
  ruleName: string;
  snapshotUntil: number;
  archiveTime: number | null;
  /** What its policy, or who made it, gave it; and what holds now. */
  policyEnd: End;
  end: End;
  damaged: boolean;
  gone?: { readonly at: number; readonly why: "expired" | "deleted" };
}

/** What the auditor remembers of an item between two looks. */
interface Watched {
  since: number;
  snapshotEnd: number | undefined;
  vaultEnd: number;
  /** When its soft-deleted data goes for good. */
  purgeTime: number | undefined;
}

/** What the config file says; null when it can't be read. */
type Says = Readonly<Record<string, unknown>> | null;

export function propertiesIn(policy: { readonly properties: unknown }): PolicyProperties {
  return policy.properties as PolicyProperties;
}

/**
 * Keeps its own book of every recovery point on Azure, by the seeds and the table of rules alone, and says where the
 * engine's rows differ from it. Of the engine it reads rows: policies, items, machines, and how long jobs took.
 */
export class AzureRetentionAuditor {
  readonly points = new Map<string, PointBook>();
  readonly problems: string[] = [];
  readonly #jobs = new Set<string>();
  readonly #watched = new Map<string, Watched>();
  #says: Says = {};

  /** Looks at what is there after something happened, and at what is not. */
  look(rows: AzureRows): void {
    const { now } = rows;
    for (const [id, { purgeTime }] of this.#watched) {
      if (purgeTime === undefined || purgeTime > now) continue;
      for (const point of this.living(id)) point.gone = { at: purgeTime, why: "deleted" };
      this.#watched.delete(id);
    }
    for (const point of this.points.values()) {
      if (point.gone === undefined && point.end !== null && point.end <= now) {
        point.gone = { at: point.end, why: "expired" };
      }
    }
    for (const job of rows.job) {
      if (!this.#jobs.has(job.id)) this.problems.push(`job ${job.id} of ${job.startTime}: nobody asked for it`);
      this.#jobs.add(job.id);
    }
    this.problems.push(...this.#differences(rows));
  }

  living(itemId: string): PointBook[] {
    return [...this.points.values()].filter((point) => point.itemId === itemId && point.gone === undefined);
  }

  /** A row that is over by now is as good as gone, though nobody has swept it up yet. */
  #differences({ point: rows, now }: AzureRows): string[] {
    const told = (marks: readonly (string | number | boolean | null)[]) => marks.map(String).join(" ");
    const living = [...this.points.values()].filter(({ gone }) => gone === undefined);
    const wanted = living.map((p) =>
      told([p.id, p.ruleName, p.level, p.createTime, p.snapshotUntil, p.vaultTime, p.archiveTime, p.end, p.damaged]),
    );
    const found = rows
      .filter(({ expireTime }) => expireTime === null || expireTime > now)
      .map((p) =>
        told([
          ...[p.id, p.ruleName, p.level, p.createTime, p.snapshotUntil, p.vaultTime, p.archiveTime],
          ...[p.expireTime, p.damaged],
        ]),
      );
    const [all, there] = [new Set(wanted), new Set(found)];
    return [
      ...wanted.filter((line) => !there.has(line)).map((line) => `missing: ${line}`),
      ...found.filter((line) => !all.has(line)).map((line) => `not expected: ${line}`),
    ];
  }

  #watch(id: string, now: number): Watched {
    const known = this.#watched.get(id) ?? { since: now, snapshotEnd: undefined, vaultEnd: 0, purgeTime: undefined };
    this.#watched.set(id, known);
    return known;
  }

  /** The clock has moved: every slot of a protected machine has a job, or another one was still running. */
  advance(before: AzureRows, after: AzureRows): void {
    for (const item of before.item) {
      const policy = before.policy.find(({ id }) => id === item.policyId);
      const machine = before.machine.find(({ id }) => id === item.vmId);
      if (policy === undefined) continue;
      const watched = this.#watch(item.id, before.now);
      const isActive = item.protectionState === "Protected" && machine?.released === false;
      for (const slot of isActive ? auditedSlots(propertiesIn(policy), watched.since, after.now) : []) {
        if (watched.snapshotEnd !== undefined && slot.time < watched.snapshotEnd) continue;
        this.#scheduled(item, propertiesIn(policy), slot, before, after);
      }
      watched.since = after.now;
    }
    this.#sweep(after);
  }

  /** Whatever is over by now is swept up when the clock has moved. */
  #sweep({ now, point }: AzureRows): void {
    const left = point.filter(({ expireTime }) => expireTime !== null && expireTime <= now);
    this.problems.push(...left.map(({ id, expireTime }) => `${id} was over at ${expireTime} and is still there`));
  }

  #takeJob(after: AzureRows, itemId: string, startTime: number, userTriggered: boolean): Job | undefined {
    const job = after.job.find(
      (each) =>
        !this.#jobs.has(each.id) &&
        each.operation === "Backup" &&
        each.itemId === itemId &&
        each.startTime === startTime &&
        each.userTriggered === userTriggered,
    );
    if (job === undefined) this.problems.push(`no job of ${itemId} at ${startTime}`);
    else this.#jobs.add(job.id);
    return job;
  }

  #scheduled(item: Item, policy: PolicyProperties, slot: AuditedSlot, before: AzureRows, after: AzureRows): void {
    const job = this.#takeJob(after, item.id, slot.time, false);
    if (job === undefined) return;
    const snapshotEnd = this.#snapshotEnd(job);
    this.#watch(item.id, before.now).snapshotEnd = snapshotEnd;
    if (!this.#isMade(item, policy, job, before)) return;
    const { time: createTime } = slot;
    const snapshotUntil = createTime + policy.instantRpRetentionRangeInDays * secondsPerDay;
    if (!slot.isLast) {
      const life = { ruleName: "Snapshot", snapshotUntil, archiveTime: null, end: snapshotUntil };
      this.#add(item, job, { ...life, createTime, vaultTime: null });
      return;
    }
    const vaultTime = this.#vaultTime(item, job, snapshotEnd);
    const { ruleName, end } = auditedLife(policy, slot.day, createTime) ?? { ruleName: "none", end: createTime };
    const archiveTime = auditedArchiveTime(policy, { ruleName, createTime, vaultTime, end, notBefore: 0 });
    const untilVaulted = Math.max(snapshotUntil, vaultTime);
    this.#add(item, job, { ruleName, end, snapshotUntil: untilVaulted, archiveTime, createTime, vaultTime });
  }

  #add(item: Item, job: Job, life: Omit<PointBook, "id" | "itemId" | "level" | "policyEnd" | "damaged">): void {
    const id = (job.recoveryPointId ?? "").toLowerCase();
    if (this.points.has(id)) this.problems.push(`${id} is the id of two points`);
    const common = { id, itemId: item.id, level: job.level ?? "", policyEnd: life.end, damaged: false };
    this.points.set(id, { ...life, ...common });
  }

  #snapshotEnd({ id, detail }: Job): number {
    const [snapshot] = (detail as { tasks?: readonly { completeTime: number }[] }).tasks ?? [];
    if (snapshot === undefined) this.problems.push(`job ${id} takes no snapshot`);
    return snapshot?.completeTime ?? 0;
  }

  /** Transfers of one machine go one after another, and none begins before its snapshot is there (Z-23). */
  #vaultTime(item: Item, job: Job, snapshotEnd: number): number {
    const watched = this.#watch(item.id, job.startTime);
    if (job.completeTime <= Math.max(snapshotEnd, watched.vaultEnd)) {
      this.problems.push(`job ${job.id} is in the vault at ${job.completeTime}, before its turn`);
    }
    watched.vaultEnd = job.completeTime;
    return job.completeTime;
  }

  /** Whether a job left a point; it must be as the rules of consistency have it (Z-01 to Z-14, Z-28). */
  #isMade(item: Item, policy: PolicyProperties, job: Job, rows: AzureRows): boolean {
    const vault = rows.vault.find(({ id }) => id === item.vaultId);
    const isKeyGone = vault?.keyEnabled === false;
    const audit = this.auditOf(rows, item, policy);
    const isMade = !isKeyGone && audit.achieved !== "NONE";
    const wanted = isMade ? `${status(audit)} ${audit.achieved}` : "Failed null";
    if (`${job.status} ${job.level}` !== wanted) {
      this.problems.push(`job ${job.id} is ${job.status} ${job.level}, expected ${wanted}`);
    }
    this.#compareGuest(job, audit.tries.at(-1) ?? null);
    return isMade;
  }

  /** Z-11: the post-script ran whenever the pre-script ran, each as often as its config allows. */
  #compareGuest({ id, detail }: Job, expected: GuestAudit | null): void {
    const { guestRun } = detail as { guestRun?: Record<string, { outcome: string; tries: number }> | null };
    const [pre, post] = [guestRun?.preScript, guestRun?.postScript];
    if ((pre === undefined) !== (post === undefined)) this.problems.push(`job ${id} ran one script of two`);
    const found = pre && post && [pre.outcome, pre.tries, post.outcome, post.tries].join(" ");
    const { pre: first, post: second } = expected ?? {};
    const wanted = first && second && [first.outcome, first.starts, second.outcome, second.starts].join(" ");
    if (found !== wanted) this.problems.push(`job ${id} ran ${found}, expected ${wanted}`);
  }

  /** What a backup of an item is worth as the rows are. */
  auditOf(rows: AzureRows, item: Item, policy: PolicyProperties): Audit {
    const machine = rows.machine.find(({ id }) => id === item.vmId);
    if (machine === undefined) throw new Error("an item has a machine");
    const disks = machine.disks as unknown as readonly MachineDisk[];
    const framework = rows.framework.find(({ id }) => id === machine.id);
    const facts: MachineFacts = { machine, disks, framework: framework && this.#frameworkOn(framework) };
    const isCrashConsistentOnly = policy.snapshotConsistencyType !== null;
    return auditBackup(facts, { isCrashConsistentOnly, diskExclusion: item.diskExclusion as DiskExclusion | null });
  }

  /** Whatever is in the config file from now on. */
  configSays(says: Says): void {
    this.#says = says;
  }

  /** Z-11: absent keys are as the extension has them, time-out 10 and poll 3. */
  #frameworkOn(row: AzureRows["framework"][number]): Framework {
    const config = row.config as unknown as ConfigFile;
    const files = [row.preScript, row.postScript] as unknown as readonly ScriptFile[];
    const absent = { ...(files[0] as ScriptFile), path: "", present: false };
    if (this.#says === null) return { config: { ...config, values: null }, preScript: absent, postScript: absent };
    const usual = { preScriptLocation: "/opt/pre.sh", postScriptLocation: "/opt/post.sh", timeoutInSeconds: 30 };
    const switches = { continueBackupOnFailure: true, fsFreezeEnabled: true };
    const counts = { preScriptNoOfRetries: 0, postScriptNoOfRetries: 0, ScriptsExecutionPollTimeSeconds: 3 };
    const { ScriptsExecutionPollTimeSeconds: poll, ...words } = { ...usual, ...switches, ...counts, ...this.#says };
    const values = { ...words, scriptsExecutionPollTimeSeconds: poll };
    const at = (path: string) => files.find((file) => file.path === path) ?? absent;
    const [preScript, postScript] = [at(values.preScriptLocation), at(values.postScriptLocation)];
    return { config: { ...config, values }, preScript, postScript };
  }

  /** A backup on demand was accepted; it lives as long as was asked for, or 30 days. */
  manual(before: AzureRows, after: AzureRows, itemId: string, askedEnd: End): void {
    const { now } = before;
    const item = before.item.find(({ id }) => id === itemId);
    const policy = before.policy.find(({ id }) => id === item?.policyId);
    const job = this.#takeJob(after, itemId, now, true);
    if (item === undefined || policy === undefined || job === undefined) return;
    const watched = this.#watch(itemId, now);
    const snapshotEnd = this.#snapshotEnd(job);
    watched.snapshotEnd = Math.max(watched.snapshotEnd ?? 0, snapshotEnd);
    if (!this.#isMade(item, propertiesIn(policy), job, before)) this.problems.push(`job ${job.id} can't succeed`);
    const vaultTime = this.#vaultTime(item, job, snapshotEnd);
    const end = askedEnd ?? now + 30 * secondsPerDay;
    const days = propertiesIn(policy).instantRpRetentionRangeInDays;
    const snapshotUntil = Math.max(Math.min(now + days * secondsPerDay, end), vaultTime);
    this.#add(item, job, { ruleName: "OnDemand", end, snapshotUntil, archiveTime: null, createTime: now, vaultTime });
  }

  /** A policy was written: its retention reaches the points that there are, as it does in the service (Z-27). */
  policyWritten(before: AzureRows, after: AzureRows, id: string): void {
    const [old, next] = [before, after].map(({ policy }) => policy.find((each) => each.id === id));
    if (old === undefined || next === undefined) return;
    const [was, is] = [propertiesIn(old), propertiesIn(next)];
    const lives = (each: PolicyProperties) =>
      JSON.stringify([each.retentionPolicy, each.tieringPolicy, each.instantRpRetentionRangeInDays, each.timeZone]);
    if (lives(was) === lives(is)) return;
    const isEarlier = (end: End) => end !== null && end < before.now;
    const past = after.point.filter((row) => isEarlier(row.expireTime) && this.points.get(row.id)?.gone === undefined);
    this.problems.push(...past.map((row) => `${row.id} came to its end before its policy was changed`));
    const isImmutable = isImmutableIn(before);
    for (const { id: itemId } of before.item.filter(({ policyId }) => policyId === id)) {
      for (const point of this.living(itemId)) this.#reapply(point, was, is, before.now, isImmutable);
    }
  }

  /** The point keeps its day and its place; what is over by the new retention ends now. */
  #reapply(point: PointBook, was: PolicyProperties, is: PolicyProperties, now: number, isImmutable: boolean): void {
    const { ruleName, createTime, vaultTime, policyEnd } = point;
    if (ruleName === "OnDemand") return;
    const latest = (end: number) => (isImmutable ? Math.max(end, policyEnd ?? 0) : end);
    const snapshotEnd = Math.max(createTime + is.instantRpRetentionRangeInDays * secondsPerDay, vaultTime ?? 0, now);
    if (vaultTime === null) {
      if (point.snapshotUntil > now) point.snapshotUntil = latest(snapshotEnd);
      this.#giveEnd(point, point.snapshotUntil);
      return;
    }
    if (point.snapshotUntil > now) point.snapshotUntil = snapshotEnd;
    const life = auditedLife(is, dayUnder(was, createTime), createTime);
    if (life !== undefined) {
      const end = latest(Math.max(life.end, now));
      if (end === Math.max(life.end, now)) point.ruleName = life.ruleName;
      this.#giveEnd(point, end);
    }
    if (point.archiveTime !== null && point.archiveTime <= now) return;
    const chosen = { ruleName: point.ruleName, createTime, vaultTime, end: point.policyEnd, notBefore: now };
    point.archiveTime = auditedArchiveTime(is, chosen);
  }

  /** What is kept for ever stays so; only the end that will hold again is another. */
  #giveEnd(point: PointBook, end: number): void {
    point.policyEnd = end;
    if (point.end !== null) point.end = end;
  }

  /** An item was protected, stopped, suspended, resumed or undeleted (Z-29, Z-33). */
  itemWritten(before: AzureRows, after: AzureRows, id: string): void {
    const old = before.item.find((each) => each.id === id);
    const next = after.item.find((each) => each.id === id);
    if (next === undefined) throw new Error("an item that was written is there");
    const watched = this.#watch(id, before.now);
    if (old?.protectionState !== "Protected") watched.since = before.now;
    watched.purgeTime = undefined;
    const isStopped = next.protectionState === "ProtectionStopped";
    for (const point of this.living(id)) point.end = isStopped ? null : point.policyEnd;
    if (old?.policyId == null || next.policyId === null || old.policyId === next.policyId) return;
    const [was, is] = [old.policyId, next.policyId].map((key) => before.policy.find((each) => each.id === key));
    if (was === undefined || is === undefined) throw new Error("policies that items use are there");
    const isImmutable = isImmutableIn(before);
    for (const point of this.living(id)) {
      this.#reapply(point, propertiesIn(was), propertiesIn(is), before.now, isImmutable);
    }
  }

  /** Whether an item may be deleted with its points: not in an immutable vault (Z-30). */
  mayRemove(rows: AzureRows, id: string, points: "retain" | "delete"): boolean {
    const isDone = rows.item.find((each) => each.id === id)?.protectionState === "SoftDeleted";
    return isDone || points === "retain" || this.living(id).length === 0 || !isImmutableIn(rows);
  }

  itemRemoved(before: AzureRows, id: string, points: "retain" | "delete"): void {
    const { now } = before;
    const item = before.item.find((each) => each.id === id);
    if (item === undefined || item.protectionState === "SoftDeleted") return;
    const living = this.living(id);
    const { state, retentionDays } = softDeleteIn(before);
    if (points === "delete" && state === "Disabled")
      for (const point of living) point.gone = { at: now, why: "deleted" };
    if (this.living(id).length === 0) {
      this.#watched.delete(id);
      return;
    }
    for (const point of living) point.end = null;
    const watched = this.#watch(id, now);
    if (points === "delete") watched.purgeTime = now + retentionDays * secondsPerDay;
  }

  /** An outsider deletes a point, or its snapshot only (Z-37). */
  pointDeleted(id: string): void {
    const point = this.points.get(id);
    if (point !== undefined) point.damaged = true;
  }

  snapshotDeleted(id: string, now: number): void {
    const point = this.points.get(id);
    if (point === undefined) return;
    if (point.vaultTime !== null && point.vaultTime <= now) point.snapshotUntil = now;
    else point.damaged = true;
  }
}

function status({ broken }: Audit): string {
  return broken.size === 0 ? "Completed" : "CompletedWithWarnings";
}

/** The estate has one vault. */
function settingsIn({ vault }: AzureRows) {
  return vault[0]?.settings as { immutability: string; softDelete: { state: string; retentionDays: number } };
}

export function isImmutableIn(rows: AzureRows): boolean {
  return settingsIn(rows).immutability !== "Disabled";
}

function softDeleteIn(rows: AzureRows) {
  return settingsIn(rows).softDelete;
}
