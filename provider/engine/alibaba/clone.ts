import type { Json } from "../../store/tables";
import { hashOf } from "../core/identifier";
import { secondsPerDay } from "../core/time";
import type { Command, CommandContext, Query } from "../engine";
import { readSeconds, usedBytes } from "./backup";
import { factsBehind, requireGroup } from "./consistency-group";
import { isEssd, isLocalDisk } from "./disk-coverage";
import type { Disk, MachineFacts } from "./fact";
import { requireMachine } from "./machine";
import { isGroupId } from "./protection-row";
import type { Restore } from "./restore";
import { createCopy, type MachineTarget, newMachineIds } from "./restore-target";
import { refusal } from "./rule";
import { noteFirstBackup, serviceRefusal } from "./service";
import type { SnapshotRow } from "./snapshot";
import { loadQuotas } from "./snapshot-quota";

/** A clone's snapshots live one day. */
const snapshotLife = secondsPerDay;

export interface CloneInput {
  readonly id: string;
  /** The machine, or the consistency group. */
  readonly sourceId: string;
  readonly target: MachineTarget;
}

/** All that speaks against a clone. */
export const cloneRefusals: Query<Omit<CloneInput, "id">, Error[]> = async (context, { sourceId }) => {
  const inactive = await serviceRefusal(context);
  const refusals: Error[] = inactive === undefined ? [] : [inactive];
  const property = isGroupId(sourceId) ? "groupId" : "instanceId";
  try {
    if (isGroupId(sourceId)) await requireGroup(context, sourceId, property);
    else await requireMachine(context, sourceId, property);
  } catch (error) {
    return [...refusals, error as Error];
  }
  for (const { machine, disks } of await factsBehind(context, sourceId)) {
    const system = disks.find(({ type }) => type === "system");
    if (system !== undefined && isEssd(system)) continue;
    const kind = system?.category ?? "unknown";
    const message = `the system disk of machine ${machine.id} is ${kind}; only machines with an ESSD one are cloned`;
    const remedy = "move the system disk to ESSD (cloud_essd), or back the machine up and restore it";
    refusals.push(refusal("A-50", "DiskCategory.OperationNotSupported", property, message, remedy));
  }
  return refusals;
};

/** A clone of now: snapshots of all disks that live a day, and pay-as-you-go machines made of them. */
export const createClone: Command<CloneInput, Restore> = async (context, input) => {
  const [problem] = await cloneRefusals(context, input);
  if (problem !== undefined) throw problem;
  const machines = await factsBehind(context, input.sourceId);
  await refuseFullDisks(context, machines, input.sourceId);
  const ids = newMachineIds(input.id, machines.length);
  const [snapshots, diskIds]: [SnapshotRow[], string[]] = [[], []];
  for (const [index, { machine, disks }] of machines.entries()) {
    const cloned = disks.filter((disk) => !isLocalDisk(disk));
    snapshots.push(...cloned.map((disk) => snapshotOf(context, input.id, disk)));
    const { restoredName } = input.target;
    const name = machines.length === 1 ? restoredName : `${restoredName}-${index + 1}`;
    const copy = { sourceId: machine.id, regionId: machine.regionId, name, id: ids[index] ?? "" };
    const disksOf = cloned.map(({ id }) => id);
    diskIds.push(...(await createCopy(context, input.id, { ...copy, diskIds: disksOf }, input.target)));
  }
  await context.store.put("snapshot", snapshots);
  await noteFirstBackup(context, context.now);
  const row = cloneRow(context, input, { machines, ids, diskIds, snapshots });
  await context.store.put("restore", [row]);
  return row;
};

async function refuseFullDisks(context: CommandContext, machines: readonly MachineFacts[], sourceId: string) {
  const quotas = await loadQuotas(context.store, machines, 1);
  for (const { machine, disks } of machines) {
    const cloned = disks.filter((disk) => !isLocalDisk(disk)).map(({ id }) => id);
    const failure = quotas.get(machine.id)?.failure(cloned, context.now);
    if (failure === undefined) continue;
    const property = isGroupId(sourceId) ? "groupId" : "instanceId";
    throw refusal(failure.why.rule, failure.code, property, failure.why.message, failure.why.remedy);
  }
}

function snapshotOf({ settings, now }: CommandContext, cloneId: string, disk: Disk): SnapshotRow {
  const bytes = Math.round(usedBytes(disk));
  return {
    id: `s-${hashOf("snapshot of a clone", cloneId, disk.id).slice(0, 20)}`,
    account: settings.account,
    instanceId: disk.instanceId,
    diskId: disk.id,
    regionId: disk.regionId,
    recoveryPointId: null,
    createTime: now,
    completeTime: now + readSeconds([bytes]),
    expireTime: now + snapshotLife,
    bytes,
    managed: true,
    extended: false,
    diskIds: [],
    imageIds: [],
    sharedWith: [],
  };
}

interface Cloned {
  readonly machines: readonly MachineFacts[];
  readonly ids: readonly string[];
  readonly diskIds: readonly string[];
  readonly snapshots: readonly SnapshotRow[];
}

function cloneRow({ settings, now }: CommandContext, input: CloneInput, cloned: Cloned): Restore {
  const bytes = cloned.snapshots.map((snapshot) => snapshot.bytes);
  return {
    id: input.id,
    account: settings.account,
    kind: "CLONE",
    restoreType: "UDM_ECS",
    instanceId: input.sourceId,
    recoveryPointId: null,
    regionId: cloned.machines[0]?.machine.regionId ?? "",
    target: input as unknown as Json,
    instanceIds: cloned.ids,
    diskIds: cloned.diskIds,
    snapshotIds: cloned.snapshots.map(({ id }) => id),
    level: "CRASH",
    bytesTotal: bytes.reduce((sum, each) => sum + each, 0),
    startTime: now,
    // Taking the snapshots, then making disks of them.
    completeTime: now + 2 * readSeconds(bytes),
    status: "COMPLETE",
  };
}
