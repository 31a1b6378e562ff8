import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { toValue } from "../../definition/plain";
import { type CheckScope, defineResource } from "../../definition/resource";
import type { PropertyMap, Value } from "../../definition/value";
import { requireReader } from "../../engine/azure/access";
import { armKey, isSameId, policyIdOf, vaultOf } from "../../engine/azure/arm-id";
import {
  findPolicy,
  type PolicyProperties,
  type PolicyRow,
  policyNamePattern,
  policyNameRule,
  propertiesOf,
} from "../../engine/azure/policy";
import { forecastPolicy } from "../../engine/azure/policy-forecast";
import {
  fromRetention,
  fromSchedule,
  fromTiering,
  scheduleFormRefusals,
  toRetention,
  toSchedule,
  toTiering,
} from "../../engine/azure/policy-form";
import { policyOutcome as simulateOutcome } from "../../engine/azure/policy-outcome";
import { defaultSnapshotDays } from "../../engine/azure/policy-rule";
import {
  assessPolicy,
  deletePolicy,
  type PolicyInput,
  policyNameRefusal,
  putPolicy,
} from "../../engine/azure/protection-policy";
import { findVault } from "../../engine/azure/vault";
import { canonicalJson, type Json } from "../../engine/core/json";
import type { CommandContext } from "../../engine/engine";
import { ruled } from "../shared/azure-rule";
import { reasonWarning, refusalFinding } from "../shared/finding";
import { policyStatus, spanOf } from "../shared/forecast-status";
import { policyOutcome, toOutcomeOutput } from "../shared/policy-outcome";
import { policyFindings } from "./impact-findings";
import { retentionPolicy, schedulePolicy, tieringPolicy } from "./policy-schema";
import { describePolicy } from "./policy-summary";

const inputs = z.strictObject({
  policyName: z
    .string()
    .regex(policyNamePattern, policyNameRule)
    .meta({
      description: `Name of the policy, unique in the vault: ${policyNameRule}. Default: from the resource's name.`,
      replaceOnChanges: "the name is a part of the policy's ARM id",
      autoName: { maxLength: 150, pattern: policyNamePattern, rule: policyNameRule },
    }),
  vaultId: z.string().min(1).meta({
    description: "ARM id of the vault that the policy lies in.",
    replaceOnChanges: "a policy belongs to one vault",
  }),
  policyType: z
    .enum(["V1", "V2"])
    .meta({
      typeName: "ProtectionPolicyType",
      valueDescriptions: {
        V1: "Standard: daily or weekly, snapshots for up to 5 days.",
        V2: "Enhanced: also hourly, selective disks, snapshots for up to 30 days.",
      },
    })
    .default("V1")
    .meta({
      ...ruled("Z-21", "write V1 or V2"),
      description: "Standard (V1) or enhanced (V2); V2 can't go back while it protects something (Z-21). Default: V1.",
    }),
  timeZone: z
    .string()
    .min(1)
    .default("UTC")
    .meta({ description: "The policy's clock: a Windows zone id, W. Europe Standard Time. Default: UTC." }),
  instantRpRetentionRangeInDays: z
    .int()
    .min(1)
    .optional()
    .meta({
      ...ruled("Z-22", "give days: V1 1 to 5, V2 1 to 30"),
      description:
        "How long snapshots stay in the snapshot tier (instant restore), days: V1 1 to 5 (Weekly: 5), V2 1 to 30 " +
        "(Z-22). Default: 2, V1 Weekly 5, V2 7. Source: seed 004, snapshot tier; ProtectionPolicies.",
      units: "days",
    }),
  snapshotConsistencyType: z
    .enum(["OnlyCrashConsistent"])
    .meta({
      typeName: "SnapshotConsistencyType",
      valueDescriptions: { OnlyCrashConsistent: "Snapshots without agent and scripts, all disks at one moment." },
    })
    .optional()
    .meta({
      description:
        "OnlyCrashConsistent: snapshots without agent and scripts, V2 only (Z-08). Default: absent, the best level " +
        "that the machine allows.",
    }),
  schedulePolicy: schedulePolicy.meta({ description: "When backups run." }),
  retentionPolicy: retentionPolicy.meta({
    description:
      "How long vault points live. A change reaches the points that there are already; an immutable vault refuses " +
      "less (Z-30).",
  }),
  tieringPolicy: tieringPolicy.optional().meta({ description: "How points are archived. Default: never." }),
});

const outputs = z.object({
  policyId: z.string().meta({ description: "ARM id of the policy, …/vaults/<vault>/backupPolicies/<policy>." }),
  summary: z.string().meta({ description: "Schedule and retention in words." }),
  outcome: policyOutcome.meta({ description: "What the policy yields, simulated." }),
});

type Inputs = z.output<typeof inputs>;

const vaultPath = "/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\\.RecoveryServices/vaults/[^/]+";

/** The engine's properties; what the program leaves out has the service's defaults. */
function toProperties(properties: Inputs): PolicyProperties {
  const { policyType, timeZone, instantRpRetentionRangeInDays, snapshotConsistencyType } = properties;
  const schedule = toSchedule(properties.schedulePolicy);
  return {
    policyType,
    timeZone,
    instantRpRetentionRangeInDays:
      instantRpRetentionRangeInDays ?? defaultSnapshotDays(policyType, schedule.scheduleRunFrequency),
    snapshotConsistencyType: snapshotConsistencyType ?? null,
    schedulePolicy: schedule,
    retentionPolicy: toRetention(properties.retentionPolicy),
    tieringPolicy: toTiering(properties.tieringPolicy),
  };
}

function toInput(urn: string, properties: Inputs): PolicyInput {
  const { vaultId, policyName } = properties;
  return { vaultId, policyName, urn, properties: toProperties(properties) };
}

function fromProperties(properties: PolicyProperties): Omit<Inputs, "policyName" | "vaultId"> {
  const { policyType, timeZone, instantRpRetentionRangeInDays, snapshotConsistencyType } = properties;
  const tiering = fromTiering(properties.tieringPolicy);
  return {
    policyType,
    timeZone,
    instantRpRetentionRangeInDays,
    ...(snapshotConsistencyType === null ? {} : { snapshotConsistencyType }),
    schedulePolicy: fromSchedule(properties.schedulePolicy),
    retentionPolicy: fromRetention(properties.retentionPolicy),
    ...(tiering === undefined ? {} : { tieringPolicy: tiering }),
  };
}

function isSame(first: PolicyProperties, second: PolicyProperties): boolean {
  return canonicalJson(first as unknown as Json) === canonicalJson(second as unknown as Json);
}

function toOutputs(policy: PolicyRow): z.output<typeof outputs> {
  const properties = propertiesOf(policy);
  return {
    policyId: policy.armId,
    summary: describePolicy(properties),
    outcome: toOutcomeOutput(simulateOutcome(properties)),
  };
}

/** Ids without case, times and both forms of a schedule by meaning, days in the snapshot tier with their default. */
function comparable(given: PropertyMap): PropertyMap {
  const lower = (name: "policyName" | "vaultId"): PropertyMap => {
    const value = given[name];
    return typeof value === "string" ? { [name]: armKey(value) } : {};
  };
  const schedule = schedulePolicy.safeParse(given.schedulePolicy);
  const retention = retentionPolicy.safeParse(given.retentionPolicy);
  return {
    ...given,
    ...lower("policyName"),
    ...lower("vaultId"),
    ...(retention.success ? { retentionPolicy: toValue(fromRetention(toRetention(retention.data))) } : {}),
    ...(schedule.success
      ? {
          schedulePolicy: toValue(fromSchedule(toSchedule(schedule.data))),
          instantRpRetentionRangeInDays: snapshotDays(given, schedule.data.scheduleRunFrequency),
        }
      : {}),
  };
}

/** Days in the snapshot tier as they are given, or their default. */
function snapshotDays(
  { instantRpRetentionRangeInDays: given = null, policyType = "V1" }: PropertyMap,
  frequency: PolicyProperties["schedulePolicy"]["scheduleRunFrequency"],
): Value {
  if (given !== null || (policyType !== "V1" && policyType !== "V2")) return given;
  return defaultSnapshotDays(policyType, frequency);
}

async function check(properties: Inputs, { context, urn, ownIds, old }: CheckScope<Inputs>): Promise<Finding[]> {
  const id = policyIdOf(properties.vaultId, properties.policyName);
  const own = [...ownIds, ...(old === undefined ? [] : [policyIdOf(old.vaultId, old.policyName)])];
  const isOwn = own.some((each) => isSameId(each, id));
  const taken = isOwn ? undefined : await policyNameRefusal(context, id);
  const { refusals, warnings } = await assessPolicy(context, toInput(urn, properties));
  const errors = [
    ...(taken === undefined ? [] : [refusalFinding(taken)]),
    ...scheduleFormRefusals(properties.schedulePolicy).map(refusalFinding),
    ...refusals.map(refusalFinding),
  ];
  const isKnown = old !== undefined && isSame(toProperties(old), toProperties(properties));
  if (errors.length > 0 || isKnown) return errors;
  const told = warnings.map(({ property, reason }) => reasonWarning(property, reason));
  return old === undefined ? told : [...told, ...(await policyFindings(context, toInput(urn, properties)))];
}

/** PUT would overwrite the policy of somebody else. */
async function create(context: CommandContext, id: string, urn: string, properties: Inputs) {
  const taken = await policyNameRefusal(context, id);
  if (taken !== undefined) throw taken;
  return toOutputs(await putPolicy(context, toInput(urn, properties)));
}

export const protectionPolicyResource = defineResource({
  token: "cloudbackup:recoveryservices:ProtectionPolicy",
  source: "ProtectionPolicies",
  description:
    "A protection policy of a vault: when the machines under it are backed up, how long their snapshots stay, which " +
    "points go to the vault and how long they live there (seed 004, backup policy). An update reaches all machines " +
    "under it, and their points.",
  inputs,
  outputs,
  importId: {
    pattern: new RegExp(`^${vaultPath}/backupPolicies/[^/]+$`, "i"),
    example:
      "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/backup/providers/" +
      "Microsoft.RecoveryServices/vaults/vault/backupPolicies/daily",
  },
  stables: ["policyId"],
  id: ({ vaultId, policyName }) => policyIdOf(vaultId, policyName),
  comparable,
  check,
  create: (context, { id, urn }, properties) => create(context, id, urn, properties),
  read: async (context, id, old) => {
    const policy = await findPolicy(context, id);
    if (policy === undefined) return undefined;
    await requireReader(context, { vaultId: policy.vaultId, operation: "ProtectionPolicies_Get" });
    const properties = propertiesOf(policy);
    const vault = await findVault(context, policy.vaultId);
    const vaultId = vault?.armId ?? vaultOf(policy.armId);
    const said = old !== undefined && isSame(toProperties(old), properties) ? old : fromProperties(properties);
    return {
      id: policy.armId,
      inputs: {
        ...said,
        policyName:
          old !== undefined && isSameId(old.policyName, policy.policyName) ? old.policyName : policy.policyName,
        vaultId: old !== undefined && isSameId(old.vaultId, vaultId) ? old.vaultId : vaultId,
      },
      outputs: toOutputs(policy),
    };
  },
  update: async (context, { urn }, properties) => toOutputs(await putPolicy(context, toInput(urn, properties))),
  status: async (context, id, days) => {
    const span = spanOf(context, days);
    return policyStatus(await forecastPolicy(context, { policyId: id, until: span.until }), span);
  },
  delete: (context, id) => deletePolicy(context, id),
});
