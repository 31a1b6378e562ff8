import type { Json } from "../../store/tables";
import { recordDeath } from "../core/incarnation";
import { boolean, defineCommand, defineQuery, list, required, text, withoutNulls } from "../core/operation";
import type { CommandContext } from "../engine";
import { loadFacts, type Machine, type MachineFacts, type Script } from "./fact";
import { releaseMachine, requireMachine } from "./machine";
import { pageOf, pagingParameters } from "./operation-common";
import { apiRefusal } from "./rule";

const instanceId = required(text("The machine, i-…."));

/** The answer is an inventory too, A-53's own keys included: what the engine knows can be loaded into another one. */
function instanceRecord({ machine, scripts }: MachineFacts): Json {
  const { cloudAssistantInstalled: installed, cloudAssistantRunning: running, vssWritersHealthy: healthy } = machine;
  const known = withoutNulls({
    InstanceId: machine.id,
    InstanceName: machine.instanceName,
    RegionId: machine.regionId,
    ZoneId: machine.zoneId,
    InstanceType: machine.instanceType,
    OSName: machine.osName,
    OSType: machine.osType,
    Status: machine.status,
    PublicIpAddress: { IpAddress: machine.publicIpAddress === null ? [] : [machine.publicIpAddress] },
    platform: machine.platform,
    cloudAssistant: installed === null || running === null ? null : { installed, running },
    vssWriters: healthy === null ? null : healthy ? "healthy" : "failed",
    changeRatePercentPerDay: machine.changeRatePercentPerDay,
    Tags: { Tag: Object.entries(machine.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })) },
    scripts: scripts.map(scriptRecord),
  });
  // That no role is attached is a fact, told as null; a role that nobody knows is left out.
  return machine.roleKnown ? { ...known, ramRoleName: machine.ramRoleName } : known;
}

function scriptRecord(script: Script): Json {
  return withoutNulls({
    path: script.path,
    fileMode: script.fileMode,
    fileOwner: script.fileOwner,
    fileGroup: script.fileGroup,
    sha256: script.sha256,
    sizeBytes: script.sizeBytes,
    exitCode: script.exitCode,
    durationSeconds: script.durationSeconds,
  });
}

const describeInstances = defineQuery({
  name: "DescribeInstances",
  product: "ecs",
  description: "Lists machines; the answer can be an inventory.",
  parameters: {
    RegionId: text("Only machines in this region. Default: all regions."),
    InstanceIds: list('Only these machines, ["i-…"]. Default: all.'),
    InstanceName: text("Only machines of this name."),
    ...pagingParameters,
  },
  call: async ({ store, settings }, { RegionId, InstanceIds, InstanceName, ...paging }) => {
    const { account } = settings;
    const region = RegionId === undefined ? {} : { regionId: RegionId };
    const machines = (await store.find("machine", { account, ...region })).filter(
      ({ id, released, instanceName }) =>
        !released &&
        (InstanceIds === undefined || InstanceIds.includes(id)) &&
        (InstanceName === undefined || instanceName === InstanceName),
    );
    const { page, paging: told } = pageOf(machines, paging);
    const facts = await loadFacts(
      store,
      account,
      page.map((machine) => machine.id),
    );
    const found = page.flatMap(({ id }) => facts.get(id) ?? []);
    return { ...told, Instances: { Instance: found.map(instanceRecord) } };
  },
});

async function setStatus(context: CommandContext, machine: Machine, from: string, to: string): Promise<void> {
  if (machine.status !== null && machine.status !== from) {
    throw apiRefusal(
      "IncorrectInstanceStatus",
      "InstanceId",
      `machine ${machine.id} is ${machine.status}, not ${from}`,
      machine.status === to ? "nothing to do" : "wait until the machine is at rest",
    );
  }
  await context.store.put("machine", [{ ...machine, status: to }]);
}

const startInstance = defineCommand({
  name: "StartInstance",
  product: "ecs",
  description: "Starts a machine; it is Running at once.",
  parameters: { InstanceId: instanceId },
  call: async (context, { InstanceId }) => {
    await setStatus(context, await requireMachine(context, InstanceId, "InstanceId"), "Stopped", "Running");
    return {};
  },
});

const stopInstance = defineCommand({
  name: "StopInstance",
  product: "ecs",
  description: "Stops a machine; it is Stopped at once.",
  parameters: { InstanceId: instanceId, ForceStop: boolean("The same in the engine. Default: false.") },
  call: async (context, { InstanceId }) => {
    await setStatus(context, await requireMachine(context, InstanceId, "InstanceId"), "Running", "Stopped");
    return {};
  },
});

const deleteInstance = defineCommand({
  name: "DeleteInstance",
  product: "ecs",
  description: "Releases a machine with its disks and scripts; its recovery points stay (A-59).",
  parameters: { InstanceId: instanceId, Force: boolean("Also when the machine is not Stopped. Default: false.") },
  call: async (context, { InstanceId, Force }) => {
    const machine = await requireMachine(context, InstanceId, "InstanceId");
    if (Force !== true && machine.status !== null && machine.status !== "Stopped") {
      const remedy = "stop it first (StopInstance), or add --Force true";
      const message = `machine ${InstanceId} is ${machine.status}; only a stopped one is released`;
      throw apiRefusal("IncorrectInstanceStatus", "InstanceId", message, remedy);
    }
    const disks = await context.store.find("disk", { instanceId: InstanceId, released: false });
    await releaseMachine(context, InstanceId);
    await recordDeath(context, { resourceType: "cloudbackup:ecs:Instance", resourceId: InstanceId });
    for (const disk of disks) {
      await recordDeath(context, { resourceType: "cloudbackup:ecs:Disk", resourceId: disk.id });
    }
    return {};
  },
});

export const instanceOperations = [describeInstances, startInstance, stopInstance, deleteInstance];
