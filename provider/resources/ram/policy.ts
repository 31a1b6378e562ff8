import { z } from "zod";
import { defineResource } from "../../definition/resource";
import {
  createRamPolicy,
  deleteRamPolicy,
  findRamPolicy,
  type Policy,
  type PolicyInput,
  policyNameRefusal,
  policyVersionRefusal,
  updateRamPolicy,
} from "../../engine/alibaba/ram";
import { isoTime } from "../../engine/core/time";
import { refusalFinding } from "../shared/finding";
import { documentFindings, documentInput, documentOf, keepForm } from "../shared/ram-document";

const inputs = z.strictObject({
  policyName: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[A-Za-z0-9-]+$/, "letters, digits and '-' only")
    .meta({
      description:
        "Name of the policy, unique in the account: 1 to 128 letters, digits and '-'. " +
        "Default: made from the resource's name. Source: RAM CreatePolicy.",
      replaceOnChanges: "a RAM policy can't be renamed",
      autoName: { maxLength: 128, pattern: /^[A-Za-z0-9-]+$/, rule: "1 to 128 letters, digits and '-'" },
    }),
  policyDocument: documentInput(
    "What the policy allows and denies, as an object or JSON text, up to 6144 characters. Each change is a new " +
      "default version. Application-consistent backup needs ecs:DescribeSnapshot*, ecs:CreateSnapshot*, " +
      "ecs:TagResources and ecs:DescribeDisks (A-10). Source: seed 000, step 1.3.",
  ),
  description: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .meta({ description: "Free text, 1 to 1024 characters. Source: RAM CreatePolicy." }),
  rotateStrategy: z
    .enum(["None", "DeleteOldestNonDefaultVersionWhenLimitExceeded"])
    .meta({
      typeName: "RotateStrategy",
      valueDescriptions: {
        None: "A sixth version is refused.",
        DeleteOldestNonDefaultVersionWhenLimitExceeded: "The oldest version that is not the default makes room.",
      },
    })
    .default("DeleteOldestNonDefaultVersionWhenLimitExceeded")
    .meta({
      description:
        "What happens when the document changes a sixth time: RAM keeps five versions. " +
        "Default: DeleteOldestNonDefaultVersionWhenLimitExceeded, so that updates never get stuck " +
        "(the API's own is None). " +
        "Source: RAM CreatePolicyVersion.",
    }),
});

const outputs = z.object({
  policyType: z.string().meta({ description: "Always Custom: System policies belong to Alibaba Cloud." }),
  defaultVersion: z.string().meta({ description: "The version in force, v1 and on." }),
  versions: z.array(z.string()).meta({ description: "The versions that RAM keeps, oldest first, five at most." }),
  createDate: z
    .string()
    .meta({ moment: true, description: "When the policy was created, ISO 8601 in UTC, by the engine's clock." }),
});

function toInput(properties: z.output<typeof inputs>): PolicyInput {
  return {
    policyName: properties.policyName,
    policyDocument: documentOf(properties.policyDocument),
    description: properties.description ?? null,
    rotateStrategy: properties.rotateStrategy,
  };
}

function toOutputs(policy: Policy): z.output<typeof outputs> {
  return {
    policyType: "Custom",
    defaultVersion: policy.defaultVersion,
    versions: policy.versions.map((version) => version.versionId),
    createDate: isoTime(policy.createTime),
  };
}

export const ramPolicyResource = defineResource({
  token: "cloudbackup:ram:Policy",
  source: "RAM GetPolicy",
  description:
    "A custom RAM policy. Attached to a role it says what the role may do; snapshots need the actions" +
    " of seed 000, step 1.3.",
  inputs,
  outputs,
  importId: { pattern: /^[A-Za-z0-9-]{1,128}$/, example: "AppSnapshotPolicy" },
  stables: ["policyType", "createDate"],
  id: ({ policyName }) => policyName,
  check: async (properties, { context, ownIds, old }) => {
    const { policyName } = properties;
    const findings = documentFindings("policyDocument", "policy", properties.policyDocument);
    const isOwn = old?.policyName === policyName || ownIds.includes(policyName);
    const refused = isOwn
      ? findings.length === 0 && (await policyVersionRefusal(context, toInput(properties)))
      : await policyNameRefusal(context, policyName);
    return refused ? [refusalFinding(refused), ...findings] : findings;
  },
  create: async (context, _identity, properties) => toOutputs(await createRamPolicy(context, toInput(properties))),
  read: async (context, id, old) => {
    const policy = await findRamPolicy(context, id);
    const current = policy?.versions.find((version) => version.versionId === policy.defaultVersion);
    if (policy === undefined || current === undefined) return undefined;
    return {
      inputs: {
        policyName: policy.policyName,
        policyDocument: keepForm(current.policyDocument, old?.policyDocument),
        ...(policy.description === null ? {} : { description: policy.description }),
        rotateStrategy: inputs.shape.rotateStrategy.parse(policy.rotateStrategy),
      },
      outputs: toOutputs(policy),
    };
  },
  update: async (context, _identity, properties) => toOutputs(await updateRamPolicy(context, toInput(properties))),
  delete: (context, id) => deleteRamPolicy(context, id),
});
