import type { Json } from "../../store/tables";
import { recordDeath } from "../core/incarnation";
import { defineCommand, integer, json, required, text, withoutNulls } from "../core/operation";
import { isoTime } from "../core/time";
import { requireDocument } from "./operation-ram-document";
import { createRole, deleteRole, type Role, requireRole, updateRole } from "./ram";
import { apiRefusal } from "./rule";

const defaultSessionSeconds = 3600;

function roleRecord(role: Role): Json {
  return withoutNulls({
    RoleName: role.roleName,
    RoleId: role.roleId,
    Arn: role.arn,
    AssumeRolePolicyDocument: JSON.stringify(role.assumeRolePolicyDocument),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    CreateDate: isoTime(role.createTime),
  });
}

function checkSession(seconds: number, name: string): number {
  if (seconds >= 3600 && seconds <= 43_200) return seconds;
  throw apiRefusal(`InvalidParameter.${name}`, name, `--${name} is ${seconds}`, "give 3600 to 43200 seconds");
}

const createRoleOperation = defineCommand({
  name: "CreateRole",
  product: "ram",
  description: "Creates a role.",
  parameters: {
    RoleName: required(text("1 to 64 letters, digits, '.' and '-'.")),
    AssumeRolePolicyDocument: required(json("Trust document, JSON.")),
    Description: text("Free text."),
    MaxSessionDuration: integer("Seconds, 3600 to 43200. Default: 3600."),
  },
  call: async (context, given) => {
    if (given.RoleName.length > 64) {
      const message = `the name has ${given.RoleName.length} characters`;
      throw apiRefusal("InvalidParameter.RoleName.Length", "RoleName", message, "use 64 at most");
    }
    if (!/^[A-Za-z0-9.-]+$/.test(given.RoleName)) {
      const message = `"${given.RoleName}" has other characters than letters, digits, '.' and '-'`;
      throw apiRefusal("InvalidParameter.RoleName.InvalidChars", "RoleName", message, "leave them out");
    }
    const role = await createRole(context, {
      hash: `operation ${given.RoleName} ${context.now}`,
      roleName: given.RoleName,
      assumeRolePolicyDocument: requireDocument(given.AssumeRolePolicyDocument, "AssumeRolePolicyDocument"),
      description: given.Description ?? null,
      maxSessionDuration: checkSession(given.MaxSessionDuration ?? defaultSessionSeconds, "MaxSessionDuration"),
      tags: {},
    });
    return { Role: roleRecord(role) };
  },
});

const updateRoleOperation = defineCommand({
  name: "UpdateRole",
  product: "ram",
  description: "Changes a role's trust document, description or longest session.",
  parameters: {
    RoleName: required(text("Name of the role.")),
    NewAssumeRolePolicyDocument: json("Trust document, JSON. Default: as it is."),
    NewDescription: text("Free text. Default: as it is."),
    NewMaxSessionDuration: integer("Seconds, 3600 to 43200. Default: as it is."),
  },
  call: async (context, given) => {
    const old = await requireRole(context, given.RoleName, "RoleName");
    const document = given.NewAssumeRolePolicyDocument;
    const role = await updateRole(context, {
      roleName: old.roleName,
      assumeRolePolicyDocument:
        document === undefined
          ? old.assumeRolePolicyDocument
          : requireDocument(document, "NewAssumeRolePolicyDocument"),
      description: given.NewDescription ?? old.description,
      maxSessionDuration: checkSession(given.NewMaxSessionDuration ?? old.maxSessionDuration, "NewMaxSessionDuration"),
      tags: old.tags,
    });
    return { Role: roleRecord(role) };
  },
});

const deleteRoleOperation = defineCommand({
  name: "DeleteRole",
  product: "ram",
  description: "Deletes a role without policies; machines that carry it lose it.",
  parameters: { RoleName: required(text("Name of the role.")) },
  call: async (context, { RoleName }) => {
    await requireRole(context, RoleName, "RoleName");
    await deleteRole(context, RoleName);
    await recordDeath(context, { resourceType: "cloudbackup:ram:Role", resourceId: RoleName });
    return {};
  },
});

export const ramRoleOperations = [createRoleOperation, updateRoleOperation, deleteRoleOperation];
