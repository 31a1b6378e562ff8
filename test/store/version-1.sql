-- The statements that make the tables of version 1: stores of that version are out there, so this never changes.
create table "disk" ("id" text not null primary key, "account" text not null, "instanceId" text not null, "type" text
  not null, "category" text, "performanceLevel" text, "sizeGiB" integer, "fileSystem" text, "encrypted" integer not
  null, "kmsKeyId" text, "multiAttach" text, "usedGiB" real, "device" text, "zoneId" text, "regionId" text not null);
create index "disk_instanceId" on "disk" ("instanceId");
create table "incarnation" ("id" text not null primary key, "account" text not null, "urn" text not null, "generation"
  integer not null, "resourceType" text not null, "resourceId" text not null, "identity" text not null, "live" integer
  not null);
create index "incarnation_account_urn" on "incarnation" ("account", "urn");
create index "incarnation_account_resourceId" on "incarnation" ("account", "resourceId");
create table "job" ("id" text not null primary key, "account" text not null, "kind" text not null, "instanceId" text
  not null, "protectionId" text, "recoveryPointId" text, "status" text not null, "startTime" integer not null,
  "completeTime" integer not null, "bytesTotal" integer not null, "level" text, "reasons" text not null, "detail"
  text, "errorCode" text, "errorMessage" text);
create index "job_account_startTime" on "job" ("account", "startTime");
create index "job_instanceId_startTime" on "job" ("instanceId", "startTime");
create table "machine" ("id" text not null primary key, "account" text not null, "origin" text not null,
  "instanceName" text not null, "regionId" text not null, "zoneId" text not null, "instanceType" text, "osName" text,
  "osType" text, "platform" text, "status" text, "publicIpAddress" text, "cloudAssistantInstalled" integer,
  "cloudAssistantRunning" integer, "vssWritersHealthy" integer, "ramRoleName" text, "roleKnown" integer not null,
  "changeRatePercentPerDay" real, "released" integer not null, "inventoryHash" text);
create index "machine_account_regionId" on "machine" ("account", "regionId");
create index "machine_account_ramRoleName" on "machine" ("account", "ramRoleName");
create table "policy" ("id" text not null primary key, "account" text not null, "policyName" text not null,
  "policyDescription" text, "policyType" text not null, "rules" text not null, "createTime" integer not null,
  "updateTime" integer not null);
create index "policy_account_policyName" on "policy" ("account", "policyName");
create table "protection" ("id" text not null primary key, "account" text not null, "instanceId" text not null,
  "policyId" text not null, "urn" text, "disabled" integer not null, "settings" text not null, "createTime" integer
  not null, "scheduledUntil" integer not null, "lastStartTime" integer, "lastCompleteTime" integer, "runs" integer not
  null);
create index "protection_account_policyId" on "protection" ("account", "policyId");
create index "protection_instanceId" on "protection" ("instanceId");
create table "ramAttachment" ("id" text not null primary key, "account" text not null, "policyType" text not null,
  "policyName" text not null, "roleName" text not null, "attachTime" integer not null);
create index "ramAttachment_account_roleName" on "ramAttachment" ("account", "roleName");
create index "ramAttachment_account_policyName" on "ramAttachment" ("account", "policyName");
create table "ramPolicy" ("id" text not null primary key, "account" text not null, "policyName" text not null,
  "policyType" text not null, "description" text, "rotateStrategy" text not null, "defaultVersion" text not null,
  "versions" text not null, "createTime" integer not null);
create index "ramPolicy_account_policyName" on "ramPolicy" ("account", "policyName");
create table "ramRole" ("id" text not null primary key, "account" text not null, "roleName" text not null, "roleId"
  text not null, "arn" text not null, "assumeRolePolicyDocument" text not null, "description" text,
  "maxSessionDuration" integer not null, "tags" text not null, "createTime" integer not null);
create index "ramRole_account_roleName" on "ramRole" ("account", "roleName");
create table "recoveryPoint" ("id" text not null primary key, "account" text not null, "instanceId" text not null,
  "protectionId" text, "policyId" text, "jobId" text not null, "createTime" integer not null, "expireTime" integer,
  "level" text not null, "groupKind" text not null, "reasons" text not null, "diskIds" text not null,
  "deletedSnapshotIds" text not null, "damaged" integer not null, "bytesTotal" integer not null, "extended" integer
  not null);
create index "recoveryPoint_instanceId_createTime" on "recoveryPoint" ("instanceId", "createTime");
create index "recoveryPoint_account_expireTime" on "recoveryPoint" ("account", "expireTime");
create index "recoveryPoint_account_createTime" on "recoveryPoint" ("account", "createTime");
create index "recoveryPoint_protectionId_damaged" on "recoveryPoint" ("protectionId", "damaged");
create table "retentionOverride" ("id" text not null primary key, "account" text not null, "dimension" text not null,
  "target" text not null, "recoveryPointIds" text not null, "retentionDays" integer, "neverExpire" integer not null,
  "previousExpireTime" integer, "expireTime" integer, "createTime" integer not null);
create index "retentionOverride_account" on "retentionOverride" ("account");
create table "roleAttachment" ("id" text not null primary key, "account" text not null, "ramRoleName" text not null,
  "instanceIds" text not null, "attachTime" integer not null);
create index "roleAttachment_account" on "roleAttachment" ("account");
create table "script" ("id" text not null primary key, "account" text not null, "instanceId" text not null, "path"
  text not null, "sha256" text, "sizeBytes" integer, "fileMode" text, "fileOwner" text, "fileGroup" text,
  "timeoutInSeconds" integer, "exitCode" integer, "durationSeconds" real, "deploymentId" text);
create index "script_instanceId" on "script" ("instanceId");
create index "script_deploymentId" on "script" ("deploymentId");
create table "scriptDeployment" ("id" text not null primary key, "account" text not null, "instanceIds" text not null,
  "transport" text not null, "application" text, "preScript" text not null, "postScript" text not null, "createTime"
  integer not null);
create index "scriptDeployment_account" on "scriptDeployment" ("account");
create table "setting" ("id" text not null primary key, "value" text not null);
