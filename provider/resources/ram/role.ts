import { z } from "zod";
import { defineResource } from "../../definition/resource";
import {
  createRole,
  deleteRole,
  findRole,
  type Role,
  type RoleInput,
  roleNameRefusal,
  updateRole,
} from "../../engine/alibaba/ram";
import { hashOf } from "../../engine/core/identifier";
import { isoTime } from "../../engine/core/time";
import { refusalFinding } from "../shared/finding";
import { documentFindings, documentInput, documentOf, keepForm } from "../shared/ram-document";

const inputs = z.strictObject({
  roleName: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9.-]+$/, "letters, digits, '.' and '-' only")
    .meta({
      description:
        "Name of the role, unique in the account: 1 to 64 letters, digits, '.' and '-'. " +
        "Default: made from the resource's name. Source: RAM CreateRole.",
      replaceOnChanges: "a RAM role can't be renamed",
      autoName: { maxLength: 64, pattern: /^[A-Za-z0-9.-]+$/, rule: "1 to 64 letters, digits, '.' and '-'" },
    }),
  assumeRolePolicyDocument: documentInput(
    "Trust document: who may assume the role, as an object or JSON text. A role for a machine must trust " +
      "the service ecs.aliyuncs.com (A-09). Source: seed 000, step 1; RAM CreateRole.",
  ),
  description: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .meta({ description: "Free text, 1 to 1024 characters. Source: RAM CreateRole." }),
  maxSessionDuration: z.int().min(3600).max(43_200).default(3600).meta({
    description: "Longest session, seconds, 3600 to 43200. Default: 3600. Source: RAM CreateRole.",
    units: "seconds",
  }),
  tags: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: "Tags of the role. Default: none. Source: RAM CreateRole." }),
});

const outputs = z.object({
  arn: z.string().meta({ description: "ARN of the role, acs:ram::<account>:role/<roleName>." }),
  roleId: z.string().meta({ description: "Id that RAM gives the role." }),
  createDate: z
    .string()
    .meta({ moment: true, description: "When the role was created, ISO 8601 in UTC, by the engine's clock." }),
});

function toInput(properties: z.output<typeof inputs>): RoleInput {
  return {
    roleName: properties.roleName,
    assumeRolePolicyDocument: documentOf(properties.assumeRolePolicyDocument),
    description: properties.description ?? null,
    maxSessionDuration: properties.maxSessionDuration,
    tags: properties.tags,
  };
}

function toOutputs(role: Role): z.output<typeof outputs> {
  return { arn: role.arn, roleId: role.roleId, createDate: isoTime(role.createTime) };
}

export const roleResource = defineResource({
  token: "cloudbackup:ram:Role",
  source: "RAM GetRole",
  description:
    "A RAM role. A machine that is to be backed up application-consistently carries one that trusts ECS and may " +
    "take snapshots (seed 000, step 1).",
  inputs,
  outputs,
  importId: { pattern: /^[A-Za-z0-9.-]{1,64}$/, example: "AppSnapshotRoleName" },
  stables: ["arn", "roleId", "createDate"],
  deleteBeforeReplace: false,
  id: ({ roleName }) => roleName,
  check: async ({ roleName, assumeRolePolicyDocument }, { context, ownIds, old }) => {
    const isOwn = old?.roleName === roleName || ownIds.includes(roleName);
    const taken = isOwn ? undefined : await roleNameRefusal(context, roleName);
    return [
      ...(taken === undefined ? [] : [refusalFinding(taken)]),
      ...documentFindings("assumeRolePolicyDocument", "trust", assumeRolePolicyDocument),
    ];
  },
  create: async (context, identity, properties) =>
    toOutputs(await createRole(context, { ...toInput(properties), hash: hashOf(identity.urn, identity.id) })),
  read: async (context, id, old) => {
    const role = await findRole(context, id);
    if (role === undefined) return undefined;
    return {
      inputs: {
        roleName: role.roleName,
        assumeRolePolicyDocument: keepForm(role.assumeRolePolicyDocument, old?.assumeRolePolicyDocument),
        ...(role.description === null ? {} : { description: role.description }),
        maxSessionDuration: role.maxSessionDuration,
        tags: { ...role.tags },
      },
      outputs: toOutputs(role),
    };
  },
  update: async (context, _identity, properties) => toOutputs(await updateRole(context, toInput(properties))),
  delete: (context, id) => deleteRole(context, id),
});
