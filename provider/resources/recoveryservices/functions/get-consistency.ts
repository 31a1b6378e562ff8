import { z } from "zod";
import { defineFunction } from "../../../definition/resource";
import { requireReader } from "../../../engine/azure/access";
import { evaluateConsistency } from "../../../engine/azure/consistency";
import { findActiveItemOf } from "../../../engine/azure/item-list";
import { exclusionOf } from "../../../engine/azure/item-row";
import { backupSettingsOf } from "../../../engine/azure/item-run";
import { findPolicy, propertiesOf, requirePolicy } from "../../../engine/azure/policy";
import { recoveryPointTypeOf } from "../../../engine/azure/recovery-point-type";
import { loadFacts, machineNotFound } from "../../../engine/azure/virtual-machine";
import type { QueryContext } from "../../../engine/engine";
import {
  achievedLevel,
  consistencyLevel,
  consistencyStep,
  reasonOutput,
  toReasonOutput,
} from "../../shared/consistency";
import { recoveryPointType } from "../../shared/recovery-point-type";

const inputs = z.strictObject({
  sourceResourceId: z.string().min(1).meta({ description: "The virtual machine, by its ARM id." }),
  policyId: z.string().min(1).optional().meta({
    description: "The policy to ask with. Default: the one that protects the VM; without one, a standard policy.",
  }),
});

const outputs = z.object({
  sourceResourceId: z.string().meta({ description: "The virtual machine." }),
  requestedLevel: consistencyLevel.meta({ description: "The consistency that is asked for (Z-34)." }),
  achievedLevel: achievedLevel.meta({ description: "The consistency that a backup would have now." }),
  recoveryPointType: recoveryPointType
    .optional()
    .meta({ description: "The same in Azure's words; absent when the backup would fail." }),
  reasons: z.array(reasonOutput).meta({ description: "Every unmet rule, with remedy and source." }),
  steps: z.array(consistencyStep).meta({ description: "All that was looked at, met or not." }),
  tries: z.int().meta({ description: "How often the job would be tried, the last time counted (Z-06)." }),
  extension: z.string().optional().meta({ description: "The extension that such a backup uses (Z-14)." }),
  itemId: z.string().optional().meta({ description: "The protected item whose policy and disks were taken." }),
});

/** The item that protects the machine, and the settings of a backup: its own, or those of a policy that is named. */
async function settingsFor(context: QueryContext, { sourceResourceId, policyId }: z.output<typeof inputs>) {
  const item = await findActiveItemOf(context, sourceResourceId);
  const exclusion = item === undefined ? null : exclusionOf(item);
  const policy =
    policyId !== undefined
      ? await requirePolicy(context, policyId)
      : item?.policyId == null
        ? undefined
        : await findPolicy(context, item.policyId);
  // Both are told of, and both are their vaults' (Z-20).
  if (item !== undefined) await requireReader(context, { vaultId: item.vaultId, operation: "ProtectedItems_Get" });
  if (policy !== undefined) {
    await requireReader(context, { vaultId: policy.vaultId, operation: "ProtectionPolicies_Get" });
  }
  const settings =
    policy === undefined
      ? { isCrashConsistentOnly: false, diskExclusion: exclusion }
      : backupSettingsOf(propertiesOf(policy), exclusion);
  return { item, settings };
}

export const getVaultConsistencyFunction = defineFunction({
  token: "cloudbackup:recoveryservices:getConsistency",
  source: "seed 003; seed 004, snapshots",
  description:
    "Explains what consistency a backup of one virtual machine would have now: every rule that was looked at, met or " +
    "not.",
  inputs,
  outputs,
  call: async (context, properties) => {
    const facts = await loadFacts(context, properties.sourceResourceId);
    if (facts === undefined) throw machineNotFound(properties.sourceResourceId, "sourceResourceId");
    const { item, settings } = await settingsFor(context, properties);
    const consistency = evaluateConsistency(facts, settings);
    const { achieved, extension } = consistency;
    return {
      sourceResourceId: facts.machine.armId,
      requestedLevel: consistency.requested,
      achievedLevel: achieved,
      ...(achieved === "NONE" ? {} : { recoveryPointType: recoveryPointTypeOf(achieved) }),
      reasons: consistency.reasons.map(toReasonOutput),
      steps: consistency.steps.map(({ fact, rules, unmet }) => ({ met: unmet === undefined, fact, rules: [...rules] })),
      tries: consistency.tries.length,
      ...(extension === null ? {} : { extension }),
      ...(item === undefined ? {} : { itemId: item.armId }),
    };
  },
});
