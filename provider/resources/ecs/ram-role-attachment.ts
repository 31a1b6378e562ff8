import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { defineResource } from "../../definition/resource";
import {
  attachInstanceRole,
  detachInstanceRole,
  roleAttachmentRefusal,
  roleRefusal,
} from "../../engine/alibaba/machine";
import type { CommandContext, QueryContext } from "../../engine/engine";
import { refusalFinding } from "../shared/finding";

const inputs = z.strictObject({
  ramRoleName: z
    .string()
    .min(1)
    .max(64)
    .meta({
      description:
        "The role to attach; take it from ram:RolePolicyAttachment's roleName, so that it is granted first (A-52). " +
        "It must trust ecs.aliyuncs.com (A-79). Source: ECS AttachInstanceRamRole; seed 000, step 1.5.",
    }),
  instanceIds: z.array(z.string().min(1)).min(1).max(100).meta({
    description: "The machines, 1 to 100; a machine carries one role at most. Source: ECS AttachInstanceRamRole.",
    set: true,
  }),
});

const attachResult = z
  .object({
    instanceId: z.string().meta({ description: "The machine." }),
    success: z.boolean().meta({ description: "Whether the machine carries the role." }),
    code: z.string().meta({ description: '"200", or why not.' }),
    message: z.string().meta({ description: "The same for people." }),
  })
  .meta({ typeName: "AttachResult", description: "What became of the role on one machine." });

const outputs = z.object({
  attachInstanceRamRoleResults: z
    .array(attachResult)
    .meta({ description: "Per machine, in the order of the ids: whether it carries the role now.", live: true }),
});

type Inputs = z.output<typeof inputs>;

function sortIds(instanceIds: readonly string[]): string[] {
  return [...new Set(instanceIds)].sort();
}

async function describe(context: QueryContext, properties: Inputs): Promise<z.output<typeof outputs>> {
  const ids = sortIds(properties.instanceIds);
  const machines = new Map((await context.store.getMany("machine", ids)).map((machine) => [machine.id, machine]));
  return {
    attachInstanceRamRoleResults: ids.map((instanceId) => {
      const machine = machines.get(instanceId);
      if (machine === undefined || machine.released) {
        return { instanceId, success: false, code: "InvalidInstanceId.NotFound", message: "the machine was released" };
      }
      const carried = machine.ramRoleName;
      return carried === properties.ramRoleName
        ? { instanceId, success: true, code: "200", message: "success" }
        : {
            instanceId,
            success: false,
            code: "HBR.NoRamRoleBound",
            message: carried === null ? "no role is attached" : `role ${carried} is attached`,
          };
    }),
  };
}

async function save(context: CommandContext, id: string, properties: Inputs): Promise<void> {
  await context.store.put("roleAttachment", [
    {
      id,
      account: context.settings.account,
      ramRoleName: properties.ramRoleName,
      instanceIds: sortIds(properties.instanceIds),
      attachTime: context.now,
    },
  ]);
}

/** `<role>:<machine>[,<machine>…]` names what is attached already, for import. */
const compositeId = /^([A-Za-z0-9.-]{1,64}):(i-[A-Za-z0-9-]+(?:,i-[A-Za-z0-9-]+)*)$/;

async function find(context: QueryContext, id: string): Promise<Inputs | undefined> {
  const row = await context.store.get("roleAttachment", id);
  if (row !== undefined && row.account === context.settings.account) {
    return { ramRoleName: row.ramRoleName, instanceIds: [...row.instanceIds] };
  }
  const [, ramRoleName, list] = compositeId.exec(id) ?? [];
  return ramRoleName === undefined || list === undefined
    ? undefined
    : { ramRoleName, instanceIds: sortIds(list.split(",")) };
}

async function check(properties: Inputs, old: Inputs | undefined, context: QueryContext): Promise<Finding[]> {
  const findings: Finding[] = [];
  const refused = await roleRefusal(context, properties.ramRoleName);
  if (refused !== undefined) findings.push(refusalFinding(refused));
  const ownRoleName = old?.ramRoleName ?? null;
  for (const [index, instanceId] of properties.instanceIds.entries()) {
    const ramRoleName = properties.ramRoleName;
    const problem = await roleAttachmentRefusal(context, { ramRoleName, instanceId, ownRoleName }).catch(
      (error: Error) => error,
    );
    if (problem !== undefined) findings.push({ ...refusalFinding(problem), path: `instanceIds[${index}]` });
  }
  return findings;
}

export const ramRoleAttachmentResource = defineResource({
  token: "cloudbackup:ecs:RamRoleAttachment",
  source: "ECS AttachInstanceRamRole",
  description: "Puts a RAM role on machines (seed 000, step 1.5). Protections take ramRoleName from its output (A-52).",
  inputs,
  outputs,
  importId: {
    pattern: /^(ra-[a-z2-7]{20}|[A-Za-z0-9.-]{1,64}:i-[A-Za-z0-9-]+(,i-[A-Za-z0-9-]+)*)$/,
    example: "AppSnapshotRoleName:i-bp1dbmysql00001",
  },
  stables: [],
  id: (_inputs, hash) => `ra-${hash.slice(0, 20)}`,
  check: (properties, { context, old }) => check(properties, old, context),
  create: async (context, { id }, properties) => {
    await attachInstanceRole(context, { ...properties, ownRoleName: null });
    await save(context, id, properties);
    return describe(context, properties);
  },
  read: async (context, id, old) => {
    const declared = await find(context, id);
    if (declared === undefined) return undefined;
    const outputsNow = await describe(context, declared);
    const carrying = outputsNow.attachInstanceRamRoleResults
      .filter((result) => result.success)
      .map((result) => result.instanceId);
    if (carrying.length === 0) return undefined;
    const order = old?.instanceIds ?? declared.instanceIds;
    const instanceIds = order.filter((instanceId) => carrying.includes(instanceId));
    return { inputs: { ramRoleName: declared.ramRoleName, instanceIds }, outputs: outputsNow };
  },
  update: async (context, { id }, properties, old) => {
    const kept = old.ramRoleName === properties.ramRoleName ? properties.instanceIds : [];
    const left = old.instanceIds.filter((instanceId) => !kept.includes(instanceId));
    await detachInstanceRole(context, { ramRoleName: old.ramRoleName, instanceIds: left });
    await attachInstanceRole(context, { ...properties, ownRoleName: old.ramRoleName });
    await save(context, id, properties);
    return describe(context, properties);
  },
  delete: async (context, id, properties) => {
    await detachInstanceRole(context, properties);
    await context.store.remove("roleAttachment", [id]);
  },
});
