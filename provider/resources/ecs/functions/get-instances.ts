import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import type { Disk, Machine, Script } from "../../../engine/alibaba/fact";
import { type ListedMachine, listMachines } from "../../../engine/alibaba/machine-list";
import { osTypeOf } from "../../../engine/alibaba/operating-system";
import { limitInput } from "../../shared/listing";

const inputs = z.strictObject({
  regionId: z.string().min(1).optional().meta({ description: "Only machines of this region. Default: all." }),
  status: z.string().min(1).optional().meta({
    description: "Only machines of this status, such as Running. Default: all. Source: ECS DescribeInstances.",
  }),
  tags: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: "Only machines that have all these tags. Default: all. Source: ECS DescribeInstances." }),
  names: z
    .array(z.string().min(1))
    .default([])
    .meta({ description: "Only machines with one of these names. Default: all.", set: true }),
  limit: limitInput("machines"),
});

const disk = z
  .object({
    diskId: z.string().meta({ description: "Id of the disk, d-…." }),
    type: z.string().meta({ description: "system or data." }),
    category: z
      .string()
      .optional()
      .meta({ description: "Its category; absent: unknown (A-53). A-05 needs cloud_essd." }),
    performanceLevel: z.string().optional().meta({ description: "Performance level of an ESSD; absent: not told." }),
    sizeGiB: z.int().optional().meta({ description: "Its size, GiB; absent: unknown.", units: "GiB" }),
    usedGiB: z
      .number()
      .optional()
      .meta({ description: "Used space, GiB; absent: half of its size is taken.", units: "GiB" }),
    fileSystem: z.string().optional().meta({ description: "Its file system (A-06); absent: unknown (A-53)." }),
    encrypted: z.boolean().meta({ description: "Whether it is encrypted (A-44)." }),
    kmsKeyId: z.string().optional().meta({ description: "Its KMS key; absent: the service key, or none." }),
    multiAttach: z.string().optional().meta({ description: "Whether several machines may use it at once (A-20)." }),
    device: z.string().optional().meta({ description: "Where the machine sees it, /dev/xvdb." }),
    zoneId: z.string().optional().meta({ description: "Its zone (A-20)." }),
  })
  .meta({ typeName: "InstanceDisk", description: "A disk that is attached to a machine." });

const script = z
  .object({
    path: z.string().meta({ description: "Where it lies (A-13)." }),
    sha256: z.string().optional().meta({ description: "SHA-256 of its content, hex; absent: unknown." }),
    fileMode: z.string().optional().meta({ description: "Its mode, octal; A-13 needs 0700." }),
    fileOwner: z.string().optional().meta({ description: "Its owner; A-13 needs root." }),
    timeoutInSeconds: z
      .int()
      .optional()
      .meta({ description: "How long it may run, seconds; absent: as the protection says.", units: "seconds" }),
    exitCode: z.int().optional().meta({ description: "With what it ends (A-14); absent: unknown." }),
  })
  .meta({ typeName: "InstanceScript", description: "A freeze or thaw script as it lies on a machine." });

const instance = z
  .object({
    instanceId: z.string().meta({ description: "Id of the machine, i-…." }),
    instanceName: z.string().meta({ description: "Its name." }),
    origin: z.string().meta({ description: "INVENTORY, PROGRAM or another word for where it comes from." }),
    regionId: z.string().meta({ description: "Its region (A-01)." }),
    zoneId: z.string().meta({ description: "Its zone." }),
    instanceType: z.string().optional().meta({ description: "Its type, ecs.g7.large." }),
    osName: z.string().optional().meta({ description: "Its operating system (A-04); absent: unknown (A-53)." }),
    osType: z.string().optional().meta({ description: "linux or windows; absent: unknown." }),
    status: z
      .string()
      .optional()
      .meta({ description: "Running, Stopped and the like (A-07); absent: unknown (A-53)." }),
    publicIpAddress: z.string().optional().meta({ description: "Its public address or EIP; for edition 2021 (A-61)." }),
    cloudAssistantInstalled: z
      .boolean()
      .optional()
      .meta({ description: "Whether the Cloud Assistant is installed (A-11); absent: unknown (A-53)." }),
    cloudAssistantRunning: z
      .boolean()
      .optional()
      .meta({ description: "Whether the Cloud Assistant runs (A-11); absent: unknown (A-53)." }),
    vssWritersHealthy: z
      .boolean()
      .optional()
      .meta({ description: "Windows: whether VSS and its writers work (A-12); absent: unknown (A-53)." }),
    ramRoleName: z
      .string()
      .optional()
      .meta({ description: "The RAM role that it carries (A-08); absent: none is known." }),
    ramRoleKnown: z.boolean().meta({ description: "Whether it is known which role it carries, if any (A-53)." }),
    changeRatePercentPerDay: z.number().optional().meta({
      description: "Part of the used space that changes in a day, percent; absent: 5 is taken.",
      units: "percent per day",
    }),
    tags: z.record(z.string(), z.string()).meta({ description: "Its tags." }),
    disks: z.array(disk).meta({ description: "Its disks, system disk first." }),
    scripts: z.array(script).meta({ description: "The scripts on it, never their content." }),
    protectionIds: z
      .array(z.string())
      .meta({ description: "What protects it: its own bindings and plans, and those of its groups." }),
    groupIds: z.array(z.string()).meta({ description: "The consistency groups that it is in." }),
  })
  .meta({ typeName: "InstanceFacts", description: "A machine with the facts that decide about its consistency." });

const outputs = z.object({
  instances: z
    .array(instance)
    .meta({ description: "The machines by name, as many as limit says; released ones aren't." }),
  total: z.int().meta({ description: "How many machines there are without the limit." }),
});

/** What is known, under its name: null says that nobody told. */
function known<T extends Readonly<Record<string, unknown>>>(values: T) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

function toDisk(row: Disk): z.output<typeof disk> {
  const { category, performanceLevel, sizeGiB, usedGiB, fileSystem, kmsKeyId, multiAttach, device, zoneId } = row;
  return {
    diskId: row.id,
    type: row.type,
    encrypted: row.encrypted,
    ...known({ category, performanceLevel, sizeGiB, usedGiB, fileSystem, kmsKeyId, multiAttach, device, zoneId }),
  };
}

function toScript(row: Script): z.output<typeof script> {
  const { path, sha256, fileMode, fileOwner, timeoutInSeconds, exitCode } = row;
  return { path, ...known({ sha256, fileMode, fileOwner, timeoutInSeconds, exitCode }) };
}

function toInstance({ facts, protections, groups }: ListedMachine): z.output<typeof instance> {
  const machine: Machine = facts.machine;
  return {
    instanceId: machine.id,
    instanceName: machine.instanceName,
    origin: machine.origin,
    regionId: machine.regionId,
    zoneId: machine.zoneId,
    ...known({
      instanceType: machine.instanceType,
      osName: machine.osName,
      osType: osTypeOf(machine),
      status: machine.status,
      publicIpAddress: machine.publicIpAddress,
      cloudAssistantInstalled: machine.cloudAssistantInstalled,
      cloudAssistantRunning: machine.cloudAssistantRunning,
      vssWritersHealthy: machine.vssWritersHealthy,
      ramRoleName: machine.ramRoleName,
      changeRatePercentPerDay: machine.changeRatePercentPerDay,
    }),
    ramRoleKnown: machine.roleKnown,
    tags: { ...machine.tags },
    disks: facts.disks.map(toDisk),
    scripts: facts.scripts.map(toScript),
    protectionIds: protections.map(({ id }) => id),
    groupIds: groups.map(({ id }) => id),
  };
}

export const getInstancesFunction = defineFunction({
  token: "cloudbackup:ecs:getInstances",
  source: "ECS DescribeInstances",
  description:
    "Lists machines with the facts that decide about the consistency of their backups (the API's DescribeInstances " +
    "and DescribeDisks), and what protects them.",
  inputs,
  outputs,
  call: async (context, { regionId, status, tags, names, limit }) => {
    const search = { regionId: regionId ?? null, status: status ?? null, names, tags, limit };
    const { machines, total } = await listMachines(context, search);
    return { instances: machines.map(toInstance), total };
  },
});
