import type { Json } from "../../store/tables";
import { boolean, defineCommand, defineQuery, integer, json, required, text, withoutNulls } from "../core/operation";
import type { CommandContext, QueryContext } from "../engine";
import { type BackupPlan, createPlan, editPlan, findPlan, removePlan } from "./backup-plan";
import { recordEnd, refuseOtherKey } from "./operation-binding";
import { checkDays, freshId, instanceSource, pageOf, pagingParameters } from "./operation-common";
import { decodeDetail, settingsRecord } from "./operation-settings";
import { itemsOf, Structure } from "./operation-structure";
import { rulesOf } from "./policy";
import { saveProtection } from "./protection";
import { settingsOf } from "./protection-row";
import { defaultSettings } from "./protection-settings";
import { apiRefusal } from "./rule";
import { requireService } from "./service";
import { bindByTags } from "./tag-binding";

const ruleHelp = 'JSON: [{"Schedule":"I|1767225600|P1D"}], or Rule.1.Schedule and so on.';
const detailHelp = 'JSON: {"diskIdList":["d-…"],"doCopy":true,"destinationRegionId":"…","destinationRetention":30}.';
const planId = required(text("The plan, plan-…."));

/** The schedules of a plan; the engine's plans have one retention for all of them. */
function decodeSchedules(value: Json): readonly string[] {
  return itemsOf(value, "Rule").map((item, index) => {
    const rule = new Structure(item, `Rule[${index}]`, ["RuleName", "BackupType", "Schedule"]);
    rule.choice("BackupType", ["COMPLETE"]);
    const schedule = rule.text("Schedule");
    if (schedule !== undefined) return schedule;
    const message = `Rule[${index}] has no Schedule`;
    throw apiRefusal("MissingParameter", `Rule[${index}].Schedule`, message, 'write "I|1767225600|P1D"');
  });
}

export async function requirePlan(context: QueryContext, id: string): Promise<BackupPlan> {
  const plan = await findPlan(context, id);
  if (plan !== undefined) return plan;
  const remedy = "list them: cloudbackup call DescribeBackupPlans";
  throw apiRefusal("Engine.PlanNotFound", "PlanId", `there is no backup plan ${id}`, remedy);
}

const createBackupPlan = defineCommand({
  name: "CreateBackupPlan",
  product: "hbr",
  description: "Creates a machine's own backup plan, where the region has no Policy Center (A-31).",
  parameters: {
    SourceType: instanceSource,
    PlanName: required(text("1 to 64 characters.")),
    InstanceId: required(text("The machine, i-….")),
    Retention: required(integer("Days that points live.")),
    Rule: required(json(ruleHelp)),
    Detail: json(`${detailHelp} Default: all disks, nothing asked for, no copy.`),
    UdmRegionId: text("Region; the engine knows it."),
    Disabled: boolean("true: suspended from the start. Default: false."),
  },
  call: async (context, given) => {
    const id = await freshId(context, "protection", "plan", given.InstanceId, given.PlanName);
    await createPlan(context, {
      id,
      urn: null,
      planName: given.PlanName,
      instanceId: given.InstanceId,
      schedules: decodeSchedules(given.Rule),
      retention: checkDays("Retention", given.Retention),
      ...decodeDetail(given.Detail ?? {}, "Detail", { settings: defaultSettings, copy: null }),
      disabled: given.Disabled ?? false,
      requireConsistency: null,
    });
    return { PlanId: id };
  },
});

const updateBackupPlan = defineCommand({
  name: "UpdateBackupPlan",
  product: "hbr",
  description:
    "Edits a plan; where its region has got a Policy Center it becomes a policy and a binding in place (A-31).",
  parameters: {
    PlanId: planId,
    SourceType: instanceSource,
    PlanName: text("1 to 64 characters. Default: as it is."),
    Retention: integer("Days that points live. Default: as it is."),
    Rule: json(`All the rules. ${ruleHelp} Default: as they are.`),
    Detail: json(`${detailHelp} Default: as it is.`),
  },
  call: async (context, given) => {
    const { protection, convertedPolicyId: _before, ...old } = await requirePlan(context, given.PlanId);
    const { settings, copy } = decodeDetail(given.Detail ?? {}, "Detail", old);
    refuseOtherKey(protection, settings);
    const { convertedPolicyId } = await editPlan(context, {
      ...old,
      planName: given.PlanName ?? old.planName,
      schedules: given.Rule === undefined ? old.schedules : decodeSchedules(given.Rule),
      retention: given.Retention === undefined ? old.retention : checkDays("Retention", given.Retention),
      settings,
      copy,
      requireConsistency: null,
    });
    await bindByTags(context, { instanceIds: [old.instanceId] });
    return withoutNulls({ convertedPolicyId });
  },
});

const deleteBackupPlan = defineCommand({
  name: "DeleteBackupPlan",
  product: "hbr",
  description: "Deletes one plan and nothing else; its recovery points stay (A-59).",
  parameters: { PlanId: planId, SourceType: instanceSource },
  call: async (context, { PlanId }) => {
    const { id, instanceId } = await requirePlan(context, PlanId);
    await removePlan(context, { id, deletePoints: false });
    await recordEnd(context, id);
    await bindByTags(context, { instanceIds: [instanceId] });
    return {};
  },
});

async function setDisabled(context: CommandContext, id: string, disabled: boolean): Promise<void> {
  const { protection } = await requirePlan(context, id);
  const { instanceId: sourceId, urn, policyId, createdByTag } = protection;
  const settings = settingsOf(protection);
  await saveProtection(context, { id, urn, sourceId, policyId, disabled, settings, createdByTag });
}

const enableBackupPlan = defineCommand({
  name: "EnableBackupPlan",
  product: "hbr",
  description: "Resumes a plan; slots that passed meanwhile are not made up (A-35).",
  parameters: { PlanId: planId, SourceType: instanceSource },
  call: async (context, { PlanId }) => {
    await requireService(context);
    await setDisabled(context, PlanId, false);
    return {};
  },
});

const disableBackupPlan = defineCommand({
  name: "DisableBackupPlan",
  product: "hbr",
  description: "Suspends a plan: no runs, the retention of its points goes on (A-59).",
  parameters: { PlanId: planId, SourceType: instanceSource },
  call: async (context, { PlanId }) => {
    await setDisabled(context, PlanId, true);
    return {};
  },
});

async function planRecord({ store }: QueryContext, plan: BackupPlan): Promise<Json> {
  const policy = await store.get("policy", plan.protection.policyId);
  const rules = policy === undefined ? [] : rulesOf(policy).filter(({ ruleType }) => ruleType === "BACKUP");
  return withoutNulls({
    PlanId: plan.id,
    PlanName: plan.planName,
    SourceType: "UDM_ECS",
    InstanceId: plan.instanceId,
    Retention: plan.retention,
    Disabled: plan.disabled,
    CreatedTime: plan.protection.createTime,
    Rules: rules.map(({ ruleId, schedule = "" }) => ({ RuleId: ruleId, BackupType: "COMPLETE", Schedule: schedule })),
    Detail: withoutNulls({
      ...(settingsRecord(plan.settings) as Record<string, Json>),
      DoCopy: plan.copy !== null,
      DestinationRegionId: plan.copy?.regionId ?? null,
      DestinationRetention: plan.copy?.retentionDays ?? null,
    }),
    convertedPolicyId: plan.convertedPolicyId,
  });
}

const describeBackupPlans = defineQuery({
  name: "DescribeBackupPlans",
  product: "hbr",
  description: "Lists backup plans, also those that were converted to policies (convertedPolicyId).",
  parameters: {
    SourceType: instanceSource,
    planId: text("The engine's own: only this plan. Default: all."),
    InstanceId: text("Only plans of this machine. Default: all."),
    ...pagingParameters,
  },
  call: async (context, { planId: only, InstanceId, SourceType: _only, ...paging }) => {
    const { store, settings } = context;
    const machine = InstanceId === undefined ? {} : { instanceId: InstanceId };
    const bound = await store.find("protection", { account: settings.account, ...machine });
    const plans: BackupPlan[] = only === undefined ? [] : [await requirePlan(context, only)];
    if (only === undefined) {
      for (const { id } of bound) {
        const plan = await findPlan(context, id);
        if (plan !== undefined) plans.push(plan);
      }
    }
    const { page, paging: told } = pageOf(plans, paging);
    const records: Json[] = [];
    for (const plan of page) records.push(await planRecord(context, plan));
    return { ...told, BackupPlans: records };
  },
});

export const planOperations = [
  createBackupPlan,
  updateBackupPlan,
  deleteBackupPlan,
  enableBackupPlan,
  disableBackupPlan,
  describeBackupPlans,
];
