import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { defineResource } from "../../definition/resource";
import type { PropertyMap } from "../../definition/value";
import { findRegion, regionIds } from "../../engine/alibaba/catalogue";
import type { Disk } from "../../engine/alibaba/fact";
import {
  createMachine,
  type DiskInput,
  findMachine,
  type MachineInput,
  releaseMachine,
  updateMachine,
} from "../../engine/alibaba/machine";
import { osTypeOf } from "../../engine/alibaba/operating-system";
import { ruleSources } from "../../engine/alibaba/rule";
import { bindByTags } from "../../engine/alibaba/tag-binding";
import type { CommandContext, QueryContext, Settings } from "../../engine/engine";
import { replacedMachineFindings } from "../hbr/unprotected-time";
import { diskShape } from "../shared/disk";

const cloudAssistant = z
  .strictObject({
    installed: z.boolean().default(true).meta({ description: "Whether the agent is installed. Default: true." }),
    running: z.boolean().default(true).meta({
      description: "Whether aliyun.service (Linux) or AliyunService (Windows) runs. Default: true.",
    }),
  })
  .meta({ typeName: "CloudAssistant", description: "The Cloud Assistant agent of a machine (A-11)." });

const systemDisk = z
  .strictObject(diskShape)
  .meta({ typeName: "SystemDisk", description: "The disk that a machine starts from." });

const inputs = z.strictObject({
  instanceName: z
    .string()
    .min(2)
    .max(128)
    .meta({
      description:
        "Name of the machine, 2 to 128 characters. Default: made from the resource's name. Source: ECS RunInstances.",
      autoName: { maxLength: 128, pattern: /^.{2,128}$/, rule: "2 to 128 characters" },
    }),
  regionId: z.string().optional().meta({
    description: "Region of the machine. Default: the provider's region. Source: ECS RunInstances; A-63.",
    replaceOnChanges: "a machine can't move to another region",
  }),
  zoneId: z.string().optional().meta({
    description: "Zone of the machine. Default: the region's zone a. Source: ECS RunInstances.",
    replaceOnChanges: "a machine can't move to another zone",
  }),
  instanceType: z
    .string()
    .min(1)
    .default("ecs.g7.large")
    .meta({ description: "Instance type. Default: ecs.g7.large. Source: ECS RunInstances." }),
  osName: z
    .string()
    .min(1)
    .default("CentOS 7.9 64 bit")
    .meta({
      description:
        "Operating system as ECS names it: decides with its version whether application-consistent backup is " +
        'possible (A-04). Default: "CentOS 7.9 64 bit". Source: ECS DescribeInstances.',
    }),
  platform: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Platform as ECS names it, when osName does not tell. Source: ECS DescribeInstances." }),
  status: z
    .enum(["Running", "Stopped"])
    .meta({
      typeName: "InstanceStatus",
      valueDescriptions: { Running: "Started: needed by scripts and writers (A-07).", Stopped: "Shut down." },
    })
    .default("Running")
    .meta({ description: "Whether the machine runs. Default: Running. Source: ECS DescribeInstances." }),
  publicIpAddress: z.string().min(1).optional().meta({
    description: "Public IP address or EIP; needed by edition 2021 only (A-61). Source: seed 002.",
  }),
  cloudAssistant: cloudAssistant.default({ installed: true, running: true }).meta({
    description: "The Cloud Assistant agent. Default: installed and running. Source: seed 000, step 2 (A-11).",
  }),
  vssWritersHealthy: z.boolean().default(true).meta({
    description: "Windows: whether VSS and all its writers work (A-12). Default: true. Source: seed 002; ENGINE.",
  }),
  systemDisk: systemDisk
    .prefault({})
    .meta({ description: "The system disk. Default: an ESSD of 40 GiB with ext4. Source: ECS RunInstances." }),
  changeRatePercentPerDay: z.number().min(0).max(100).default(5).meta({
    description:
      "Part of the used space that changes in a day, percent: sets the size of snapshots. Default: 5. Source: ENGINE.",
    units: "percent per day",
  }),
  tags: z.record(z.string().min(1).max(128), z.string().max(128)).default({}).meta({
    description: "Tags of the machine; a policy's TAG rule binds by them. Default: none. Source: ECS RunInstances.",
  }),
});

const outputs = z.object({
  instanceId: z.string().meta({ description: "Id of the machine, i-…." }),
  osType: z.string().optional().meta({ description: "linux or windows, from osName and platform." }),
  systemDiskId: z.string().meta({ description: "Id of the system disk, d-…." }),
});

type Inputs = z.output<typeof inputs>;

function systemDiskId(instanceId: string): string {
  return instanceId.replace(/^i-/, "d-sys-");
}

function toRows(
  context: QueryContext,
  id: string,
  properties: Inputs,
): { machine: MachineInput; systemDisk: DiskInput } {
  const regionId = properties.regionId ?? context.settings.region;
  const zoneId = properties.zoneId ?? `${regionId}-a`;
  const disk = properties.systemDisk;
  const machine: MachineInput = {
    id,
    instanceName: properties.instanceName,
    regionId,
    zoneId,
    instanceType: properties.instanceType,
    osName: properties.osName,
    osType: null,
    platform: properties.platform ?? null,
    status: properties.status,
    publicIpAddress: properties.publicIpAddress ?? null,
    cloudAssistantInstalled: properties.cloudAssistant.installed,
    cloudAssistantRunning: properties.cloudAssistant.running,
    vssWritersHealthy: properties.vssWritersHealthy,
    changeRatePercentPerDay: properties.changeRatePercentPerDay,
    tags: properties.tags,
  };
  return {
    machine,
    systemDisk: {
      id: systemDiskId(id),
      account: context.settings.account,
      instanceId: id,
      type: "system",
      category: disk.category,
      performanceLevel: disk.performanceLevel ?? null,
      sizeGiB: disk.sizeGiB,
      fileSystem: disk.fileSystem,
      encrypted: disk.encrypted,
      kmsKeyId: disk.kmsKeyId ?? null,
      multiAttach: "Disabled",
      usedGiB: disk.usedGiB ?? null,
      device: "/dev/xvda",
      zoneId,
      regionId,
    },
  };
}

/** Region and zone are written down when the machine is made: later they don't follow the provider's settings. */
function placeDefaults({ regionId, zoneId }: PropertyMap, settings: Settings): PropertyMap {
  const region = regionId ?? settings.region;
  if (typeof region !== "string") return {};
  return {
    ...(regionId === undefined || regionId === null ? { regionId: region } : {}),
    ...(zoneId === undefined || zoneId === null ? { zoneId: `${region}-a` } : {}),
  };
}

async function toOutputs(context: QueryContext, id: string): Promise<z.output<typeof outputs>> {
  const machine = await findMachine(context, id);
  const osType = machine === undefined ? undefined : osTypeOf(machine);
  return { instanceId: id, ...(osType === undefined ? {} : { osType }), systemDiskId: systemDiskId(id) };
}

async function checkRegion(properties: Inputs, { settings }: QueryContext): Promise<Finding[]> {
  const regionId = properties.regionId ?? settings.region;
  if (findRegion(regionId, settings.edition) !== undefined) return [];
  const message = `unknown region ${regionId}`;
  const remedy = `use one of: ${regionIds.join(", ")}`;
  return [{ severity: "error", path: "regionId", rule: "A-63", message, remedy, source: ruleSources["A-63"] }];
}

async function apply(context: CommandContext, id: string, properties: Inputs, isNew: boolean) {
  const rows = toRows(context, id, properties);
  await (isNew ? createMachine(context, rows) : updateMachine(context, rows));
  await bindByTags(context, { instanceIds: [id] });
  return toOutputs(context, id);
}

async function readInputs(context: QueryContext, id: string, old: Inputs | undefined): Promise<Inputs | undefined> {
  const machine = await findMachine(context, id);
  if (machine === undefined || machine.released) return undefined;
  const disk = (await context.store.find("disk", { instanceId: id, type: "system" }))[0];
  const optional = <K extends string, V>(key: K, value: V | null | undefined) =>
    (value === null || value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
  const isTold = old === undefined;
  return inputs.parse({
    instanceName: machine.instanceName,
    ...(isTold || old.regionId !== undefined ? { regionId: machine.regionId } : {}),
    ...(isTold || old.zoneId !== undefined ? { zoneId: machine.zoneId } : {}),
    ...optional("instanceType", machine.instanceType),
    ...optional("osName", machine.osName),
    ...optional("platform", machine.platform),
    ...optional("status", machine.status),
    ...optional("publicIpAddress", machine.publicIpAddress),
    cloudAssistant: {
      installed: machine.cloudAssistantInstalled ?? false,
      running: machine.cloudAssistantRunning ?? false,
    },
    vssWritersHealthy: machine.vssWritersHealthy ?? false,
    systemDisk: disk === undefined ? {} : readDisk(disk),
    ...optional("changeRatePercentPerDay", machine.changeRatePercentPerDay),
    tags: machine.tags,
  });
}

/** What the API says about a disk, in the words of the inputs. */
export function readDisk(disk: Disk): Record<string, unknown> {
  const entries = Object.entries({
    category: disk.category,
    performanceLevel: disk.performanceLevel,
    sizeGiB: disk.sizeGiB,
    fileSystem: disk.fileSystem,
    encrypted: disk.encrypted,
    kmsKeyId: disk.kmsKeyId,
    usedGiB: disk.usedGiB,
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

export const instanceResource = defineResource({
  token: "cloudbackup:ecs:Instance",
  source: "ECS DescribeInstances",
  description: "A simulated ECS machine with its system disk. Real machines come from the provider's inventory.",
  inputs,
  outputs,
  importId: { pattern: /^i-[A-Za-z0-9-]+$/, example: "i-bp1dbmysql00001" },
  stables: ["instanceId", "systemDiskId"],
  defaults: placeDefaults,
  id: (_inputs, hash) => `i-${hash.slice(0, 20)}`,
  check: async (properties, { context, ownIds, old }) => {
    const isMoved = old !== undefined && (old.regionId !== properties.regionId || old.zoneId !== properties.zoneId);
    const [ownId] = isMoved ? ownIds : [];
    const gaps = ownId === undefined ? [] : await replacedMachineFindings(context, ownId);
    return [...(await checkRegion(properties, context)), ...gaps];
  },
  create: (context, { id }, properties) => apply(context, id, properties, true),
  read: async (context, id, old) => {
    const live = await readInputs(context, id, old);
    return live === undefined ? undefined : { inputs: live, outputs: await toOutputs(context, id) };
  },
  update: (context, { id }, properties) => apply(context, id, properties, false),
  delete: (context, id) => releaseMachine(context, id),
});
