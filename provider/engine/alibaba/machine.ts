import type { Row } from "../../store/tables";
import type { Command, CommandContext, Query, QueryContext } from "../engine";
import { invariant } from "../error";
import { type Disk, loadFacts, type Machine, type MachineFacts } from "./fact";
import { findRole } from "./ram";
import { trustsService } from "./ram-document";
import { apiRefusal, refusal } from "./rule";

export const findMachine: Query<string, Machine | undefined> = async ({ store, settings }, instanceId) => {
  const machine = await store.get("machine", instanceId);
  return machine?.account === settings.account ? machine : undefined;
};

/** The machine, or the API's own error naming the property. */
export async function requireMachine(context: QueryContext, instanceId: string, property: string): Promise<Machine> {
  const machine = await findMachine(context, instanceId);
  if (machine !== undefined && !machine.released) return machine;
  if (machine?.released === true) {
    throw refusal(
      "A-72",
      "Engine.InstanceReleased",
      property,
      `machine ${instanceId} was released`,
      "cancel its protection, or restore it from a recovery point",
    );
  }
  throw apiRefusal(
    "InvalidInstanceId.NotFound",
    property,
    `there is no machine ${instanceId} in account ${context.settings.account}`,
    "take the id from ecs:Instance, or add the machine to the provider's inventory",
  );
}

/** All that decides about a backup of the machine, or the API's own error naming the property. */
export async function requireFacts(context: QueryContext, instanceId: string, property: string): Promise<MachineFacts> {
  const machine = await requireMachine(context, instanceId, property);
  const facts = (await loadFacts(context.store, context.settings.account, [machine.id])).get(machine.id);
  invariant(facts !== undefined, "a machine that was just found has facts");
  return facts;
}

export type MachineInput = Omit<
  Machine,
  "account" | "origin" | "released" | "inventoryHash" | "ramRoleName" | "roleKnown"
>;

/** A disk as it is described; what happens to it meanwhile is the engine's. */
export type DiskInput = Omit<Disk, "released" | "snapshotUntil" | "autoSnapshotPolicyId">;

const newDisk = { released: false, snapshotUntil: null, autoSnapshotPolicyId: null } as const;

/** Writes a disk down as it is described; a snapshot that is being made of it goes on. */
async function putDisk({ store }: CommandContext, disk: DiskInput): Promise<void> {
  const old = await store.get("disk", disk.id);
  const kept = old === undefined || old.released ? newDisk : old;
  const { released, snapshotUntil, autoSnapshotPolicyId } = kept;
  await store.put("disk", [{ ...disk, released, snapshotUntil, autoSnapshotPolicyId }]);
}

/** RunInstances: a simulated machine of a program and its system disk. */
export const createMachine: Command<{ machine: MachineInput; systemDisk: DiskInput }, void> = async (
  context,
  input,
) => {
  const { store, settings } = context;
  const machine: Machine = {
    ...input.machine,
    account: settings.account,
    origin: "PROGRAM",
    ramRoleName: null,
    roleKnown: true,
    released: false,
    inventoryHash: null,
  };
  await store.put("machine", [machine]);
  await putDisk(context, input.systemDisk);
};

/** ModifyInstanceAttribute and its like: what the program says about the machine, the rest stays. */
export const updateMachine: Command<{ machine: MachineInput; systemDisk: DiskInput }, void> = async (
  context,
  input,
) => {
  const old = await requireMachine(context, input.machine.id, "instanceId");
  await context.store.put("machine", [{ ...old, ...input.machine }]);
  await putDisk(context, input.systemDisk);
};

/** DeleteInstance: the machine is released with its disks and what lay on them; its recovery points stay. */
export const releaseMachine: Command<string, void> = async (context, instanceId) => {
  const machine = await findMachine(context, instanceId);
  if (machine === undefined || machine.released) return;
  const disks = await context.store.find("disk", { instanceId });
  await context.store.put(
    "disk",
    disks.map((disk) => ({ ...disk, released: true })),
  );
  await context.store.removeWhere("script", { instanceId });
  await context.store.put("machine", [{ ...machine, released: true, ramRoleName: null, status: null }]);
};

export const attachDisk: Command<DiskInput, void> = async (context, disk) => {
  await requireMachine(context, disk.instanceId, "instanceId");
  await putDisk(context, disk);
};

/**
 * DetachDisk and DeleteDisk in one: no disk belongs to no machine. What the disk was is remembered: its points can
 * still be restored.
 */
export const removeDisk: Command<string, void> = async ({ store }, diskId) => {
  const disk = await store.get("disk", diskId);
  if (disk !== undefined) await store.put("disk", [{ ...disk, released: true }]);
};

/**
 * Why a role can't be attached to a machine, or undefined when it can.
 * `owned` are machines that the caller has put a role on itself and may change.
 */
export async function roleAttachmentRefusal(
  context: QueryContext,
  { ramRoleName, instanceId, ownRoleName }: { ramRoleName: string; instanceId: string; ownRoleName: string | null },
): Promise<Error | undefined> {
  const machine = await requireMachine(context, instanceId, "instanceIds");
  const isFree = machine.ramRoleName === null || machine.ramRoleName === ramRoleName;
  if (!isFree && machine.ramRoleName !== ownRoleName) {
    return refusal(
      "A-79",
      "OperationDenied.RamRoleAttached",
      "instanceIds",
      `machine ${instanceId} carries RAM role ${machine.ramRoleName} already; a machine has one role at most`,
      `detach it first: DetachInstanceRamRole --RamRoleName ${machine.ramRoleName} --InstanceIds '["${instanceId}"]'`,
    );
  }
  return undefined;
}

/** Why RAM won't hand a role to ECS at all. */
export async function roleRefusal(context: QueryContext, ramRoleName: string): Promise<Error | undefined> {
  const role = await findRole(context, ramRoleName);
  if (role === undefined) {
    return refusal(
      "A-79",
      "InvalidRamRole.NotFound",
      "ramRoleName",
      `there is no RAM role ${ramRoleName}`,
      "take ramRoleName from the output of ram:Role or ram:RolePolicyAttachment, so that it exists first (A-52)",
    );
  }
  if (!trustsService(role.assumeRolePolicyDocument, "ecs.aliyuncs.com")) {
    return refusal(
      "A-79",
      "InvalidRamRole.NotEcsRole",
      "ramRoleName",
      `role ${ramRoleName} does not trust ecs.aliyuncs.com, so it can't be attached to a machine`,
      "allow sts:AssumeRole to Service ecs.aliyuncs.com in the role's assumeRolePolicyDocument",
    );
  }
  return undefined;
}

/** AttachInstanceRamRole for all the machines, or none of them. */
export const attachInstanceRole: Command<
  { ramRoleName: string; instanceIds: readonly string[]; ownRoleName: string | null },
  void
> = async (context, { ramRoleName, instanceIds, ownRoleName }) => {
  const refused = await roleRefusal(context, ramRoleName);
  if (refused !== undefined) throw refused;
  for (const instanceId of instanceIds) {
    const problem = await roleAttachmentRefusal(context, { ramRoleName, instanceId, ownRoleName });
    if (problem !== undefined) throw problem;
  }
  await putRole(context, instanceIds, ramRoleName);
};

/** DetachInstanceRamRole: machines that carry another role, or are gone, are left alone. */
export const detachInstanceRole: Command<{ ramRoleName: string; instanceIds: readonly string[] }, void> = async (
  context,
  { ramRoleName, instanceIds },
) => {
  const machines = await context.store.getMany("machine", instanceIds);
  const carrying = machines.filter((machine) => machine.ramRoleName === ramRoleName).map((machine) => machine.id);
  await putRole(context, carrying, null);
};

async function putRole(context: CommandContext, instanceIds: readonly string[], ramRoleName: string | null) {
  const machines = await context.store.getMany("machine", instanceIds);
  await context.store.put(
    "machine",
    machines.map((machine): Row<"machine"> => ({ ...machine, ramRoleName, roleKnown: true })),
  );
}
