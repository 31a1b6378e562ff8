import type { Json } from "../../store/tables";
import { choice, defineCommand, json, type Operation, required, text, withoutNulls } from "../core/operation";
import { isoTime } from "../core/time";
import type { EngineError } from "../error";
import { freeJobId, throwTogether } from "./operation-common";
import { assessRestore, createRestore } from "./restore";
import { rehydrationPriorities } from "./restore-duration";
import { type RequestId, type RestoreInput, recoveryTypes, requestIds } from "./restore-request";
import { apiRefusal } from "./rule";

/** Ids that are none: ARM looks at their form before it looks for what they name. */
function idRefusals(given: Readonly<Partial<Record<RequestId, string | undefined>>>): EngineError[] {
  return (Object.keys(requestIds) as RequestId[]).flatMap((name) => {
    const { pattern, words } = requestIds[name];
    const value = given[name];
    if (value === undefined || pattern.test(value)) return [];
    return [apiRefusal("InvalidParameter", name, `${name} is not ${words}`, `give ${words}: /subscriptions/…`)];
  });
}

function readLuns(value: Json | undefined): readonly number[] | null {
  if (value === undefined) return null;
  const isList = Array.isArray(value) && value.every((lun) => Number.isInteger(lun));
  if (isList) return value as readonly number[];
  const name = "restoreDiskLunList";
  throw apiRefusal("InvalidParameter", name, `${name} is no list of LUNs`, "write [-1, 0]; -1 is the OS disk");
}

const trigger = defineCommand({
  name: "Restores_Trigger",
  product: "recoveryservices",
  description: "Restores from a recovery point: the machine itself, a new machine, or new disks (Z-35).",
  parameters: {
    recoveryPointId: required(text("The recovery point's ARM id.")),
    recoveryType: required(choice(recoveryTypes, "What comes back.")),
    storageAccountId: required(text("ARM id of the storage account where the service stages the restore.")),
    restoreDiskLunList: json("RestoreDisks: [-1, 0], LUNs; -1 is the OS disk. Default: all disks of the point."),
    region: text("The paired region, for a cross-region restore. Default: the vault's."),
    targetVirtualMachineId: text("AlternateLocation: ARM id of the machine that is made."),
    targetResourceGroupId: text("RestoreDisks: ARM id of the resource group that gets the disks."),
    virtualNetworkId: text("AlternateLocation: ARM id of the new machine's network."),
    subnetId: text("AlternateLocation: ARM id of a subnet of it."),
    rehydrationPriority: choice(rehydrationPriorities, "How urgently a point comes back from the archive."),
  },
  call: async (context, given) => {
    const luns = readLuns(given.restoreDiskLunList);
    const malformed = idRefusals(given);
    if (malformed.length > 0) return throwTogether(malformed);
    const input: RestoreInput = {
      id: await freeJobId(context, given.recoveryPointId),
      recoveryPointId: given.recoveryPointId,
      recoveryType: given.recoveryType,
      restoreDiskLunList: luns,
      region: given.region ?? null,
      targetVirtualMachineId: given.targetVirtualMachineId ?? null,
      targetResourceGroupId: given.targetResourceGroupId ?? null,
      virtualNetworkId: given.virtualNetworkId ?? null,
      subnetId: given.subnetId ?? null,
      storageAccountId: given.storageAccountId,
      rehydrationPriority: given.rehydrationPriority ?? null,
    };
    const { refusals } = await assessRestore(context, input);
    if (refusals.length > 0) return throwTogether(refusals);
    const restore = await createRestore(context, input);
    return withoutNulls({
      jobId: restore.jobId,
      tier: restore.tier,
      endTime: isoTime(restore.completeTime),
      vmId: restore.vmIds[0] ?? null,
      diskIds: restore.diskIds,
    });
  },
});

/** Operations that bring backups back. */
export const restoreOperations: readonly Operation[] = [trigger];
