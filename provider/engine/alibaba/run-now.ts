import type { Command, CommandContext } from "../engine";
import { copyTermsOf, type RunState, runBackup } from "./backup-run";
import { effectivePolicy } from "./policy";
import { isGroupId, type Protection, settingsOf } from "./protection-row";
import { loadRunFacts, membersOf } from "./protection-run";
import { refusal } from "./rule";
import { noteFirstBackup, requireService } from "./service";

/**
 * ExecutePolicyV2 and ExecuteBackupPlan: one run beside the schedule, with the retention of a rule. Gives the job's id,
 * or refuses what is suspended, released or running already.
 */
export const runNow: Command<{ protection: Protection; ruleIndex: number }, string> = async (
  context,
  { protection, ruleIndex },
) => {
  const { store, now } = context;
  await requireService(context);
  refuseIdle(context, protection);
  const policy = await store.get("policy", protection.policyId);
  const effective = policy === undefined ? undefined : effectivePolicy(policy);
  const backup = effective?.backups[ruleIndex] ?? effective?.backups[0];
  if (effective === undefined || backup === undefined) {
    const remedy = "bind the machine to a policy again";
    throw refusal("A-35", "EntityNotExist.Policy", "PolicyId", `there is no policy ${protection.policyId}`, remedy);
  }
  const members = await membersOf(context, protection, 1);
  if (members.every(({ facts }) => facts === undefined)) {
    const message = `machine ${protection.instanceId} was released`;
    const remedy = "cancel its protection, or restore it from one of its recovery points";
    throw refusal("A-72", "Engine.InstanceReleased", "DataSourceId", message, remedy);
  }
  const isGroup = isGroupId(protection.instanceId);
  const asked = { policy: effective, settings: settingsOf(protection) };
  const { keys, faults } = await loadRunFacts(context);
  const setting = { ...asked, protection, members, isGroup, faults, copyTerms: copyTermsOf(asked, { keys, faults }) };
  const slot = { time: now, retentionDays: backup.retentionDays };
  const result = runBackup(setting, slot, protection as RunState);
  await store.put("job", result.jobs);
  await store.put("recoveryPoint", result.points);
  await store.put("groupPoint", result.groupPoint === undefined ? [] : [result.groupPoint]);
  await store.put("replica", result.replicas);
  await store.put("protection", [{ ...protection, ...result.state }]);
  if (result.points.length > 0) await noteFirstBackup(context, now);
  return result.jobs[0]?.id ?? "";
};

function refuseIdle({ now }: CommandContext, { disabled, instanceId, lastCompleteTime }: Protection): void {
  if (disabled) {
    const message = `the backups of ${instanceId} are suspended`;
    const remedy = "resume them: EnableBackupPlan, or UpdatePolicyBinding --Disabled false";
    throw refusal("A-73", "Engine.PlanSuspended", "DataSourceId", message, remedy);
  }
  if (lastCompleteTime === null || lastCompleteTime <= now) return;
  const message = `a backup job of ${instanceId} is still running`;
  throw refusal("A-35", "Engine.JobRunning", "DataSourceId", message, "wait until it is done, or cancel it");
}
