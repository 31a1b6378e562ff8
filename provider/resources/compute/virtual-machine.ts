import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { defineResource } from "../../definition/resource";
import type { PropertyMap } from "../../definition/value";
import { armKey, isSameId, machineIdOf } from "../../engine/azure/arm-id";
import { isSameLocation, locationRefusal, normaliseLocation } from "../../engine/azure/catalogue";
import {
  disksOf,
  findMachine,
  guestAgentStates,
  highestLun,
  isSameMachine,
  largestDiskGiB,
  type MachineDisk,
  type MachineInput,
  machineRefusals,
  machineTaken,
  osDiskLun,
  powerStates,
  putMachine,
  removeMachine,
  type VirtualMachine,
} from "../../engine/azure/virtual-machine";
import { incarnationsOf } from "../../engine/core/incarnation";
import type { CommandContext, QueryContext, Settings } from "../../engine/engine";
import { replacedMachineFindings } from "../recoveryservices/unprotected-time";
import { refusalFinding } from "../shared/finding";

const token = "cloudbackup:compute:VirtualMachine";

export const osType = z.enum(["Windows", "Linux"]).meta({
  typeName: "OsType",
  valueDescriptions: {
    Windows: "Backed up through VSS (Z-01).",
    Linux: "Backed up with fsfreeze, or the pre- and post-scripts of a compute:ScriptFramework (Z-03, Z-04).",
  },
});

const sizeLimit = `1 to ${largestDiskGiB} (a larger disk can't be backed up: UserErrorUnsupportedDiskSize)`;

/** A name by a rule of ARM, which is told as the way to mend it. */
function armName(longest: number, pattern: RegExp, rule: string) {
  const isAllowed = (name: string): boolean => pattern.test(name);
  return z
    .string()
    .max(longest)
    .refine(isAllowed, { message: "is not allowed as a name", params: { remedy: `use ${rule}` } });
}

const diskName = armName(
  80,
  /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/,
  "1 to 80 letters, digits, '_', '.' and '-', without '.' and '-' at the ends",
);

const usedGiB = z.number().min(0).optional().meta({
  description: "Used space, GiB: sets the size of backups. Absent: half of sizeGiB. Source: ENGINE.",
  units: "GiB",
});

const encrypted = z
  .boolean()
  .default(false)
  .meta({ description: "Whether the disk is encrypted by a key of the customer's. Default: false." });

const osDisk = z
  .strictObject({
    name: diskName.optional().meta({ description: "Name of the disk. Default: <vmName>_OsDisk." }),
    sizeGiB: z
      .int()
      .min(1)
      .max(largestDiskGiB)
      .default(30)
      .meta({
        description: `Size, GiB, ${sizeLimit}. Default: 30.`,
        units: "GiB",
      }),
    usedGiB,
    encrypted,
  })
  .meta({ typeName: "OsDisk", description: "The disk that a machine starts from: LUN −1 in reports." });

const dataDisk = z
  .strictObject({
    lun: z
      .int()
      .min(0)
      .max(highestLun)
      .meta({
        description: `Logical unit number, 0 to ${highestLun}, one disk each: selective backup names disks by it.`,
      }),
    name: diskName.optional().meta({ description: "Name of the disk. Default: <vmName>_DataDisk_<lun>." }),
    sizeGiB: z
      .int()
      .min(1)
      .max(largestDiskGiB)
      .meta({ description: `Size, GiB, ${sizeLimit}.`, units: "GiB" }),
    usedGiB,
    encrypted,
  })
  .meta({ typeName: "DataDisk", description: "A data disk of a machine." });

const inputs = z.strictObject({
  vmName: armName(
    64,
    /^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/,
    "1 to 64 letters, digits, '_', '.' and '-', a letter or digit first, without '.' and '-' at the end",
  ).meta({
    description:
      "Name of the machine, unique in its resource group without regard to case: 1 to 64 letters, digits, '_', '.' " +
      "and '-'; begins with a letter or digit, doesn't end in '.' or '-'; Windows: without '.'. " +
      "Default: made from the resource's name.",
    replaceOnChanges: "the name is a part of the machine's ARM id",
    autoName: {
      maxLength: 64,
      pattern: /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/,
      rule: "1 to 64 letters, digits and '-'",
    },
  }),
  resourceGroupName: armName(
    90,
    /^[\w.()-]*[\w()-]$/,
    "1 to 90 letters, digits, '_', '-', '.', '(' and ')', without '.' at the end",
  ).meta({
    description: "Resource group of the machine, 1 to 90 characters.",
    replaceOnChanges: "the resource group is a part of the machine's ARM id",
  }),
  location: z.string().min(1).meta({
    description: "Region, westeurope or West Europe: the vault that protects the machine lies in the same (Z-32).",
    replaceOnChanges: "a machine can't move to another region",
  }),
  osType: osType.default("Linux").meta({
    description: "Kind of operating system. Default: Linux.",
    replaceOnChanges: "a machine keeps its kind of operating system",
  }),
  osName: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Operating system as the instance view names it, ubuntu 22.04. Default: not told." }),
  deploymentModel: z
    .enum(["Arm", "Classic"])
    .meta({
      typeName: "DeploymentModel",
      valueDescriptions: {
        Arm: "Deployed with Resource Manager.",
        Classic: "Deployed with Service Manager: no script framework (Z-09).",
      },
    })
    .default("Arm")
    .meta({
      description: "How the machine was deployed. Default: Arm. Source: seed 003 (Z-09).",
      replaceOnChanges: "a machine can't be deployed in another way afterwards",
    }),
  powerState: z
    .enum(powerStates)
    .meta({
      typeName: "PowerState",
      valueDescriptions: {
        "VM running": "Started: needed by VSS, scripts and the installation of the extension (Z-07, Z-14).",
        "VM stopped": "Shut down, still allocated.",
        "VM deallocated": "Shut down and deallocated.",
        "VM starting": "On its way up: not running yet.",
        "VM stopping": "On its way down: not running any more.",
      },
    })
    .default("VM running")
    .meta({ description: 'As `az vm list -d` prints it. Default: "VM running". Source: seed 004 (Z-07).' }),
  managedDisks: z
    .boolean()
    .default(true)
    .meta({ description: "Whether the disks are managed disks, not blobs of a storage account. Default: true." }),
  osDisk: osDisk.prefault({}).meta({ description: "The OS disk. Default: one of 30 GiB." }),
  dataDisks: z
    .array(dataDisk)
    .max(highestLun + 1)
    .default([])
    .meta({ description: "The data disks, one for a LUN. Default: none.", set: true }),
  guestAgent: z
    .enum(guestAgentStates)
    .meta({
      typeName: "GuestAgentState",
      valueDescriptions: {
        Ready: "Answers the backup service.",
        NotReady: "Doesn't answer: UserErrorGuestAgentStatusUnavailable.",
      },
    })
    .default("Ready")
    .meta({
      description: "State of the machine's agent. Default: Ready. Source: VirtualMachines_InstanceView; ENGINE.",
    }),
  vssHealthy: z.boolean().default(true).meta({
    description: "Windows: whether VSS and its writers work (Z-02). Default: true. Source: seed 004; ENGINE.",
  }),
  changeRatePercentPerDay: z
    .number()
    .min(0)
    .max(100)
    .default(5)
    .meta({
      description:
        "Part of the used space that changes in a day, percent: sets what a backup transfers (Z-24). Default: 5. " +
        "Source: ENGINE.",
      units: "percent per day",
    }),
  tags: z
    .record(z.string().min(1).max(512), z.string().max(256))
    .default({})
    .meta({ description: "Tags of the machine. Default: none." }),
});

const outputs = z.object({
  vmId: z.string().meta({
    description: "ARM id of the machine, /subscriptions/…/providers/Microsoft.Compute/virtualMachines/<vmName>.",
  }),
});

type Inputs = z.output<typeof inputs>;

function idOf({ vmName, resourceGroupName, deploymentModel }: Inputs, { subscriptionId }: Settings): string {
  return machineIdOf({ subscriptionId, resourceGroupName }, vmName, deploymentModel);
}

const standardOsDiskName = (vmName: string) => `${vmName}_OsDisk`;
const standardDataDiskName = (vmName: string, lun: number) => `${vmName}_DataDisk_${lun}`;

function toMachine(armId: string, properties: Inputs): MachineInput {
  const { osDisk: os, dataDisks, vmName } = properties;
  const osName = os.name ?? standardOsDiskName(vmName);
  return {
    armId,
    vmName,
    resourceGroupName: properties.resourceGroupName,
    location: normaliseLocation(properties.location),
    osType: properties.osType,
    osName: properties.osName ?? null,
    deploymentModel: properties.deploymentModel,
    powerState: properties.powerState,
    managedDisks: properties.managedDisks,
    disks: [
      { ...os, lun: osDiskLun, name: osName, usedGiB: os.usedGiB ?? null },
      ...dataDisks.map((disk) => ({
        ...disk,
        name: disk.name ?? standardDataDiskName(vmName, disk.lun),
        usedGiB: disk.usedGiB ?? null,
      })),
    ],
    guestAgent: properties.guestAgent,
    vssHealthy: properties.vssHealthy,
    changeRatePercentPerDay: properties.changeRatePercentPerDay,
    tags: properties.tags,
  };
}

/** A disk in the words of the inputs; a name that nobody had to say is left out. */
function readDisk(disk: MachineDisk | undefined, standardName: string, isNamed: boolean): Record<string, unknown> {
  if (disk === undefined) return {};
  const { name, sizeGiB, usedGiB: used, encrypted: isEncrypted } = disk;
  return {
    ...(isNamed || name !== standardName ? { name } : {}),
    ...(sizeGiB === null ? {} : { sizeGiB }),
    ...(used === null ? {} : { usedGiB: used }),
    encrypted: isEncrypted,
  };
}

/** The program's way of writing something, where it still means what there is. */
function kept(live: string, told: string | undefined, isSame: (first: string, second: string) => boolean): string {
  return told !== undefined && isSame(live, told) ? told : live;
}

function readInputs(machine: VirtualMachine, old: Inputs | undefined): Inputs {
  const disks = disksOf(machine);
  const { vmName, osType, osName, powerState, guestAgent, changeRatePercentPerDay: rate } = machine;
  const told = <V>(name: string, value: V | null) => (value === null ? {} : { [name]: value });
  const dataDisks = disks.filter(({ lun }) => lun !== osDiskLun);
  const isNamed = (lun: number) => old?.dataDisks.find((disk) => disk.lun === lun)?.name !== undefined;
  return inputs.parse({
    vmName: kept(vmName, old?.vmName, isSameId),
    resourceGroupName: kept(machine.resourceGroupName, old?.resourceGroupName, isSameId),
    location: kept(machine.location, old?.location, isSameLocation),
    ...told("osType", osType),
    ...told("osName", osName),
    deploymentModel: machine.deploymentModel,
    ...told("powerState", powerState),
    managedDisks: machine.managedDisks,
    osDisk: readDisk(disks[0], standardOsDiskName(vmName), old?.osDisk.name !== undefined),
    dataDisks: dataDisks.map((disk) => ({
      lun: disk.lun,
      ...readDisk(disk, standardDataDiskName(vmName, disk.lun), isNamed(disk.lun)),
      sizeGiB: disk.sizeGiB ?? 1,
    })),
    ...told("guestAgent", guestAgent),
    vssHealthy: machine.vssHealthy ?? osType !== "Windows",
    ...told("changeRatePercentPerDay", rate),
    tags: machine.tags,
  });
}

/** A machine of that id that is another's; a replacement may have the id of what it replaces. */
async function takenFindings(context: QueryContext, armId: string, ownIds: readonly string[]): Promise<Finding[]> {
  const taken = ownIds.some((id) => isSameId(id, armId)) ? undefined : await findMachine(context, armId);
  return taken === undefined ? [] : [refusalFinding(machineTaken(taken))];
}

/** A new machine while the one before it still lives is its successor; one of the same id takes over its protection. */
async function successorFindings(context: QueryContext, armId: string, [ownId]: readonly string[]): Promise<Finding[]> {
  return ownId === undefined || isSameId(ownId, armId) ? [] : replacedMachineFindings(context, ownId);
}

async function apply(context: CommandContext, id: string, properties: Inputs): Promise<z.output<typeof outputs>> {
  const { armId } = await putMachine(context, { machine: toMachine(id, properties), origin: "PROGRAM" });
  return { vmId: armId };
}

/** ARM compares names without case, and a location by either of its names. */
const comparableForms: Readonly<Record<string, (text: string) => string>> = {
  vmName: armKey,
  resourceGroupName: armKey,
  location: normaliseLocation,
};

function comparable(given: PropertyMap): PropertyMap {
  const changed = Object.entries(comparableForms).flatMap(([name, form]) => {
    const value = given[name];
    return typeof value === "string" ? [[name, form(value)] as const] : [];
  });
  return { ...given, ...Object.fromEntries(changed) };
}

export const virtualMachineResource = defineResource({
  token,
  source: "VirtualMachines_Get",
  description: "A simulated Azure virtual machine with its disks. Real machines come from the provider's inventory.",
  inputs,
  outputs,
  importId: {
    pattern:
      /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.\w*Compute\/virtualMachines\/[^/]+$/i,
    example: "/subscriptions/<id>/resourceGroups/<name>/providers/Microsoft.Compute/virtualMachines/<name>",
  },
  stables: ["vmId"],
  id: (properties, _hash, settings) => idOf(properties, settings),
  check: async (properties, { context, ownIds, old }) => {
    const { settings } = context;
    const id = idOf(properties, settings);
    const location = locationRefusal(properties.location, "location");
    return [
      ...(location === undefined ? [] : [refusalFinding(location)]),
      ...machineRefusals(toMachine(id, properties)).map(refusalFinding),
      ...(await takenFindings(context, id, [...ownIds, ...(old === undefined ? [] : [idOf(old, settings)])])),
      ...(await successorFindings(context, id, old === undefined ? ownIds : [])),
    ];
  },
  create: async (context, { id, urn }, properties) => {
    const lives = await incarnationsOf(context, { resourceType: token, resourceId: id });
    const machine = await findMachine(context, id);
    if (machine !== undefined && lives.some((life) => life.live && life.urn !== urn)) throw machineTaken(machine);
    return apply(context, id, properties);
  },
  read: async (context, id, old) => {
    const machine = await findMachine(context, id);
    if (machine === undefined) return undefined;
    return { id: machine.armId, inputs: readInputs(machine, old), outputs: { vmId: machine.armId } };
  },
  update: (context, { id }, properties) => apply(context, id, properties),
  delete: async (context, id, properties) => {
    // A machine that took the place and the id of the one that is deleted is another one.
    const machine = await findMachine(context, id);
    if (machine !== undefined && isSameMachine(machine, toMachine(id, properties))) await removeMachine(context, id);
  },
  comparable,
});
