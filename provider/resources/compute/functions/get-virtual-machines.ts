import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { locationRefusal } from "../../../engine/azure/catalogue";
import type { MachineDisk } from "../../../engine/azure/virtual-machine";
import { type ListedMachine, listVirtualMachines } from "../../../engine/azure/virtual-machine-list";
import { limitInput } from "../../shared/listing";
import { osType } from "../virtual-machine";

const inputs = z.strictObject({
  resourceGroupName: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Only machines of this resource group, in whatever case. Default: all." }),
  location: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Only machines of this region, westeurope or West Europe. Default: all." }),
  osType: osType.optional().meta({ description: "Only machines of this kind of operating system. Default: all." }),
  nameContains: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Only machines whose name has this in it, in whatever case. Default: all. Source: ENGINE." }),
  limit: limitInput("machines"),
});

const disk = z
  .object({
    lun: z.int().meta({ description: "Its logical unit number; −1 for the OS disk, as in reports." }),
    name: z.string().meta({ description: "Its name." }),
    sizeGiB: z.int().optional().meta({ description: "Its size, GiB; absent: unknown.", units: "GiB" }),
    usedGiB: z
      .number()
      .optional()
      .meta({ description: "Used space, GiB; absent: half of its size is taken. Source: ENGINE.", units: "GiB" }),
    encrypted: z.boolean().meta({ description: "Whether it is encrypted by a key of the customer's." }),
  })
  .meta({ typeName: "VirtualMachineDisk", description: "A disk that is attached to a machine." });

const protection = z
  .object({
    itemId: z.string().meta({ description: "ARM id of the protected item." }),
    vaultId: z.string().meta({ description: "Id of its vault, in lower case: ARM compares ids without case." }),
    policyId: z.string().optional().meta({ description: "Id of its policy, in lower case; absent: it has none now." }),
    protectionState: z.string().meta({ description: "Protected, ProtectionStopped or BackupsSuspended (Z-33)." }),
  })
  .meta({ typeName: "VirtualMachineProtection", description: "What protects a machine." });

const machine = z
  .object({
    vmId: z.string().meta({ description: "ARM id of the machine." }),
    vmName: z.string().meta({ description: "Its name." }),
    origin: z.string().meta({ description: "INVENTORY, PROGRAM or RESTORE: where it comes from. Source: ENGINE." }),
    resourceGroupName: z.string().meta({ description: "Its resource group." }),
    location: z.string().meta({ description: "Its region, westeurope (Z-32)." }),
    osType: z.string().optional().meta({ description: "Windows or Linux; absent: unknown." }),
    osName: z.string().optional().meta({ description: "Its operating system; absent: not told." }),
    deploymentModel: z.string().meta({ description: "Arm or Classic (Z-09)." }),
    powerState: z.string().optional().meta({ description: '"VM running" and the like (Z-07); absent: unknown.' }),
    managedDisks: z.boolean().meta({ description: "Whether its disks are known to be managed disks." }),
    disks: z.array(disk).meta({ description: "Its disks, the OS disk first." }),
    guestAgent: z.string().optional().meta({ description: "Ready or NotReady; absent: not told. Source: ENGINE." }),
    vssHealthy: z
      .boolean()
      .optional()
      .meta({ description: "Windows: whether VSS and its writers work (Z-02); absent: not told. Source: ENGINE." }),
    extension: z.string().optional().meta({
      description:
        "The backup extension on it, VMSnapshot or VMSnapshotLinux; absent: none yet (Z-14). Source: seed 004.",
    }),
    scriptFrameworkSetUp: z
      .boolean()
      .meta({ description: "Whether a pre- and post-script framework lies on it (Z-03, Z-04). Source: seed 003." }),
    changeRatePercentPerDay: z.number().optional().meta({
      description: "Part of the used space that changes in a day, percent; absent: not told. Source: ENGINE.",
      units: "percent per day",
    }),
    tags: z.record(z.string(), z.string()).meta({ description: "Its tags." }),
    protectedItem: protection.optional().meta({
      description:
        "What protects it; absent: nothing does, or nothing that the caller may read (Z-20). Source: " +
        "ProtectedItems_Get.",
    }),
  })
  .meta({
    typeName: "VirtualMachineFacts",
    description: "A machine with the facts that decide about its consistency.",
  });

const outputs = z.object({
  virtualMachines: z
    .array(machine)
    .meta({ description: "The machines by name, as many as limit says; released ones aren't." }),
  total: z.int().meta({ description: "How many machines there are without the limit. Source: ENGINE." }),
});

/** What is known, under its name: null says that nobody told. */
function known<T extends Readonly<Record<string, unknown>>>(values: T) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

function toDisk({ lun, name, sizeGiB, usedGiB, encrypted }: MachineDisk): z.output<typeof disk> {
  return { lun, name, encrypted, ...known({ sizeGiB, usedGiB }) };
}

function toMachine({ machine: row, disks, isFrameworkSetUp, item }: ListedMachine): z.output<typeof machine> {
  const { osType: system, osName, powerState, guestAgent, vssHealthy, extension, changeRatePercentPerDay } = row;
  const { vmName, origin, resourceGroupName, location, deploymentModel, managedDisks } = row;
  return {
    vmId: row.armId,
    vmName,
    origin,
    resourceGroupName,
    location,
    deploymentModel,
    managedDisks,
    ...known({ osType: system, osName, powerState, guestAgent, vssHealthy, extension, changeRatePercentPerDay }),
    disks: disks.map(toDisk),
    scriptFrameworkSetUp: isFrameworkSetUp,
    tags: { ...row.tags },
    ...(item === undefined ? {} : { protectedItem: toProtection(item) }),
  };
}

function toProtection(item: NonNullable<ListedMachine["item"]>): z.output<typeof protection> {
  const { armId, vaultId, policyId, protectionState } = item;
  return { itemId: armId, vaultId, protectionState, ...known({ policyId }) };
}

export const getVirtualMachinesFunction = defineFunction({
  token: "cloudbackup:compute:getVirtualMachines",
  source: "VirtualMachines_List",
  description:
    "Lists Azure virtual machines with their disks, the facts that decide about the consistency of their backups, " +
    "and what protects them.",
  inputs,
  outputs,
  call: async (context, { resourceGroupName, location, osType: system, nameContains, limit }) => {
    const refused = location === undefined ? undefined : locationRefusal(location, "location");
    if (refused !== undefined) throw refused;
    const { machines, total } = await listVirtualMachines(context, {
      resourceGroupName: resourceGroupName ?? null,
      location: location ?? null,
      osType: system ?? null,
      nameContains: nameContains ?? null,
      limit,
    });
    return { virtualMachines: machines.map(toMachine), total };
  },
});
