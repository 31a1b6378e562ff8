import { defineCommand, list, required, text } from "../core/operation";
import type { CommandContext } from "../engine";
import { EngineError } from "../error";
import { attachInstanceRole, detachInstanceRole, requireMachine, roleAttachmentRefusal, roleRefusal } from "./machine";
import { apiRefusal } from "./rule";

const parameters = {
  RegionId: text("Region of the machines; the engine knows it."),
  RamRoleName: required(text("Name of the role.")),
  InstanceIds: required(list('The machines, 1 to 100: ["i-…", "i-…"].')),
};

interface Result {
  readonly InstanceId: string;
  readonly Success: boolean;
  readonly Code: string;
  readonly Message: string;
}

function checkCount(instanceIds: readonly string[]): void {
  if (instanceIds.length >= 1 && instanceIds.length <= 100) return;
  const message = `--InstanceIds has ${instanceIds.length} machines`;
  throw apiRefusal("InvalidParameter.InstanceIds", "InstanceIds", message, parameters.InstanceIds.description);
}

/** Does something to each machine; one that refuses fails by itself, as the API tells it. */
async function forEach(instanceIds: readonly string[], act: (instanceId: string) => Promise<void>): Promise<Result[]> {
  const results: Result[] = [];
  for (const instanceId of instanceIds) {
    try {
      await act(instanceId);
      results.push({ InstanceId: instanceId, Success: true, Code: "200", Message: "success" });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const message = `${error.message}; fix: ${error.remedy}`;
      results.push({ InstanceId: instanceId, Success: false, Code: error.code, Message: message });
    }
  }
  return results;
}

function countsOf(results: readonly Result[]) {
  return { TotalCount: results.length, FailCount: results.filter((result) => !result.Success).length };
}

async function attach(context: CommandContext, ramRoleName: string, instanceId: string): Promise<void> {
  const refused = await roleAttachmentRefusal(context, { ramRoleName, instanceId, ownRoleName: null });
  if (refused !== undefined) throw refused;
  await attachInstanceRole(context, { ramRoleName, instanceIds: [instanceId], ownRoleName: null });
}

const attachInstanceRamRole = defineCommand({
  name: "AttachInstanceRamRole",
  product: "ecs",
  description: "Puts a RAM role on machines; a machine carries one role at most (A-79).",
  parameters,
  call: async (context, { RamRoleName, InstanceIds }) => {
    checkCount(InstanceIds);
    const refused = await roleRefusal(context, RamRoleName);
    if (refused !== undefined) throw refused;
    const results = await forEach(InstanceIds, (instanceId) => attach(context, RamRoleName, instanceId));
    const answers = results.map((result) => ({ ...result }));
    return {
      RamRoleName,
      ...countsOf(results),
      AttachInstanceRamRoleResults: { AttachInstanceRamRoleResult: answers },
    };
  },
});

async function detach(context: CommandContext, ramRoleName: string, instanceId: string): Promise<void> {
  const machine = await requireMachine(context, instanceId, "InstanceIds");
  if (machine.ramRoleName !== ramRoleName) {
    const carried = machine.ramRoleName === null ? "no role" : `role ${machine.ramRoleName}`;
    const message = `machine ${instanceId} carries ${carried}, not ${ramRoleName}`;
    throw apiRefusal("InvalidInstanceRamRole.NotFound", "RamRoleName", message, "name the role that it carries");
  }
  await detachInstanceRole(context, { ramRoleName, instanceIds: [instanceId] });
}

const detachInstanceRamRole = defineCommand({
  name: "DetachInstanceRamRole",
  product: "ecs",
  description: "Takes a RAM role off machines.",
  parameters,
  call: async (context, { RamRoleName, InstanceIds }) => {
    checkCount(InstanceIds);
    const results = await forEach(InstanceIds, (instanceId) => detach(context, RamRoleName, instanceId));
    const answers = results.map((result) => ({ ...result }));
    return {
      RamRoleName,
      ...countsOf(results),
      DetachInstanceRamRoleResults: { DetachInstanceRamRoleResult: answers },
    };
  },
});

export const instanceRoleOperations = [attachInstanceRamRole, detachInstanceRamRole];
