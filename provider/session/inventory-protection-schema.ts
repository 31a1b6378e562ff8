import { ruleTypes } from "../engine/alibaba/policy-rule";
import { lazyValidator } from "../engine/core/json-schema";

const text = { type: "string", minLength: 1 };
const optionalText = { type: ["string", "null"] };
const flag = { type: "boolean" };
const days = { type: "integer" };
const document = { type: "object", required: ["Statement"] };

const roleSchema = {
  type: "object",
  required: ["RoleName", "AssumeRolePolicyDocument"],
  properties: {
    RoleName: { type: "string", pattern: "^[A-Za-z0-9.-]{1,64}$" },
    RoleId: text,
    AssumeRolePolicyDocument: document,
    Description: optionalText,
    MaxSessionDuration: { type: "integer", minimum: 3600, maximum: 43_200 },
    policies: { type: "array", items: text },
  },
};

const ramPolicySchema = {
  type: "object",
  required: ["PolicyName", "PolicyDocument"],
  properties: {
    PolicyName: { type: "string", pattern: "^[A-Za-z0-9-]{1,128}$" },
    PolicyType: { enum: ["Custom", "System"] },
    Description: optionalText,
    DefaultVersion: { type: "string", pattern: "^v[1-9]\\d*$" },
    PolicyDocument: document,
  },
};

const ruleSchema = {
  type: "object",
  required: ["RuleType"],
  properties: {
    RuleType: { enum: ruleTypes },
    Schedule: text,
    Retention: days,
    ArchiveDays: days,
    RetentionRules: {
      type: "array",
      items: {
        type: "object",
        required: ["AdvancedRetentionType", "Retention"],
        properties: {
          AdvancedRetentionType: { enum: ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"] },
          Retention: { ...days, minimum: 1 },
        },
      },
    },
    ReplicationRegionId: { type: "string" },
    Immutable: flag,
    TagFilters: {
      type: "array",
      items: {
        type: "object",
        required: ["Key"],
        properties: { Key: text, Operator: { enum: ["EQUAL", "NOT"] }, Value: { type: "string" } },
      },
    },
  },
};

const policySchema = {
  type: "object",
  required: ["PolicyId", "PolicyName", "Rules"],
  properties: {
    PolicyId: { type: "string", pattern: "^po-[a-z0-9]+$" },
    PolicyName: { type: "string", minLength: 1, maxLength: 64 },
    PolicyDescription: optionalText,
    PolicyType: { enum: ["STANDARD", "UDM_ECS_ONLY"] },
    CreatedTime: { type: "integer", minimum: 0 },
    Rules: { type: "array", items: ruleSchema },
  },
};

/** What `udmDetail` tells, and beside it the detail of a plan. */
const settingsSchema = {
  type: "object",
  properties: {
    AppConsistent: flag,
    SnapshotGroup: flag,
    EnableFsFreeze: flag,
    EnableWriters: flag,
    PreScriptPath: optionalText,
    PostScriptPath: optionalText,
    TimeoutInSeconds: { type: "integer", minimum: 1 },
    RamRoleName: optionalText,
    DiskIdList: { type: "array", items: text },
    ExcludeDiskIdList: { type: "array", items: text },
    DestinationKmsKeyId: optionalText,
    DoCopy: flag,
    DestinationRegionId: optionalText,
    DestinationRetention: { type: ["integer", "null"] },
  },
};

const bindingSchema = {
  type: "object",
  required: ["PolicyId", "DataSourceId"],
  properties: {
    PolicyBindingId: { type: "string", pattern: "^pd-[a-z0-9]+$" },
    PolicyId: { type: "string", pattern: "^po-[a-z0-9]+$" },
    DataSourceId: { type: "string", pattern: "^(i|cg)-" },
    Disabled: flag,
    CreatedByTag: flag,
    AdvancedOptions: { type: "object", properties: { UdmDetail: settingsSchema } },
  },
};

const groupSchema = {
  type: "object",
  required: ["groupId", "groupName", "InstanceIds"],
  properties: {
    groupId: { type: "string", pattern: "^cg-[a-z0-9]+$" },
    groupName: { type: "string", minLength: 1, maxLength: 64 },
    InstanceIds: { type: "array", minItems: 1, maxItems: 99, uniqueItems: true, items: text },
  },
};

const planSchema = {
  type: "object",
  required: ["PlanId", "PlanName", "InstanceId", "Retention", "Rules"],
  properties: {
    PlanId: { type: "string", pattern: "^plan-[a-z0-9]+$" },
    PlanName: { type: "string", minLength: 1, maxLength: 64 },
    InstanceId: { type: "string", pattern: "^i-" },
    Retention: { ...days, minimum: 1 },
    Disabled: flag,
    Rules: {
      type: "array",
      minItems: 1,
      items: { type: "object", required: ["Schedule"], properties: { Schedule: text } },
    },
    Detail: settingsSchema,
  },
};

/** What each kind of record that tells of protection must be; the API's own further keys may all be there. */
export const protectionValidators = {
  roles: lazyValidator(roleSchema),
  ramPolicies: lazyValidator(ramPolicySchema),
  policies: lazyValidator(policySchema),
  groups: lazyValidator(groupSchema),
  bindings: lazyValidator(bindingSchema),
  plans: lazyValidator(planSchema),
};
