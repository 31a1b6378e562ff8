import type { Json, Row } from "../../store/tables";
import type { Command, CommandContext, Query, QueryContext } from "../engine";
import { invariant } from "../error";
import { requireAccess } from "./access";
import { armKey, nameOf, vaultOf } from "./arm-id";
import { normaliseLocation } from "./catalogue";
import { type PointTier, tierToRead } from "./point-tier";
import { findPoint, type PointDisk, pointRefusals, type VaultPoint } from "./recovery-point";
import {
  diskRefusals,
  disksToRestore,
  isCrossRegion,
  regionRefusals,
  rehydrationRefusals,
  targetRefusals,
  type Wanted,
} from "./restore-check";
import { bytesToRestore, secondsToRehydrate, secondsToTransfer } from "./restore-duration";
import { type RestoreInput, shapeRefusals } from "./restore-request";
import { createMachine, groupIdOf, newDiskId, replaceDisks } from "./restore-target";
import { type Reason, reason, refusal } from "./rule";
import { findVault, requireVault, type Vault } from "./vault";
import { detailOfVaultJob, findVaultJob, type VaultJob, type VaultJobDetail, type VaultTask } from "./vault-job";
import { keyProblem } from "./vault-key";
import { findMachine, removeMachine } from "./virtual-machine";

export type VaultRestore = Row<"vaultRestore">;

/** What a restore will do: all of it is known before it starts. */
export interface RestorePlan {
  readonly point: VaultPoint;
  readonly vault: Vault;
  /** Where the data is read (Z-35). */
  readonly tier: PointTier;
  readonly location: string;
  readonly disks: readonly PointDisk[];
  /** In the order in which they run. */
  readonly tasks: readonly VaultTask[];
  /** After the snapshot is taken, where the job that makes it still runs. */
  readonly startTime: number;
  readonly completeTime: number;
  readonly isCrossRegion: boolean;
}

export interface RestoreAssessment {
  readonly refusals: readonly Error[];
  readonly warnings: readonly Reason[];
  /** Undefined when there is nothing to restore from. */
  readonly plan: RestorePlan | undefined;
}

export const findRestore: Query<string, VaultRestore | undefined> = async ({ store, settings }, armId) => {
  const restore = await store.get("vaultRestore", armKey(armId));
  return restore?.account === settings.account ? restore : undefined;
};

/** The vault is the door: who may not restore from it learns nothing of what is in it (Z-20). */
async function openVault(context: QueryContext, recoveryPointId: string): Promise<Vault> {
  const vault = await requireVault(context, { armId: vaultOf(recoveryPointId), property: "recoveryPointId" });
  requireAccess(context, vault, "restore", "Restores_Trigger");
  return vault;
}

/** A vault whose key is disabled gives nothing back (Z-28). */
function keyRefusals(vault: Vault): readonly Error[] {
  const why = keyProblem(vault);
  if (why === undefined) return [];
  return [refusal(why.rule, why.code ?? "Engine.VaultKeyDisabled", "recoveryPointId", why.message, why.remedy)];
}

/** Looks at a restore without starting it: all that speaks against it at once. */
export const assessRestore: Query<RestoreInput, RestoreAssessment> = async (context, input) => {
  const { recoveryPointId } = input;
  let vault: Vault;
  try {
    vault = await openVault(context, recoveryPointId);
  } catch (error) {
    return { refusals: [error as Error], warnings: [], plan: undefined };
  }
  const first = [...keyRefusals(vault), ...shapeRefusals(input)];
  const unusable = await pointRefusals(context, { recoveryPointId, property: "recoveryPointId" });
  const point = await findPoint(context, recoveryPointId);
  if (unusable.length > 0 || point === undefined) {
    return { refusals: [...first, ...unusable], warnings: [], plan: undefined };
  }
  const wanted = { input, point, vault };
  const refusals = [
    ...first,
    ...regionRefusals(wanted, context.now),
    ...rehydrationRefusals(wanted, context.now),
    ...diskRefusals(wanted),
    ...(await targetRefusals(context, wanted)),
  ];
  const plan = await planOf(context, wanted);
  return { refusals, warnings: warningsOf(plan, input, context.now), plan };
};

async function planOf(context: QueryContext, wanted: Wanted): Promise<RestorePlan> {
  const { input, point, vault } = wanted;
  const { now } = context;
  const crossRegion = isCrossRegion(wanted);
  // The other region has no snapshots: they lie beside the machine.
  const tier = crossRegion ? "HardenedRP" : (tierToRead(point, now) ?? "HardenedRP");
  const disks = disksToRestore(input, point);
  const startTime = Math.max(now, await snapshotTime(context, point));
  const readTime = startTime + secondsToRehydrate(tier, input.rehydrationPriority);
  const completeTime = readTime + secondsToTransfer(tier, disks);
  const tasks: VaultTask[] = [];
  if (tier === "ArchivedRP") tasks.push({ taskId: "Rehydrate data", startTime, completeTime: readTime });
  tasks.push({
    taskId: tier === "InstantRP" ? "Restore from snapshot" : "Transfer data from vault",
    startTime: readTime,
    completeTime,
  });
  const location = normaliseLocation(input.region ?? vault.location);
  return { point, vault, tier, location, disks, tasks, startTime, completeTime, isCrossRegion: crossRegion };
}

/** When a point's snapshot is taken: a restore waits behind the job that still makes it. */
async function snapshotTime(context: QueryContext, point: VaultPoint): Promise<number> {
  const job = await findVaultJob(context, point.jobId);
  const task = job && detailOfVaultJob(job).tasks.find(({ taskId }) => taskId === "Take Snapshot");
  return task?.completeTime ?? point.createTime;
}

function warningsOf({ tier, point, completeTime }: RestorePlan, input: RestoreInput, now: number): readonly Reason[] {
  if (tier !== "ArchivedRP") return [];
  const hours = Math.ceil((completeTime - now) / 3600);
  const message = `recovery point ${nameOf(point.armId)} comes back from the archive: that takes ${hours} hours`;
  const sooner = input.rehydrationPriority === "High" ? "" : ", or set rehydrationPriority to High,";
  return [reason("Z-35", message, `restore a younger point${sooner} if it is urgent`)];
}

/** Restores_Trigger: what comes of it is decided now, and its job follows the clock. */
export const createRestore: Command<RestoreInput, VaultRestore> = async (context, input) => {
  const { refusals, plan } = await assessRestore(context, input);
  const [problem] = refusals;
  if (problem !== undefined) throw problem;
  invariant(plan !== undefined, "a restore that nothing speaks against has a plan");
  const made = await carryOut(context, input, plan);
  const { point, vault, tier, disks, completeTime } = plan;
  const row: VaultRestore = {
    id: armKey(input.id),
    account: context.settings.account,
    itemId: point.itemId,
    vmId: point.vmId,
    vaultId: vault.id,
    recoveryPointId: point.armId,
    recoveryType: input.recoveryType,
    jobId: input.id,
    target: input as unknown as Json,
    tier,
    vmIds: made.vmIds,
    diskIds: made.diskIds,
    disks: disks as unknown as readonly Json[],
    level: point.level,
    bytesTotal: disks.reduce((sum, disk) => sum + bytesToRestore(disk), 0),
    startTime: plan.startTime,
    completeTime,
    status: "Completed",
  };
  await context.store.put("vaultRestore", [row]);
  await context.store.put("vaultJob", [{ ...jobRow(row, plan), startTime: context.now }]);
  return row;
};

function jobRow(restore: VaultRestore, { tasks, isCrossRegion: crossRegion, disks }: RestorePlan): VaultJob {
  const { id, account, itemId, vmId, vaultId, startTime, completeTime, bytesTotal, level, recoveryPointId } = restore;
  const detail: VaultJobDetail = { attempts: [], guestRun: null, tasks, diskBytes: disks.map(bytesToRestore) };
  return {
    ...{ id, account, itemId, vmId, vaultId, startTime, completeTime, bytesTotal, level, recoveryPointId },
    armId: restore.jobId,
    operation: crossRegion ? "CrossRegionRestore" : "Restore",
    status: restore.status,
    reasons: [],
    userTriggered: true,
    detail: detail as unknown as Json,
    errorCode: null,
    errorMessage: null,
  };
}

interface Made {
  readonly vmIds: readonly string[];
  /** Of the disks that are new. */
  readonly diskIds: readonly string[];
}

async function carryOut(context: CommandContext, input: RestoreInput, plan: RestorePlan): Promise<Made> {
  const { point, disks, location } = plan;
  if (input.recoveryType === "OriginalLocation") {
    const machine = await findMachine(context, point.vmId);
    invariant(machine !== undefined, "a machine that isn't there was refused");
    await replaceDisks(context, machine, disks);
    return { vmIds: [machine.armId], diskIds: [] };
  }
  const vmId = input.targetVirtualMachineId;
  const groupId = vmId === null ? (input.targetResourceGroupId ?? "") : groupIdOf(vmId);
  const vmName = nameOf(vmId ?? point.vmId);
  const diskIds = disks.map(({ lun }) => newDiskId(input.id, groupId, vmName, lun));
  if (vmId === null) return { vmIds: [], diskIds };
  await createMachine(context, { point, disks, vmId, location, diskIds });
  return { vmIds: [vmId], diskIds };
}

/** Forgets a restore with its job; what it made stays unless it is asked away. Gone already is fine. */
export const removeRestore: Command<{ id: string; deleteMade: boolean }, void> = async (
  context,
  { id, deleteMade },
) => {
  const restore = await findRestore(context, id);
  if (restore === undefined) return;
  const vault = await findVault(context, restore.vaultId);
  if (vault !== undefined) requireAccess(context, vault, "restore", "to forget a restore");
  if (deleteMade && restore.recoveryType === "AlternateLocation") {
    for (const vmId of restore.vmIds) {
      // A machine that a program made in its place since is the program's.
      if ((await findMachine(context, vmId))?.origin === "RESTORE") await removeMachine(context, vmId);
    }
  }
  await context.store.remove("vaultRestore", [restore.id]);
  await context.store.remove("vaultJob", [restore.id]);
};
