import { recordOf, recordsOf, type StackResource, textOf, textsOf } from "./resource";
import type { Stack } from "./stack";

/** A disk of a machine, as far as the stack tells. */
export interface MachineDisk {
  /** Alibaba Cloud: its id; Azure: its LUN, −1 for the OS disk. */
  readonly id: string;
  /** What a message calls it. */
  readonly label: string;
  /** What it may be called in a list of exemptions. */
  readonly names: readonly string[];
  /** Alibaba Cloud: local disks are never backed up. */
  readonly isLocal: boolean;
}

/** A machine of the stack, or of the inventory when something in the stack names it. */
export interface Machine {
  readonly id: string;
  /** What a message calls it: the resource's name, or the id where it is no resource. */
  readonly label: string;
  readonly names: readonly string[];
  readonly tags: Readonly<Record<string, unknown>>;
  readonly disks: readonly MachineDisk[];
  /** Where a violation is shown. */
  readonly urn: string;
}

const instanceType = "cloudbackup:ecs:Instance";
const vmType = "cloudbackup:compute:VirtualMachine";

/** Properties in which resources name machines that they prepare for backups, or back up. */
const machineProperties: Readonly<Record<string, string>> = {
  "cloudbackup:hbr:InstanceProtection": "instanceId",
  "cloudbackup:hbr:BackupPlan": "instanceId",
  "cloudbackup:hbr:ConsistencyGroup": "instanceIds",
  "cloudbackup:ecs:Disk": "instanceId",
  "cloudbackup:ecs:RamRoleAttachment": "instanceIds",
  "cloudbackup:ecs:ScriptDeployment": "instanceIds",
  "cloudbackup:recoveryservices:ProtectedItem": "sourceResourceId",
  "cloudbackup:compute:ScriptFramework": "vmId",
};

/** The machines that a resource names. */
export function machinesNamedBy(resource: StackResource): readonly string[] {
  const property = machineProperties[resource.type];
  if (property === undefined) return [];
  const one = textOf(resource, property);
  return one === undefined ? textsOf(resource, property) : [one];
}

/** A machine by its id, as the stack knows it. */
export function machineOf(stack: Stack, id: string, namedBy: StackResource): Machine {
  const instance = stack.find(instanceType, id);
  if (instance !== undefined) return toInstance(stack, instance);
  const vm = stack.find(vmType, id);
  if (vm !== undefined) return toVirtualMachine(vm);
  const name = id.split("/").at(-1) ?? id;
  const label = `${name} (of the inventory, named by "${namedBy.name}")`;
  return { id, label, names: [id, name], tags: {}, disks: dataDisks(stack, id), urn: namedBy.urn };
}

/** The machine that a resource of the stack is; undefined when it is something else. */
export function asMachine(stack: Stack, resource: StackResource): Machine | undefined {
  if (resource.type === instanceType) return toInstance(stack, resource);
  return resource.type === vmType ? toVirtualMachine(resource) : undefined;
}

function toInstance(stack: Stack, resource: StackResource): Machine {
  const id = textOf(resource, "instanceId") ?? "";
  const systemDiskId = textOf(resource, "systemDiskId");
  const system =
    systemDiskId === undefined
      ? []
      : [{ id: systemDiskId, label: "the system disk", names: [systemDiskId], isLocal: false }];
  return {
    id,
    label: `"${resource.name}"`,
    names: [resource.name, id, textOf(resource, "instanceName") ?? ""],
    tags: recordOf(resource, "tags"),
    disks: [...system, ...dataDisks(stack, id)],
    urn: resource.urn,
  };
}

function dataDisks(stack: Stack, machineId: string): readonly MachineDisk[] {
  return stack
    .ofType("cloudbackup:ecs:Disk")
    .filter((disk) => textOf(disk, "instanceId") === machineId)
    .map((disk) => {
      const id = textOf(disk, "diskId") ?? "";
      const isLocal = textOf(disk, "category")?.startsWith("local") === true;
      return { id, label: `disk "${disk.name}"`, names: [disk.name, id], isLocal };
    });
}

function toVirtualMachine(resource: StackResource): Machine {
  const id = textOf(resource, "vmId") ?? "";
  const vmName = textOf(resource, "vmName") ?? resource.name;
  const data = recordsOf(resource, "dataDisks").map(({ lun, name }) => {
    const diskName = typeof name === "string" ? name : `${vmName}_DataDisk_${String(lun)}`;
    return { id: String(lun), label: `data disk ${diskName}`, names: [diskName], isLocal: false };
  });
  return {
    id,
    label: `"${resource.name}"`,
    names: [resource.name, id, vmName],
    tags: recordOf(resource, "tags"),
    disks: [{ id: "-1", label: "the OS disk", names: [], isLocal: false }, ...data],
    urn: resource.urn,
  };
}
