import { machines, named, vmId } from "./stories-virtual-machine";
import { gives, type Row, refused, type Story } from "./story";

export const vault = { resourceGroupName: "backup", vaultName: "vault" };
const policy = { ...vault, policyName: "daily" };
const db = { vmId };

function properties(document: object): { readonly properties: string } {
  return { properties: JSON.stringify(document) };
}

const schedulePolicy = { scheduleRunFrequency: "Daily", scheduleRunTimes: ["2026-01-01T02:30:00Z"] };
function keeping(count: number) {
  return { dailySchedule: { retentionDuration: { count, durationType: "Days" } } };
}
/** The properties of a daily policy. */
export const daily = { schedulePolicy, retentionPolicy: keeping(30) };

const hourly = properties({
  policyType: "V2",
  schedulePolicy: {
    schedulePolicyType: "SimpleSchedulePolicyV2",
    scheduleRunFrequency: "Hourly",
    hourlySchedule: { interval: 4, scheduleWindowStartTime: "2026-01-01T08:00:00Z", scheduleWindowDuration: 12 },
  },
  retentionPolicy: keeping(30),
});

const monthly = {
  retentionScheduleFormatType: "Daily",
  retentionScheduleDaily: { daysOfTheMonth: [{ date: 1 }, { date: 0, isLast: true }] },
  retentionScheduleWeekly: null,
  retentionDuration: { count: 12, durationType: "Months" },
};

/** A vault with a policy, and a machine under it. */
export const protectedMachine: readonly Row[] = [
  ["Vaults_CreateOrUpdate", { ...vault, location: "westeurope" }, "done"],
  ["ProtectionPolicies_CreateOrUpdate", { ...policy, ...properties(daily) }, "done"],
  ["ProtectedItems_CreateOrUpdate", { ...db, vaultId: "{vault.id}", policyId: "{policy.id}" }, "done"],
];

const put = "ProtectionPolicies_CreateOrUpdate";
const schedule = "policy.properties.schedulePolicy";
const retention = "policy.properties.retentionPolicy";

/** Azure's protection policies, and the items under them. */
export const azureProtectionStories: readonly Story[] = [
  {
    title: "a protection policy is made, changed bit by bit and deleted",
    inventory: machines,
    rows: [
      [put, { ...policy, ...properties(daily) }, refused("ResourceNotFound")],
      ["Vaults_CreateOrUpdate", { ...vault, location: "westeurope" }, "done"],
      [put, { ...policy, policyName: "1", ...properties(daily) }, refused("InvalidParameter")],
      [put, { policyName: "daily", ...properties(daily) }, refused("MissingParameter")],
      [put, { ...policy, vaultId: "{vault.id}", ...properties(daily) }, refused("InvalidParameter")],
      [put, { ...policy, ...properties({ schedulePolicy }) }, refused("BMSUserErrorInvalidPolicyInput")],
      [put, { ...policy, ...properties({ schedulepolicy: {} }) }, refused("BMSUserErrorInvalidPolicyInput")],
      [put, { ...policy, ...hourly }, gives(`${schedule}.hourlySchedule.interval`, 4)],
      [put, { ...policy, ...properties({ policyType: "V1" }) }, refused("BMSUserErrorInvalidPolicyInput")],
      [put, { ...policy, ...properties(daily) }, gives(`${schedule}.schedulePolicyType`, "SimpleSchedulePolicyV2")],
      [
        put,
        { ...policy, ...properties({ snapshotConsistencyType: "OnlyCrashConsistent" }) },
        gives("policy.properties.snapshotConsistencyType", "OnlyCrashConsistent"),
      ],
      [
        put,
        { ...policy, ...properties({ snapshotConsistencyType: null, timeZone: "W. Europe Standard Time" }) },
        gives("policy.properties.snapshotConsistencyType", undefined),
      ],
      [
        put,
        { ...policy, ...properties({ retentionPolicy: { ...keeping(40), monthlySchedule: monthly } }) },
        gives(`${retention}.monthlySchedule.retentionScheduleDaily.daysOfTheMonth.1.isLast`, true),
      ],
      ["ProtectionPolicies_Get", { vaultId: "{vault.id}", policyName: "DAILY" }, gives("policy.name", "daily")],
      ["ProtectionPolicies_Get", policy, gives("policy.properties.timeZone", "W. Europe Standard Time")],
      ["ProtectionPolicies_Get", { ...vault, policyName: "none" }, refused("BMSUserErrorObjectNotFound")],
      ["ProtectionPolicies_List", vault, gives("value.length", 1)],
      ["ProtectionPolicies_List", { ...vault, vaultName: "none" }, refused("ResourceNotFound")],
      ["ProtectedItems_CreateOrUpdate", { ...db, vaultId: "{vault.id}", policyId: "{policy.id}" }, "done"],
      ["ProtectionPolicies_Get", policy, gives("policy.properties.protectedItemsCount", 1)],
      ["ProtectionPolicies_Delete", policy, refused("BMSUserErrorPolicyInUse")],
      ["ProtectedItems_Delete", db, "done"],
      ["ProtectionPolicies_Delete", policy, "done"],
      ["ProtectionPolicies_Delete", policy, refused("BMSUserErrorObjectNotFound")],
    ],
  },
  {
    title: "a machine is protected, stopped, soft-deleted and taken back",
    inventory: machines,
    rows: [
      ["ProtectedItems_Get", db, refused("BMSUserErrorObjectNotFound")],
      ["ProtectedItems_CreateOrUpdate", db, refused("BMSUserErrorObjectNotFound")],
      ...protectedMachine,
      ["ProtectedItems_CreateOrUpdate", { ...db, policyId: "{policy.id}x" }, refused("BMSUserErrorObjectNotFound")],
      ["ProtectedItems_Get", named("DB"), gives("item.properties.protectionState", "Protected")],
      ["ProtectedItems_Get", { itemId: "{item.id}" }, gives("item.properties.policyId", "{policy.id}")],
      ["ProtectedItems_Get", { itemId: "{item.id}x" }, refused("BMSUserErrorObjectNotFound")],
      ["ProtectedItems_List", {}, gives("value.0.properties.sourceResourceId", vmId)],
      ["ProtectedItems_List", { vaultId: "{vault.id}x" }, gives("value", [])],
      ["ProtectedItems_List", { top: "1" }, refused("InvalidParameter")],
      ["advance", { seconds: "259200" }, "done"],
      [
        "ProtectedItems_CreateOrUpdate",
        { ...db, protectionState: "BackupsSuspended" },
        refused("UserErrorSuspendNotSupported"),
      ],
      [
        "ProtectedItems_CreateOrUpdate",
        { ...db, protectionState: "ProtectionStopped" },
        gives("item.properties.protectionState", "ProtectionStopped"),
      ],
      ["RecoveryPoints_List", db, gives("value.0.properties.recoveryPointProperties.expiryTime", undefined)],
      ["ProtectedItems_CreateOrUpdate", { ...db, protectionState: "Protected" }, "done"],
      ["ProtectedItems_Delete", db, gives("vault", "vault")],
      ["ProtectedItems_Get", db, gives("item.properties.isScheduledForDeferredDelete", true)],
      ["Vaults_Delete", vault, refused("ServiceResourceNotEmptyWithContainerDetails")],
      ["ProtectedItems_CreateOrUpdate", { ...db, policyId: "{policy.id}" }, refused("UserErrorItemSoftDeleted")],
      [
        "ProtectedItems_CreateOrUpdate",
        { itemId: "{item.id}", isRehydrate: "true" },
        gives("item.properties.protectionState", "ProtectionStopped"),
      ],
      ["RecoveryPoints_List", db, gives("value.length", 3)],
      ["Vaults_CreateOrUpdate", { ...vault, softDeleteState: "Disabled" }, "done"],
      ["ProtectedItems_Delete", { itemId: "{item.id}" }, gives("deferredDeleteTimeInUTC", undefined)],
      ["ProtectedItems_Delete", { itemId: "{item.id}" }, refused("BMSUserErrorObjectNotFound")],
    ],
  },
];
