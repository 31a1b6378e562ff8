import { z } from "zod";
import type { MachineTarget } from "../../engine/alibaba/restore-target";
import { diskCategory, performanceLevel } from "./disk";

const source = "Source: HBR CreateRestoreJob udmDetail.";

const needed = {
  instanceType: z
    .string()
    .min(1)
    .meta({
      description: `Instance type of the new machine, ecs.g7.large. ${source}`,
      replaceOnChanges: "what was made of data has it for good",
    }),
  restoredNetwork: z
    .string()
    .min(1)
    .meta({
      description: `The vSwitch of the new machine, vsw-…. ${source}`,
      replaceOnChanges: "what was made of data has it for good",
    }),
  securityGroup: z
    .string()
    .min(1)
    .meta({
      description: `The security group of the new machine, sg-…. ${source}`,
      replaceOnChanges: "what was made of data has it for good",
    }),
  restoredName: z
    .string()
    .min(1)
    .max(128)
    .meta({
      description: `Name of the new machine; of several, a number follows. ${source}`,
      replaceOnChanges: "what was made of data has it for good",
    }),
  restoredHostName: z
    .string()
    .min(1)
    .max(64)
    .meta({
      description: `Host name of the new machine. ${source}`,
      replaceOnChanges: "what was made of data has it for good",
    }),
};

/** Properties without which no machine can be made. */
export const neededForMachine = Object.keys(needed) as (keyof typeof needed)[];

function ifAsked<S extends z.ZodType>(schema: S) {
  const { description, ...marks } = schema.meta() ?? {};
  return schema.optional().meta({ ...marks, description: `${description} Needed by restoreType UDM_ECS.` });
}

const further = {
  diskCategory: diskCategory
    .exclude(["local_ssd_pro", "local_hdd_pro", "ephemeral", "ephemeral_ssd"])
    .meta({ typeName: "RestoredDiskCategory" })
    .default("cloud_essd")
    .meta({
      description: `Category of the new disks: no local ones (A-21). Default: cloud_essd. ${source}`,
      replaceOnChanges: "what was made of data has it for good",
    }),
  diskPerformanceLevel: performanceLevel.default("PL1").meta({
    description: `Performance level of new ESSD disks. Default: PL1. ${source}`,
    replaceOnChanges: "what was made of data has it for good",
  }),
  allocatePublicIp: z
    .boolean()
    .default(false)
    .meta({
      description: `Whether the new machine gets a public address. Default: false. ${source}`,
      replaceOnChanges: "what was made of data has it for good",
    }),
  privateIpAddress: z
    .string()
    .min(1)
    .optional()
    .meta({
      description: `Private address of the new machine. Default: given by the vSwitch. ${source}`,
      replaceOnChanges: "what was made of data has it for good",
    }),
  bootAfterRestore: z
    .boolean()
    .default(false)
    .meta({
      description: `Whether the machine is started afterwards. Default: false. ${source}`,
      replaceOnChanges: "what was made of data has it for good",
    }),
};

/** What a machine that is made from data is to be like (API §8). */
export const machineTargetShape = { ...needed, ...further };

/** The same where only one of several kinds of restore makes a machine. */
export const optionalTargetShape = {
  instanceType: ifAsked(needed.instanceType),
  restoredNetwork: ifAsked(needed.restoredNetwork),
  securityGroup: ifAsked(needed.securityGroup),
  restoredName: ifAsked(needed.restoredName),
  restoredHostName: ifAsked(needed.restoredHostName),
  ...further,
};

const optionalTarget = z.object(optionalTargetShape);
export type MachineTargetInputs = z.output<typeof optionalTarget>;

export function toMachineTarget(properties: MachineTargetInputs): MachineTarget {
  return {
    diskCategory: properties.diskCategory,
    diskPerformanceLevel: properties.diskPerformanceLevel,
    instanceType: properties.instanceType ?? "",
    restoredNetwork: properties.restoredNetwork ?? "",
    securityGroup: properties.securityGroup ?? "",
    restoredName: properties.restoredName ?? "",
    restoredHostName: properties.restoredHostName ?? "",
    allocatePublicIp: properties.allocatePublicIp,
    privateIpAddress: properties.privateIpAddress ?? null,
    bootAfterRestore: properties.bootAfterRestore,
  };
}

/** The inputs that say a target; what was left out is left out again. */
export function fromMachineTarget(target: MachineTarget): MachineTargetInputs {
  const { diskCategory: category, privateIpAddress, ...same } = target;
  const given = Object.fromEntries(Object.entries(same).filter(([, value]) => value !== ""));
  return optionalTarget.parse({
    ...given,
    diskCategory: category,
    ...(privateIpAddress === null ? {} : { privateIpAddress }),
  });
}
