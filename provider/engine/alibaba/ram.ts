import type { Json, Row } from "../../store/tables";
import { digitsOf } from "../core/identifier";
import { canonicalJson } from "../core/json";
import type { Command, CommandContext, Query } from "../engine";
import { apiRefusal } from "./rule";

export type Role = Row<"ramRole">;
export type Policy = Row<"ramPolicy">;
export type Attachment = Row<"ramAttachment">;

/** RAM keeps at most five versions of a policy. */
const maximumVersions = 5;

export const findRole: Query<string, Role | undefined> = ({ store, settings }, roleName) =>
  store.get("ramRole", `${settings.account}/${roleName}`);

export const findRamPolicy: Query<string, Policy | undefined> = ({ store, settings }, policyName) =>
  store.get("ramPolicy", `${settings.account}/${policyName}`);

export function attachmentId(account: string, policyType: string, policyName: string, roleName: string): string {
  return `${account}/${policyType}/${policyName}/${roleName}`;
}

export interface RoleInput {
  readonly roleName: string;
  readonly assumeRolePolicyDocument: Json;
  readonly description: string | null;
  readonly maxSessionDuration: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** A role's name is unique in the account. */
export const roleNameRefusal: Query<string, Error | undefined> = async (context, roleName) => {
  if ((await findRole(context, roleName)) === undefined) return undefined;
  return apiRefusal(
    "EntityAlreadyExists.Role",
    "roleName",
    `a RAM role named ${roleName} already exists`,
    `choose another roleName, or import the role: pulumi import cloudbackup:ram:Role <name> ${roleName}`,
  );
};

/** CreateRole. The id of the row is not used up: a deleted role's name may come again. */
export const createRole: Command<RoleInput & { readonly hash: string }, Role> = async (context, { hash, ...input }) => {
  const { store, settings, now } = context;
  const taken = await roleNameRefusal(context, input.roleName);
  if (taken !== undefined) throw taken;
  const role: Role = {
    ...input,
    id: `${settings.account}/${input.roleName}`,
    account: settings.account,
    roleId: digitsOf(18, settings.account, hash),
    arn: `acs:ram::${settings.account}:role/${input.roleName}`,
    tags: { ...input.tags },
    createTime: now,
  };
  await store.put("ramRole", [role]);
  return role;
};

/** UpdateRole. */
export const updateRole: Command<RoleInput, Role> = async (context, input) => {
  const old = await requireRole(context, input.roleName, "roleName");
  const role: Role = { ...old, ...input, tags: { ...input.tags } };
  await context.store.put("ramRole", [role]);
  return role;
};

export const requireRole = async (context: CommandContext, roleName: string, property: string): Promise<Role> => {
  const role = await findRole(context, roleName);
  if (role !== undefined) return role;
  throw apiRefusal(
    "EntityNotExist.Role",
    property,
    `there is no RAM role ${roleName}`,
    "create it first (ram:Role) and take roleName from its output",
  );
};

/** DeleteRole: refused while policies are attached. A role that is gone already is fine. */
export const deleteRole: Command<string, void> = async ({ store, settings }, roleName) => {
  const attached = await store.find("ramAttachment", { account: settings.account, roleName });
  if (attached.length > 0) {
    throw apiRefusal(
      "DeleteConflict.Role.Policy",
      "roleName",
      `role ${roleName} has policies attached: ${attached.map((item) => item.policyName).join(", ")}`,
      "detach them first (DetachPolicyFromRole)",
    );
  }
  await store.remove("ramRole", [`${settings.account}/${roleName}`]);
  const machines = await store.find("machine", { account: settings.account, ramRoleName: roleName });
  await store.put(
    "machine",
    machines.map((machine) => ({ ...machine, ramRoleName: null })),
  );
};

export interface PolicyInput {
  readonly policyName: string;
  readonly policyDocument: Json;
  readonly description: string | null;
  readonly rotateStrategy: string;
}

/** A policy's name is unique in the account. */
export const policyNameRefusal: Query<string, Error | undefined> = async (context, policyName) => {
  if ((await findRamPolicy(context, policyName)) === undefined) return undefined;
  return apiRefusal(
    "EntityAlreadyExists.Policy",
    "policyName",
    `a RAM policy named ${policyName} already exists`,
    `choose another policyName, or import the policy: pulumi import cloudbackup:ram:Policy <name> ${policyName}`,
  );
};

/** CreatePolicy: the document is version v1. */
export const createRamPolicy: Command<PolicyInput, Policy> = async (context, input) => {
  const { store, settings, now } = context;
  const taken = await policyNameRefusal(context, input.policyName);
  if (taken !== undefined) throw taken;
  const policy: Policy = {
    id: `${settings.account}/${input.policyName}`,
    account: settings.account,
    policyName: input.policyName,
    policyType: "Custom",
    description: input.description,
    rotateStrategy: input.rotateStrategy,
    defaultVersion: "v1",
    versions: [{ versionId: "v1", policyDocument: input.policyDocument, createTime: now }],
    createTime: now,
  };
  await store.put("ramPolicy", [policy]);
  return policy;
};

/** Each change of the document is a new default version; the sixth needs a place (rotateStrategy). */
export const updateRamPolicy: Command<PolicyInput, Policy> = async (context, input) => {
  const old = await requireRamPolicy(context, input.policyName, "policyName");
  const refused = await policyVersionRefusal(context, input);
  if (refused !== undefined) throw refused;
  const { description, rotateStrategy } = input;
  const policy = isDefaultDocument(old, input.policyDocument)
    ? { ...old, description, rotateStrategy }
    : { ...addVersion(old, input, context.now), description, rotateStrategy };
  await context.store.put("ramPolicy", [policy]);
  return policy;
};

function isDefaultDocument(policy: Policy, document: Json): boolean {
  const current = policy.versions.find((version) => version.versionId === policy.defaultVersion);
  return current !== undefined && canonicalJson(current.policyDocument) === canonicalJson(document);
}

/** Whether a changed document finds no place among the versions that RAM keeps. */
export const policyVersionRefusal: Query<PolicyInput, Error | undefined> = async (context, input) => {
  const policy = await findRamPolicy(context, input.policyName);
  const isRotated = input.rotateStrategy === "DeleteOldestNonDefaultVersionWhenLimitExceeded";
  if (policy === undefined || isRotated || policy.versions.length < maximumVersions) return undefined;
  if (isDefaultDocument(policy, input.policyDocument)) return undefined;
  return apiRefusal(
    "LimitExceeded.Policy.Version",
    "policyDocument",
    `policy ${policy.policyName} has ${maximumVersions} versions, the most that RAM keeps`,
    'set rotateStrategy to "DeleteOldestNonDefaultVersionWhenLimitExceeded", or delete a version',
  );
};

function addVersion(old: Policy, input: PolicyInput, now: number): Policy {
  let kept = old.versions;
  if (kept.length >= maximumVersions) {
    const oldest = kept.find((version) => version.versionId !== old.defaultVersion);
    kept = kept.filter((version) => version !== oldest);
  }
  const highest = Math.max(...old.versions.map((version) => Number(version.versionId.slice(1))));
  const versionId = `v${highest + 1}`;
  const version = { versionId, policyDocument: input.policyDocument, createTime: now };
  return { ...old, defaultVersion: versionId, versions: [...kept, version] };
}

export const requireRamPolicy = async (
  context: CommandContext,
  policyName: string,
  property: string,
): Promise<Policy> => {
  const policy = await findRamPolicy(context, policyName);
  if (policy !== undefined) return policy;
  throw apiRefusal(
    "EntityNotExist.Policy",
    property,
    `there is no RAM policy ${policyName}`,
    "create it first (ram:Policy) and take policyName from its output",
  );
};

/** DeletePolicy: refused while it is attached. */
export const deleteRamPolicy: Command<string, void> = async ({ store, settings }, policyName) => {
  const attached = await store.find("ramAttachment", { account: settings.account, policyName });
  if (attached.length > 0) {
    throw apiRefusal(
      "DeleteConflict.Policy.User",
      "policyName",
      `policy ${policyName} is attached to ${attached.map((item) => item.roleName).join(", ")}`,
      "detach it first (DetachPolicyFromRole)",
    );
  }
  await store.remove("ramPolicy", [`${settings.account}/${policyName}`]);
};

export interface AttachmentInput {
  readonly policyType: string;
  readonly policyName: string;
  readonly roleName: string;
}

/** AttachPolicyToRole: both must exist. Attaching twice changes nothing. */
export const attachPolicyToRole: Command<AttachmentInput, Attachment> = async (context, input) => {
  const { store, settings, now } = context;
  await requireRole(context, input.roleName, "roleName");
  await requireRamPolicy(context, input.policyName, "policyName");
  const id = attachmentId(settings.account, input.policyType, input.policyName, input.roleName);
  const old = await store.get("ramAttachment", id);
  if (old !== undefined) return old;
  const attachment: Attachment = { ...input, id, account: settings.account, attachTime: now };
  await store.put("ramAttachment", [attachment]);
  return attachment;
};

/** DetachPolicyFromRole. */
export const detachPolicyFromRole: Command<AttachmentInput, void> = async ({ store, settings }, input) => {
  await store.remove("ramAttachment", [
    attachmentId(settings.account, input.policyType, input.policyName, input.roleName),
  ]);
};
