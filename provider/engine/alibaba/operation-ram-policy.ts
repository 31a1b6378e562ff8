import type { Json } from "../../store/tables";
import { recordDeath } from "../core/incarnation";
import { boolean, choice, defineCommand, json, required, text, withoutNulls } from "../core/operation";
import { isoTime } from "../core/time";
import type { CommandContext } from "../engine";
import { requireDocument } from "./operation-ram-document";
import {
  type AttachmentInput,
  attachmentId,
  attachPolicyToRole,
  createRamPolicy,
  deleteRamPolicy,
  detachPolicyFromRole,
  type Policy,
  requireRamPolicy,
  requireRole,
  updateRamPolicy,
} from "./ram";
import { apiRefusal } from "./rule";

const rotateStrategies = ["None", "DeleteOldestNonDefaultVersionWhenLimitExceeded"] as const;

function policyRecord(policy: Policy): Json {
  return withoutNulls({
    PolicyName: policy.policyName,
    PolicyType: policy.policyType,
    Description: policy.description,
    DefaultVersion: policy.defaultVersion,
    CreateDate: isoTime(policy.createTime),
  });
}

const createPolicy = defineCommand({
  name: "CreatePolicy",
  product: "ram",
  description: "Creates a custom policy; its document is version v1.",
  parameters: {
    PolicyName: required(text("1 to 128 letters, digits and '-'.")),
    PolicyDocument: required(json("The document, JSON.")),
    Description: text("Free text."),
  },
  call: async (context, given) => {
    if (!/^[A-Za-z0-9-]{1,128}$/.test(given.PolicyName)) {
      const message = `"${given.PolicyName}" is no name of a policy`;
      const remedy = "use 1 to 128 letters, digits and '-'";
      throw apiRefusal("InvalidParameter.PolicyName.InvalidChars", "PolicyName", message, remedy);
    }
    const policy = await createRamPolicy(context, {
      policyName: given.PolicyName,
      policyDocument: requireDocument(given.PolicyDocument, "PolicyDocument"),
      description: given.Description ?? null,
      rotateStrategy: "None",
    });
    return { Policy: policyRecord(policy) };
  },
});

const createPolicyVersion = defineCommand({
  name: "CreatePolicyVersion",
  product: "ram",
  description: "Gives a policy another document, five versions at most.",
  parameters: {
    PolicyName: required(text("Name of the policy.")),
    PolicyDocument: required(json("The document, JSON.")),
    SetAsDefault: boolean("Whether it takes effect. Default: false."),
    RotateStrategy: choice(rotateStrategies, "What makes place for a sixth version. Default: None."),
  },
  call: async (context, given) => {
    const old = await requireRamPolicy(context, given.PolicyName, "PolicyName");
    const updated = await updateRamPolicy(context, {
      policyName: old.policyName,
      policyDocument: requireDocument(given.PolicyDocument, "PolicyDocument"),
      description: old.description,
      rotateStrategy: given.RotateStrategy ?? "None",
    });
    // The strategy is this request's alone, and a version takes effect only when it is asked to.
    const defaultVersion = given.SetAsDefault === true ? updated.defaultVersion : old.defaultVersion;
    const policy = { ...updated, defaultVersion, rotateStrategy: old.rotateStrategy };
    await context.store.put("ramPolicy", [policy]);
    const version = policy.versions.find((each) => each.versionId === updated.defaultVersion);
    const isDefault = updated.defaultVersion === defaultVersion;
    return {
      PolicyVersion: {
        VersionId: updated.defaultVersion,
        IsDefaultVersion: isDefault,
        PolicyDocument: JSON.stringify(version?.policyDocument ?? null),
        CreateDate: isoTime(version?.createTime ?? context.now),
      },
    };
  },
});

const deletePolicy = defineCommand({
  name: "DeletePolicy",
  product: "ram",
  description: "Deletes a policy that is attached to nothing.",
  parameters: { PolicyName: required(text("Name of the policy.")) },
  call: async (context, { PolicyName }) => {
    await requireRamPolicy(context, PolicyName, "PolicyName");
    await deleteRamPolicy(context, PolicyName);
    await recordDeath(context, { resourceType: "cloudbackup:ram:Policy", resourceId: PolicyName });
    return {};
  },
});

const attachmentParameters = {
  PolicyType: required(choice(["Custom", "System"], "Custom or System.")),
  PolicyName: required(text("Name of the policy.")),
  RoleName: required(text("Name of the role.")),
};

async function isAttached({ store, settings }: CommandContext, input: AttachmentInput): Promise<boolean> {
  const id = attachmentId(settings.account, input.policyType, input.policyName, input.roleName);
  return (await store.get("ramAttachment", id)) !== undefined;
}

const attachPolicy = defineCommand({
  name: "AttachPolicyToRole",
  product: "ram",
  description: "Gives a role the permissions of a policy.",
  parameters: attachmentParameters,
  call: async (context, { PolicyType, PolicyName, RoleName }) => {
    const input = { policyType: PolicyType, policyName: PolicyName, roleName: RoleName };
    await requireRole(context, RoleName, "RoleName");
    await requireRamPolicy(context, PolicyName, "PolicyName");
    if (await isAttached(context, input)) {
      const message = `policy ${PolicyName} is attached to role ${RoleName} already`;
      throw apiRefusal("EntityAlreadyExists.Role.Policy", "PolicyName", message, "nothing to do");
    }
    await attachPolicyToRole(context, input);
    return {};
  },
});

const detachPolicy = defineCommand({
  name: "DetachPolicyFromRole",
  product: "ram",
  description: "Takes the permissions of a policy from a role.",
  parameters: attachmentParameters,
  call: async (context, { PolicyType, PolicyName, RoleName }) => {
    const input = { policyType: PolicyType, policyName: PolicyName, roleName: RoleName };
    await requireRole(context, RoleName, "RoleName");
    if (!(await isAttached(context, input))) {
      const attached = await context.store.find("ramAttachment", {
        account: context.settings.account,
        roleName: RoleName,
      });
      const names = attached.map((each) => `${each.policyName} (${each.policyType})`);
      const remedy = names.length === 0 ? "no policy is attached to it" : `attached are: ${names.join(", ")}`;
      const message = `policy ${PolicyName} (${PolicyType}) is not attached to role ${RoleName}`;
      throw apiRefusal("EntityNotExist.Role.Policy", "PolicyName", message, remedy);
    }
    await detachPolicyFromRole(context, input);
    const resourceId = `role:${PolicyName}:${PolicyType}:${RoleName}`;
    await recordDeath(context, { resourceType: "cloudbackup:ram:RolePolicyAttachment", resourceId });
    return {};
  },
});

export const ramPolicyOperations = [createPolicy, createPolicyVersion, deletePolicy, attachPolicy, detachPolicy];
