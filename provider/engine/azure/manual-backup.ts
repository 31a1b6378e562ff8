import { digitsOf } from "../core/identifier";
import { isoTime, secondsPerDay } from "../core/time";
import type { Command, Query, QueryContext } from "../engine";
import { invariant } from "../error";
import { accessRefusal, isAllowed, requireAccess } from "./access";
import { armKey, pointIdOf } from "./arm-id";
import { type BackupOutcome, backupJobRow, decideBackup, failureOf, pointRow } from "./backup";
import { type Consistency, evaluateConsistency } from "./consistency";
import type { Assessment } from "./item-assessment";
import { exclusionOf, findItem, type ProtectedItem } from "./item-row";
import { backupSettingsOf } from "./item-run";
import { type PolicyRow, propertiesOf, requirePolicy } from "./policy";
import { snapshotUntilOf } from "./policy-retention";
import { apiRefusal, refusal } from "./rule";
import { findVault, requireVault } from "./vault";
import { detailOfVaultJob, type VaultJob } from "./vault-job";
import { keyProblem } from "./vault-key";
import { loadFacts, machineNotFound, type VirtualMachine, withExtension } from "./virtual-machine";

/** The portal's default: how long an on-demand point lives. */
export const defaultRetentionDays = 30;

export interface ManualBackupInput {
  /** ARM id of the job that is made. */
  readonly jobId: string;
  readonly itemId: string;
  /** When the point expires, UNIX seconds; null: 30 days from now. */
  readonly expireTime: number | null;
}

/** What the service says to a backup on demand before it is made. */
export interface ManualAssessment extends Assessment {
  /** What it would be made of; undefined where something needed is not there. */
  readonly plan: ManualPlan | undefined;
}

interface ManualPlan {
  readonly item: ProtectedItem;
  readonly machine: VirtualMachine;
  readonly policy: PolicyRow;
  readonly consistency: Consistency;
}

/** Looks at a backup without making it: the same rules as `createManualBackup`, all refusals at once. */
export const assessManualBackup: Query<Omit<ManualBackupInput, "jobId">, ManualAssessment> = async (context, input) => {
  const refusals: Error[] = [];
  const { expireTime } = input;
  if (expireTime !== null && expireTime <= context.now) {
    const message = `the point would expire at ${isoTime(expireTime)}, which is past: now is ${isoTime(context.now)}`;
    const remedy = "give a later time, or leave it out for 30 days";
    refusals.push(apiRefusal("UserErrorInvalidExpiryTime", "recoveryPointExpiryTimeInUTC", message, remedy));
  }
  const none = { warnings: [], consistency: undefined, plan: undefined };
  const item = await findItem(context, input.itemId);
  const denied = item === undefined ? undefined : await accessProblem(context, item);
  // Who may not back up learns nothing of the item.
  if (denied !== undefined) return { refusals: [denied], ...none };
  if (item === undefined || item.policyId === null || item.protectionState !== "Protected") {
    refusals.push(notProtected(input.itemId, item));
    return { refusals, ...none };
  }
  const facts = await loadFacts(context, item.vmId);
  if (facts === undefined)
    return { refusals: [...refusals, machineNotFound(item.sourceResourceId, "itemId")], ...none };
  refusals.push(...(await vaultRefusals(context, item)));
  const policy = await requirePolicy(context, item.policyId);
  const consistency = evaluateConsistency(facts, backupSettingsOf(propertiesOf(policy), exclusionOf(item)));
  if (consistency.achieved === "NONE") {
    const why = failureOf({ consistency });
    refusals.push(refusal(why.rule, why.code ?? "BackupFailed", "itemId", why.message, why.remedy));
  }
  return { refusals, warnings: [], consistency, plan: { item, machine: facts.machine, policy, consistency } };
};

function notProtected(itemId: string, item: ProtectedItem | undefined): Error {
  const property = "itemId";
  if (item === undefined) {
    const remedy = "take itemId from the output of recoveryservices:ProtectedItem";
    return apiRefusal("BMSUserErrorObjectNotFound", property, `there is no protected item ${itemId}`, remedy);
  }
  const message = `the item is ${item.protectionState}: it can't be backed up`;
  return refusal("Z-33", "UserErrorProtectionStopped", property, message, "resume its protection first");
}

async function accessProblem(context: QueryContext, { vaultId }: ProtectedItem): Promise<Error | undefined> {
  const vault = await findVault(context, vaultId);
  if (vault === undefined || isAllowed(context, vault, "back up")) return undefined;
  return accessRefusal(context, vault, "back up", "Backups_Trigger");
}

async function vaultRefusals(context: QueryContext, item: ProtectedItem): Promise<Error[]> {
  const vault = await requireVault(context, { armId: item.vaultId, property: "itemId" });
  const problem = keyProblem(vault);
  if (problem === undefined) return [];
  const { rule, code, message, remedy } = problem;
  return [refusal(rule, code ?? "BackupFailed", "itemId", message, remedy)];
}

/** Backups_Trigger: takes a backup now; its outcome is decided at once, its progress follows the clock. */
export const createManualBackup: Command<ManualBackupInput, VaultJob> = async (context, input) => {
  const { store, now } = context;
  const { refusals, plan } = await assessManualBackup(context, input);
  const [problem] = refusals;
  if (problem !== undefined) throw problem;
  invariant(plan !== undefined, "a backup that nothing speaks against can be made");
  const { item, machine, policy, consistency } = plan;
  const { lastStartTime, lastVaultedTime, lastTransferTime } = item;
  const newest = { lastStartTime, lastVaultedTime, lastTransferTime };
  const outcome = decideBackup({ machine, consistency, startTime: now, ...newest, goesToVault: true });
  const pointId = pointIdOf(item.armId, digitsOf(15, "point", armKey(input.jobId)));
  const base = {
    account: item.account,
    jobId: input.jobId,
    itemId: item.id,
    vmId: item.vmId,
    vaultId: item.vaultId,
    startTime: now,
    userTriggered: true,
  };
  const expireTime = input.expireTime ?? now + defaultRetentionDays * secondsPerDay;
  const snapshotUntil = Math.min(snapshotUntilOf(propertiesOf(policy), now), expireTime);
  const life = { ruleName: "OnDemand", expireTime, snapshotUntil, archiveTime: null };
  const job = backupJobRow(base, withExpiry(outcome, input.expireTime), pointId);
  await store.put("vaultJob", [job]);
  await store.put("vaultPoint", [pointRow({ ...base, pointId, policyId: item.policyId }, outcome, life)]);
  await store.put("protectedItem", [{ ...item, ...afterBackup(item, outcome, now) }]);
  const installed = withExtension(machine, consistency.extension);
  if (installed !== undefined) await store.put("virtualMachine", [installed]);
  return job;
};

/** What was asked for stays known when the point is gone. */
function withExpiry(outcome: BackupOutcome, askedExpireTime: number | null): BackupOutcome {
  return askedExpireTime === null ? outcome : { ...outcome, detail: { ...outcome.detail, askedExpireTime } };
}

/** What the next backup has to know of this one. */
function afterBackup(item: ProtectedItem, { snapshotTime, vaultTime }: BackupOutcome, now: number) {
  const lastCompleteTime = Math.max(item.lastCompleteTime ?? 0, snapshotTime);
  return { lastStartTime: now, lastVaultedTime: now, lastCompleteTime, lastTransferTime: vaultTime };
}

/** A backup on demand by its job, also after its point expired. */
export interface ManualBackup {
  readonly job: VaultJob;
  /** The item, if it is still there, by its ARM id. */
  readonly itemId: string | null;
  readonly askedExpireTime: number | null;
}

export const findManualBackup: Query<string, ManualBackup | undefined> = async (context, jobId) => {
  const job = await context.store.get("vaultJob", armKey(jobId));
  if (job?.account !== context.settings.account || !job.userTriggered || job.operation !== "Backup") return undefined;
  const item = job.itemId === null ? undefined : await context.store.get("protectedItem", job.itemId);
  return {
    job,
    itemId: item?.armId ?? job.itemId,
    askedExpireTime: detailOfVaultJob(job).askedExpireTime ?? null,
  };
};

/** Forgets a backup's job; Azure deletes no single point, so the point stays until it expires. Gone already is fine. */
export const forgetManualBackup: Command<string, void> = async (context, jobId) => {
  const backup = await findManualBackup(context, jobId);
  const vault = backup && (await findVault(context, backup.job.vaultId));
  if (vault !== undefined) requireAccess(context, vault, "back up", "to forget a backup");
  await context.store.remove("vaultJob", [armKey(jobId)]);
};
