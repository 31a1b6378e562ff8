import { z } from "zod";
import { defineResource } from "../../definition/resource";
import {
  attachmentId,
  attachPolicyToRole,
  detachPolicyFromRole,
  findRamPolicy,
  findRole,
} from "../../engine/alibaba/ram";
import { documents } from "../../engine/core/document";
import { isoTime } from "../../engine/core/time";

const inputs = z.strictObject({
  policyType: z
    .enum(["Custom", "System"])
    .meta({
      typeName: "PolicyType",
      valueDescriptions: { Custom: "A policy of the account.", System: "A policy of Alibaba Cloud." },
    })
    .default("Custom")
    .meta({
      description: "Kind of policy. Default: Custom. Source: RAM AttachPolicyToRole.",
      replaceOnChanges: "an attachment joins one policy and one role",
    }),
  policyName: z.string().min(1).max(128).meta({
    description:
      "Name of the policy; take it from ram:Policy, so that it exists first (A-52). Source: RAM AttachPolicyToRole.",
    replaceOnChanges: "an attachment joins one policy and one role",
  }),
  roleName: z
    .string()
    .min(1)
    .max(64)
    .meta({
      description:
        "Name of the role; take it from ram:Role. What rests on the granted role takes roleName from this resource's " +
        "output (A-52). Source: RAM AttachPolicyToRole.",
      replaceOnChanges: "an attachment joins one policy and one role",
    }),
});

const outputs = z.object({
  attachDate: z
    .string()
    .meta({ moment: true, description: "When the policy was attached, ISO 8601 in UTC, by the engine's clock." }),
});

const importPattern = /^role:([^:]+):(Custom|System):([^:]+)$/;

function parseId(id: string): z.output<typeof inputs> {
  const [, policyName, policyType, roleName] = importPattern.exec(id) ?? [];
  return inputs.parse({ policyName, policyType, roleName });
}

export const rolePolicyAttachmentResource = defineResource({
  token: "cloudbackup:ram:RolePolicyAttachment",
  source: "RAM AttachPolicyToRole",
  description: "Gives a RAM role the permissions of a policy (seed 000, step 1.4).",
  inputs,
  outputs,
  importId: { pattern: importPattern, example: "role:AppSnapshotPolicy:Custom:AppSnapshotRoleName" },
  stables: ["attachDate"],
  id: ({ policyName, policyType, roleName }) => `role:${policyName}:${policyType}:${roleName}`,
  check: async ({ policyName, roleName }, { context }) => {
    const missing = [
      ...((await findRole(context, roleName))
        ? []
        : [{ path: "roleName", what: "role", name: roleName, code: "EntityNotExist.Role" }]),
      ...((await findRamPolicy(context, policyName))
        ? []
        : [{ path: "policyName", what: "policy", name: policyName, code: "EntityNotExist.Policy" }]),
    ];
    return missing.map(({ path, what, name, code }) => ({
      severity: "error",
      path,
      rule: code,
      message: `there is no RAM ${what} ${name}`,
      remedy:
        `take ${path} from the output of ram:${what === "role" ? "Role" : "Policy"}, so that it exists ` +
        "first (A-52)",
      source: documents.api,
    }));
  },
  create: async (context, _identity, properties) => ({
    attachDate: isoTime((await attachPolicyToRole(context, properties)).attachTime),
  }),
  read: async (context, id) => {
    const properties = parseId(id);
    const { policyType, policyName, roleName } = properties;
    const row = await context.store.get(
      "ramAttachment",
      attachmentId(context.settings.account, policyType, policyName, roleName),
    );
    return row === undefined ? undefined : { inputs: properties, outputs: { attachDate: isoTime(row.attachTime) } };
  },
  delete: (context, id) => detachPolicyFromRole(context, parseId(id)),
});
