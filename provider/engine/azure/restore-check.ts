import { readableTime } from "../core/time";
import type { QueryContext } from "../engine";
import { armKey, isSameId, nameOf } from "./arm-id";
import { findRegion, isSameLocation } from "./catalogue";
import { tiersAt, tierToRead, tierWordAt } from "./point-tier";
import { disksOfPoint, excludedDisksOf, type PointDisk, type VaultPoint } from "./recovery-point";
import type { RestoreInput } from "./restore-request";
import { groupIdOf } from "./restore-target";
import { apiRefusal, refusal } from "./rule";
import { settingsOf, type Vault } from "./vault";
import { findMachine } from "./virtual-machine";

/** A restore that is to be looked at, with the point and the vault that it is from. */
export interface Wanted {
  readonly input: RestoreInput;
  readonly point: VaultPoint;
  readonly vault: Vault;
}

/** Whether the data comes back in the paired region. */
export function isCrossRegion({ input: { region }, vault }: Wanted): boolean {
  return region !== null && !isSameLocation(region, vault.location);
}

/** The disks that come back: those that are named, else all of the point. */
export function disksToRestore({ restoreDiskLunList: luns }: RestoreInput, point: VaultPoint): readonly PointDisk[] {
  const disks = disksOfPoint(point);
  return luns === null ? disks : disks.filter(({ lun }) => luns.includes(lun));
}

/** Cross-region restore: what the vault must be, and what comes back there. */
export function regionRefusals(wanted: Wanted, now: number): readonly Error[] {
  if (!isCrossRegion(wanted)) return [];
  const { input, vault, point } = wanted;
  const { redundancy, crossRegionRestore } = settingsOf(vault);
  const paired = findRegion(vault.location)?.pairedLocation ?? null;
  const refusals: Error[] = [];
  if (redundancy !== "GeoRedundant" || !crossRegionRestore) {
    const message =
      `vault ${vault.vaultName} (${redundancy}) has no cross-region restore: ` +
      `its data comes back in ${vault.location}`;
    const remedy = "set crossRegionRestore on a GeoRedundant vault, or leave region out";
    refusals.push(refusal("Z-35", "UserErrorCrossRegionRestoreNotEnabled", "region", message, remedy));
  }
  if (paired === null || !isSameLocation(paired, input.region ?? "")) {
    const message = `${input.region} is not the paired region of ${vault.location}`;
    const remedy =
      paired === null ? "that region has no pair: leave region out" : `set region to ${paired}, or leave it out`;
    refusals.push(refusal("Z-35", "UserErrorInvalidTargetRegion", "region", message, remedy));
  }
  if (input.recoveryType === "OriginalLocation") {
    const message = "OriginalLocation takes a machine back where it is; in another region a new one or disks are made";
    const remedy = "use AlternateLocation or RestoreDisks, or leave region out";
    refusals.push(refusal("Z-35", "UserErrorInvalidRecoveryType", "recoveryType", message, remedy));
  }
  if (!tiersAt(point, now).includes("HardenedRP")) {
    const message = `recovery point ${nameOf(point.armId)} is not in the vault tier but: ${tierWordAt(point, now)}`;
    const remedy =
      point.vaultTime !== null && point.vaultTime > now
        ? `it is in the vault from ${readableTime(point.vaultTime)}; wait until then, or choose an older point`
        : "another region has what is in the vault tier: choose such a point";
    refusals.push(refusal("Z-35", "UserErrorRecoveryPointNotInVault", "recoveryPointId", message, remedy));
  }
  return refusals;
}

/** The archive is asked for its data first, and how urgently is the caller's to say. */
export function rehydrationRefusals({ input, point }: Wanted, now: number): readonly Error[] {
  if (tierToRead(point, now) !== "ArchivedRP" || input.rehydrationPriority !== null) return [];
  const message = `recovery point ${nameOf(point.armId)} is in the archive: it has to be rehydrated first`;
  const remedy = "set rehydrationPriority: Standard (up to 15 hours) or High (up to 1 hour)";
  return [refusal("Z-35", "UserErrorRehydrationInfoMissing", "rehydrationPriority", message, remedy)];
}

/** Selective disks: only what the point holds comes back, and a machine is never made of a part (Z-26, Z-35). */
export function diskRefusals({ input, point }: Wanted): readonly Error[] {
  const { recoveryType, restoreDiskLunList } = input;
  const refusals: Error[] = [];
  const held = disksOfPoint(point);
  const excluded = excludedDisksOf(point);
  if (excluded.length > 0 && recoveryType !== "RestoreDisks") {
    const message =
      `recovery point ${nameOf(point.armId)} leaves out ${excluded.length} of the machine's disks ` +
      `(${lunsOf(excluded)}): only RestoreDisks is offered`;
    const remedy = "use recoveryType RestoreDisks, and attach the disks that come back";
    refusals.push(refusal("Z-26", "UserErrorSelectiveDiskRestore", "recoveryType", message, remedy));
  }
  for (const [index, lun] of (restoreDiskLunList ?? []).entries()) {
    if (held.some((disk) => disk.lun === lun)) continue;
    const why = excluded.some((disk) => disk.lun === lun) ? ": it was excluded from the backup" : "";
    const message = `recovery point ${nameOf(point.armId)} holds no disk of LUN ${lun}${why}`;
    const path = `restoreDiskLunList[${index}]`;
    refusals.push(refusal("Z-35", "UserErrorDiskNotInRecoveryPoint", path, message, `it holds: ${lunsOf(held)}`));
  }
  return refusals;
}

function lunsOf(disks: readonly PointDisk[]): string {
  return disks.map(({ lun, name }) => `${lun} ${name}`).join(", ");
}

/** Whether the target is as each way of restoring needs it; that it is named at all is the request's own matter. */
export async function targetRefusals(context: QueryContext, wanted: Wanted): Promise<readonly Error[]> {
  switch (wanted.input.recoveryType) {
    case "OriginalLocation":
      return originalRefusals(context, wanted);
    case "AlternateLocation":
      return [...(await newMachineRefusals(context, wanted)), ...networkRefusals(wanted.input)];
    case "RestoreDisks":
      return subscriptionRefusals(context, wanted.input.targetResourceGroupId, "targetResourceGroupId");
  }
}

/** Replacing disks: the machine must be there, and of the kind whose disks can be replaced. */
async function originalRefusals(context: QueryContext, { point }: Wanted): Promise<readonly Error[]> {
  const machine = await findMachine(context, point.vmId);
  const remedy = "use AlternateLocation to make a new machine of the point, or RestoreDisks";
  if (machine === undefined) {
    const message = `the machine ${point.vmId} is there no more: OriginalLocation replaces the disks of one that is`;
    return [refusal("Z-35", "UserErrorVmNotFound", "recoveryType", message, remedy)];
  }
  if (machine.deploymentModel === "Arm" && machine.managedDisks) return [];
  const kind = machine.managedDisks ? "is a classic one" : "has unmanaged disks";
  const message = `the machine ${machine.vmName} ${kind}: its disks can't be replaced`;
  return [refusal("Z-35", "UserErrorReplaceDisksUnsupported", "recoveryType", message, remedy)];
}

async function newMachineRefusals(context: QueryContext, { input }: Wanted): Promise<readonly Error[]> {
  const { targetVirtualMachineId: armId, targetResourceGroupId } = input;
  if (armId === null) return [];
  const refusals = [...subscriptionRefusals(context, armId, "targetVirtualMachineId")];
  const taken = await context.store.get("virtualMachine", armKey(armId));
  if (taken !== undefined && !taken.released) {
    const message = `there is a machine ${armId} already: AlternateLocation makes a new one`;
    const remedy = "choose another name, or use OriginalLocation to take that machine back";
    refusals.push(refusal("Z-35", "UserErrorTargetVmExists", "targetVirtualMachineId", message, remedy));
  }
  if (targetResourceGroupId !== null && !isSameId(targetResourceGroupId, groupIdOf(armId))) {
    const message = `targetResourceGroupId is not the group of ${armId}`;
    const remedy = `leave it out, or set it to ${groupIdOf(armId)}`;
    refusals.push(apiRefusal("InvalidParameter", "targetResourceGroupId", message, remedy));
  }
  return refusals;
}

/** The engine holds one subscription; what is made in another one it could not show. */
function subscriptionRefusals({ settings }: QueryContext, armId: string | null, property: string): readonly Error[] {
  if (armId === null) return [];
  const subscriptionId = /^\/subscriptions\/([^/]+)/i.exec(armId)?.[1] ?? "";
  if (isSameId(subscriptionId, settings.subscriptionId)) return [];
  const message = `${property} lies in subscription ${subscriptionId}, the provider's is ${settings.subscriptionId}`;
  const remedy = "name a target in the provider's subscription";
  return [apiRefusal("Engine.OtherSubscription", property, message, remedy)];
}

function networkRefusals({ virtualNetworkId, subnetId }: RestoreInput): readonly Error[] {
  if (virtualNetworkId === null || subnetId === null) return [];
  if (armKey(subnetId).startsWith(`${armKey(virtualNetworkId)}/subnets/`)) return [];
  const message = `subnetId ${subnetId} is not in the virtual network ${virtualNetworkId}`;
  const remedy = `name one of its subnets: ${virtualNetworkId}/subnets/…`;
  return [apiRefusal("UserErrorSubnetNotFound", "subnetId", message, remedy)];
}
