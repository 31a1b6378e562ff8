import type { Json } from "../../store/tables";
import { choice, defineCommand, defineQuery, json, required, text, withoutNulls } from "../core/operation";
import { invariant } from "../error";
import { createClone } from "./clone";
import { freshId, instanceSource, pageOf, pagingParameters } from "./operation-common";
import { decodeFilters, isLetThrough } from "./operation-filter";
import { Structure } from "./operation-structure";
import { createRestore, type Restore, type RestoreInput, restoreTypes } from "./restore";
import { cancelRestore, restoreStateAt } from "./restore-state";
import type { MachineTarget } from "./restore-target";
import { apiRefusal } from "./rule";
import { bindByTags } from "./tag-binding";

const targetKeys = [
  "InstanceType",
  "RestoredNetwork",
  "SecurityGroup",
  "RestoredName",
  "RestoredHostName",
  "AllocatePublicIp",
  "PrivateIpAddress",
] as const;
const otherKeys = [
  "DiskCategory",
  "DiskPerformanceLevel",
  "BootAfterRestore",
  "SourceInstanceId",
  "TargetInstanceId",
  "ForceRestore",
] as const;
const categories = ["cloud_essd", "cloud_ssd", "cloud_efficiency", "cloud_auto", "cloud_essd_entry"] as const;
const levels = ["PL0", "PL1", "PL2", "PL3"] as const;

type Detail = Omit<RestoreInput, "id" | "restoreType" | "recoveryPointId" | "regionId" | "diskId">;

function decodeDetail(value: Json, restoreType: RestoreInput["restoreType"]): Detail {
  const detail = new Structure(value, "UdmDetail", [...targetKeys, ...otherKeys]);
  const needed = (key: string): string => {
    const given = detail.text(key);
    if (given !== undefined && given !== "") return given;
    const message = `a restore of type ${restoreType} needs UdmDetail.${key}`;
    throw apiRefusal("MissingParameter", `UdmDetail.${key}`, message, `give {"${key}":"…"}`);
  };
  const diskCategory = detail.choice("DiskCategory", categories) ?? null;
  const diskPerformanceLevel = detail.choice("DiskPerformanceLevel", levels) ?? null;
  const bootAfterRestore = detail.boolean("BootAfterRestore") ?? false;
  const isRollback = restoreType.endsWith("_ROLLBACK");
  return {
    target: restoreType === "UDM_ECS" ? decodeTarget(detail, needed, bootAfterRestore) : null,
    sourceInstanceId: isRollback ? needed("SourceInstanceId") : null,
    targetInstanceId: restoreType === "UDM_ECS_DISK" ? needed("TargetInstanceId") : null,
    diskCategory,
    diskPerformanceLevel,
    forceRestore: detail.boolean("ForceRestore") ?? false,
    bootAfterRestore,
  };
}

function decodeTarget(detail: Structure, needed: (key: string) => string, bootAfterRestore: boolean): MachineTarget {
  return {
    diskCategory: detail.choice("DiskCategory", categories) ?? needed("DiskCategory"),
    diskPerformanceLevel: detail.choice("DiskPerformanceLevel", levels) ?? "PL1",
    instanceType: needed("InstanceType"),
    restoredNetwork: needed("RestoredNetwork"),
    securityGroup: needed("SecurityGroup"),
    restoredName: needed("RestoredName"),
    restoredHostName: needed("RestoredHostName"),
    allocatePublicIp: detail.boolean("AllocatePublicIp") ?? false,
    privateIpAddress: detail.text("PrivateIpAddress") ?? null,
    bootAfterRestore,
  };
}

const createRestoreJob = defineCommand({
  name: "CreateRestoreJob",
  product: "hbr",
  description:
    "Restores a recovery point: to a new machine (UDM_ECS), in place, or one disk of it. Of a job that still runs it " +
    "waits for the point (A-54).",
  parameters: {
    SourceType: instanceSource,
    RestoreType: required(choice(restoreTypes, `One of ${restoreTypes.join(", ")}.`)),
    SnapshotId: required(
      text("The point: a machine's, s-…, a group's, gs-…, a copy's, or one disk's snapshot, s-…-0."),
    ),
    UdmRegionId: text("Disaster recovery: the region of the copy, where the new machine will be (A-51)."),
    DiskId: text("Only this disk of the point, d-…."),
    UdmDetail: json(
      'JSON. UDM_ECS: {"diskCategory","instanceType","restoredNetwork","securityGroup","restoredName",' +
        '"restoredHostName"}; rollbacks: {"sourceInstanceId","forceRestore"}; UDM_ECS_DISK: {"targetInstanceId"}.',
    ),
  },
  call: async (context, given) => {
    const { RestoreType: restoreType, SnapshotId: recoveryPointId } = given;
    const id = await freshId(context, "restore", "r", recoveryPointId);
    const { instanceIds, diskIds } = await createRestore(context, {
      id,
      restoreType,
      recoveryPointId,
      regionId: given.UdmRegionId ?? null,
      diskId: given.DiskId ?? null,
      ...decodeDetail(given.UdmDetail ?? {}, restoreType),
    });
    await bindByTags(context, { instanceIds });
    return { RestoreId: id, instanceIds, diskIds };
  },
});

const cloneEcsInstance = defineCommand({
  name: "cloneEcsInstance",
  product: "hbr",
  description:
    "The engine's own, as the console's clone now: a pay-as-you-go machine with the data of now; the snapshots that " +
    "it takes live a day (A-50).",
  parameters: {
    InstanceId: required(text("The machine, i-…, or the consistency group, cg-…; with ESSD system disks.")),
    UdmDetail: required(json("JSON, as CreateRestoreJob of type UDM_ECS has it.")),
  },
  call: async (context, { InstanceId: sourceId, UdmDetail }) => {
    const id = await freshId(context, "restore", "r", sourceId);
    const { target } = decodeDetail(UdmDetail, "UDM_ECS");
    invariant(target !== null, "a restore to a new machine says what that is like");
    const { instanceIds, diskIds, snapshotIds } = await createClone(context, { id, sourceId, target });
    await bindByTags(context, { instanceIds });
    return { RestoreId: id, instanceIds, diskIds, snapshotIds };
  },
});

function restoreRecord(restore: Restore, now: number): Json {
  const { status, progress } = restoreStateAt(restore, now);
  return withoutNulls({
    RestoreId: restore.id,
    RestoreType: restore.restoreType,
    SourceType: "UDM_ECS",
    SnapshotId: restore.recoveryPointId,
    InstanceId: restore.instanceId,
    Status: status,
    Progress: progress,
    BytesTotal: restore.bytesTotal,
    StartTime: restore.startTime,
    CompleteTime: status === "COMPLETE" || status === "CANCELED" ? restore.completeTime : null,
    UdmRegionId: restore.regionId,
    isClone: restore.kind === "CLONE",
    consistentLevel: restore.level,
    instanceIds: restore.instanceIds,
    diskIds: restore.diskIds,
  });
}

const filterKeys = ["RestoreId", "Status", "InstanceId", "SnapshotId"] as const;

const describeRestoreJobs2 = defineQuery({
  name: "DescribeRestoreJobs2",
  product: "hbr",
  description: "Lists restores and clones, newest first.",
  parameters: {
    RestoreType: choice(restoreTypes, `Only this type: one of ${restoreTypes.join(", ")}. Default: all.`),
    Filters: json(`JSON: [{"Key":"Status","Values":["RUNNING"]}]. Key is one of ${filterKeys.join(", ")}.`),
    ...pagingParameters,
  },
  call: async ({ store, settings, now }, { RestoreType, Filters, ...paging }) => {
    const filters = decodeFilters(Filters, filterKeys);
    const order = { column: "startTime", direction: "descending" } as const;
    const restores = await store.find("restore", { account: settings.account }, { order });
    const records = restores
      .filter(({ restoreType }) => RestoreType === undefined || restoreType === RestoreType)
      .map((restore) => restoreRecord(restore, now))
      .filter((record) => isLetThrough(record, filters));
    const { page, paging: told } = pageOf(records, paging);
    return { ...told, RestoreJobs: page };
  },
});

const cancelRestoreJob = defineCommand({
  name: "CancelRestoreJob",
  product: "hbr",
  description: "Ends a restore or clone that waits or runs; the machines and disks that it made are gone.",
  parameters: { RestoreId: required(text("The restore, r-….")), VaultId: text("The engine has no vaults.") },
  call: async (context, { RestoreId }) => {
    await cancelRestore(context, RestoreId);
    return {};
  },
});

export const restoreOperations = [createRestoreJob, cloneEcsInstance, describeRestoreJobs2, cancelRestoreJob];
