import { armKey, nameOf } from "./azure/arm-id";
import { disksOfPoint } from "./azure/recovery-point";
import type { Query } from "./engine";

/** A machine or disk that a restore or a clone made. */
export interface RestoredThing {
  readonly kind: "MACHINE" | "DISK";
  readonly id: string;
  readonly name: string;
  /** The restore. */
  readonly madeBy: string;
  /** The size of a disk, and of a machine all its disks'. */
  readonly bytes: number;
}

const bytesPerGiB = 1024 ** 3;

/** What the restores with these ids have made that is there now; a rollback makes nothing. */
export const madeByRestores: Query<readonly string[], readonly RestoredThing[]> = async (context, ids) => [
  ...(await madeOnAlibaba(context, ids)),
  ...(await madeOnAzure(context, ids)),
];

/** Those of them that are still there. */
export const stillThere: Query<readonly RestoredThing[], readonly RestoredThing[]> = async ({ store }, things) => {
  const ids = things.map(({ id }) => id);
  const rows = [
    ...(await store.getMany("machine", ids)),
    ...(await store.getMany("disk", ids)),
    ...(await store.getMany("virtualMachine", ids.map(armKey))),
  ];
  const gone = new Set(rows.filter(({ released }) => released).map(({ id }) => id));
  return things.filter(({ id }) => !gone.has(id) && !gone.has(armKey(id)));
};

const madeOnAlibaba: Query<readonly string[], readonly RestoredThing[]> = async ({ store, settings }, ids) => {
  const made: RestoredThing[] = [];
  for (const { id: madeBy, account, kind, restoreType, ...restore } of await store.getMany("restore", ids)) {
    if (account !== settings.account) continue;
    const isMachine = kind === "CLONE" || restoreType === "UDM_ECS";
    if (!isMachine && restoreType !== "UDM_ECS_DISK") continue;
    for (const { id, instanceName } of isMachine ? await store.getMany("machine", restore.instanceIds) : []) {
      const disks = await store.find("disk", { instanceId: id });
      made.push({ kind: "MACHINE", id, name: instanceName, madeBy, bytes: sizeOf(disks) });
    }
    for (const disk of isMachine ? [] : await store.getMany("disk", restore.diskIds)) {
      made.push({ kind: "DISK", id: disk.id, name: disk.id, madeBy, bytes: sizeOf([disk]) });
    }
  }
  return made;
};

const madeOnAzure: Query<readonly string[], readonly RestoredThing[]> = async ({ store, settings }, ids) => {
  const made: RestoredThing[] = [];
  for (const restore of await store.getMany("vaultRestore", ids.map(armKey))) {
    if (restore.account !== settings.account) continue;
    const madeBy = restore.jobId;
    const disks = disksOfPoint(restore);
    if (restore.recoveryType === "AlternateLocation") {
      for (const { armId, vmName } of await store.getMany("virtualMachine", restore.vmIds.map(armKey))) {
        made.push({ kind: "MACHINE", id: armId, name: vmName, madeBy, bytes: sizeOf(disks) });
      }
    }
    if (restore.recoveryType === "RestoreDisks") {
      for (const [index, id] of restore.diskIds.entries()) {
        made.push({ kind: "DISK", id, name: nameOf(id), madeBy, bytes: sizeOf(disks.slice(index, index + 1)) });
      }
    }
  }
  return made;
};

function sizeOf(disks: readonly { readonly sizeGiB: number | null }[]): number {
  return disks.reduce((sum, { sizeGiB }) => sum + (sizeGiB ?? 0), 0) * bytesPerGiB;
}
