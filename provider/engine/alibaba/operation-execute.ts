import { defineCommand, required, text } from "../core/operation";
import type { QueryContext } from "../engine";
import { factsBehind } from "./consistency-group";
import { requireBinding } from "./operation-binding";
import { instanceSource } from "./operation-common";
import { requirePlan } from "./operation-plan";
import { type PolicyRow, requirePolicy, rulesOf } from "./policy";
import type { Protection } from "./protection-row";
import { apiRefusal } from "./rule";
import { runNow } from "./run-now";

/** Which of the policy's BACKUP rules is meant; the first where none is named. */
function ruleIndexOf(policy: PolicyRow, ruleId: string | undefined): number {
  const ids = rulesOf(policy).flatMap((rule) => (rule.ruleType === "BACKUP" ? [rule.ruleId] : []));
  const index = ruleId === undefined ? 0 : ids.indexOf(ruleId);
  if (index >= 0) return index;
  const message = `there is no BACKUP rule ${ruleId} in ${policy.id}`;
  throw apiRefusal("EntityNotExist.Rule", "RuleId", message, `its rules are: ${ids.join(", ")}`);
}

/** The bindings that an execution means: one, or all that can run now. */
async function bindingsOf(
  context: QueryContext,
  policyId: string,
  sourceId: string | undefined,
): Promise<readonly Protection[]> {
  if (sourceId !== undefined) return [await requireBinding(context, policyId, sourceId)];
  const bound = await context.store.find("protection", { account: context.settings.account, policyId });
  const able: Protection[] = [];
  for (const protection of bound) {
    const { disabled, lastCompleteTime, instanceId } = protection;
    const isIdle = !disabled && (lastCompleteTime ?? 0) <= context.now;
    if (isIdle && (await factsBehind(context, instanceId)).length > 0) able.push(protection);
  }
  if (able.length > 0) return able;
  const message =
    bound.length === 0
      ? `no machine is bound to policy ${policyId}`
      : `nothing that is bound to policy ${policyId} can run: all is suspended, running or released`;
  const remedy = "bind a machine (CreatePolicyBindings), or name one by DataSourceId to learn why it can't run";
  throw apiRefusal("EntityNotExist.PolicyBinding", "DataSourceId", message, remedy);
}

const executePolicyV2 = defineCommand({
  name: "ExecutePolicyV2",
  product: "hbr",
  description: "Backs up what is bound to a policy now, beside its schedule; one that is suspended is refused (A-73).",
  parameters: {
    PolicyId: required(text("The policy, po-….")),
    RuleId: text("The BACKUP rule whose retention counts. Default: the first."),
    SourceType: instanceSource,
    DataSourceId: text("Only this machine, i-…, or group, cg-…. Default: all that are bound and can run."),
  },
  call: async (context, { PolicyId, RuleId, DataSourceId }) => {
    const policy = await requirePolicy(context, PolicyId);
    const ruleIndex = ruleIndexOf(policy, RuleId);
    const jobIds: string[] = [];
    for (const protection of await bindingsOf(context, policy.id, DataSourceId)) {
      jobIds.push(await runNow(context, { protection, ruleIndex }));
    }
    return { JobId: jobIds[0] ?? "", jobIds };
  },
});

const executeBackupPlan = defineCommand({
  name: "ExecuteBackupPlan",
  product: "hbr",
  description: "Runs a backup plan now, beside its schedule; a suspended one is refused (A-73).",
  parameters: {
    PlanId: required(text("The plan, plan-….")),
    RuleId: text("The rule whose retention counts. Default: the first."),
    SourceType: instanceSource,
  },
  call: async (context, { PlanId, RuleId }) => {
    const { protection } = await requirePlan(context, PlanId);
    const policy = await context.store.get("policy", protection.policyId);
    const ruleIndex = policy === undefined ? 0 : ruleIndexOf(policy, RuleId);
    return { JobId: await runNow(context, { protection, ruleIndex }) };
  },
});

export const executeOperations = [executePolicyV2, executeBackupPlan];
