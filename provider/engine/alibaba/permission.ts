import type { Json } from "../../store/tables";
import type { Query } from "../engine";
import { findRole } from "./ram";
import { type Decision, decideActions, requiredActions, trustsService } from "./ram-document";
import { apiRefusal } from "./rule";

/** A policy as it is attached to a role: its default version counts. */
export interface AttachedPolicy {
  readonly policyName: string;
  readonly policyType: string;
  readonly version: string;
  readonly document: Json;
}

export interface PermissionQuestion {
  readonly roleName: string;
  /** Null: the four of application-consistent snapshots. */
  readonly actions: readonly string[] | null;
  /** All of them must be allowed. */
  readonly resources: readonly string[];
}

export interface ActionPermission {
  readonly action: string;
  readonly decision: Decision["decision"];
  /** The statement that decides; undefined when none of them speaks of the action at all. */
  readonly statement: { readonly policy: AttachedPolicy; readonly index: number } | undefined;
}

export interface Permissions {
  readonly policies: readonly AttachedPolicy[];
  readonly actions: readonly ActionPermission[];
  /** Whether ECS may assume the role. */
  readonly ecsMayAssume: boolean;
}

/** What a role may do, judged as consistency judges it. */
export const effectivePermissions: Query<PermissionQuestion, Permissions> = async (context, question) => {
  const { store, settings } = context;
  const { roleName } = question;
  const role = await findRole(context, roleName);
  if (role === undefined) {
    const remedy = "take roleName from the output of ram:Role";
    throw apiRefusal("EntityNotExist.Role", "roleName", `there is no RAM role ${roleName}`, remedy);
  }
  const attachments = await store.find("ramAttachment", { account: settings.account, roleName });
  const rows = await store.getMany(
    "ramPolicy",
    attachments.map(({ policyName }) => `${settings.account}/${policyName}`),
  );
  const policies = rows.flatMap(({ policyName, policyType, defaultVersion, versions }) => {
    const version = versions.find(({ versionId }) => versionId === defaultVersion);
    return version === undefined
      ? []
      : [{ policyName, policyType, version: defaultVersion, document: version.policyDocument }];
  });
  const documents = policies.map(({ document }) => document);
  return {
    policies,
    actions: (question.actions ?? Object.keys(requiredActions)).map((action) => {
      const { decision, statement } = decideActions(documents, action, question.resources);
      const policy = statement === undefined ? undefined : policies[statement.document];
      const told = statement === undefined || policy === undefined ? undefined : { policy, index: statement.index };
      return { action, decision, statement: told };
    }),
    ecsMayAssume: trustsService(role.assumeRolePolicyDocument, "ecs.aliyuncs.com"),
  };
};
