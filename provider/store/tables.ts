import { boolean, type Column, integer, json, nullable, real, table, text } from "./column";

/** A JSON value as it is kept in a column. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Every table of the engine. Rows of all accounts share the tables; `account` comes first in each index that lists.
 * The row types are plain data: the engine gives the JSON columns their meaning.
 */
export const tables = {
  /** Facts of the engine itself, id = name: clock, seed. */
  setting: table({ columns: { value: json<Json>() }, indexes: [] }),

  /** One row per life of a Pulumi resource; a dead one stays, so that "gone" and "never seen" can be told apart. */
  incarnation: table({
    columns: {
      account: text,
      urn: text,
      generation: integer,
      resourceType: text,
      resourceId: text,
      /** Hash of the inputs that replace the resource when they change. */
      identity: text,
      live: boolean,
    },
    indexes: [
      ["account", "urn"],
      ["account", "resourceId"],
    ],
  }),

  ramRole: table({
    columns: {
      account: text,
      roleName: text,
      roleId: text,
      arn: text,
      assumeRolePolicyDocument: json<Json>(),
      description: nullable(text),
      maxSessionDuration: integer,
      tags: json<Record<string, string>>(),
      createTime: integer,
    },
    indexes: [["account", "roleName"]],
  }),
  ramPolicy: table({
    columns: {
      account: text,
      policyName: text,
      policyType: text,
      description: nullable(text),
      rotateStrategy: text,
      defaultVersion: text,
      versions: json<readonly { versionId: string; policyDocument: Json; createTime: number }[]>(),
      createTime: integer,
    },
    indexes: [["account", "policyName"]],
  }),
  ramAttachment: table({
    columns: { account: text, policyType: text, policyName: text, roleName: text, attachTime: integer },
    indexes: [
      ["account", "roleName"],
      ["account", "policyName"],
    ],
  }),

  machine: table({
    columns: {
      account: text,
      /** Where the machine comes from: a row of the inventory, or an `ecs:Instance` of a program. */
      origin: text,
      instanceName: text,
      regionId: text,
      zoneId: text,
      instanceType: nullable(text),
      osName: nullable(text),
      osType: nullable(text),
      platform: nullable(text),
      status: nullable(text),
      publicIpAddress: nullable(text),
      cloudAssistantInstalled: nullable(boolean),
      cloudAssistantRunning: nullable(boolean),
      vssWritersHealthy: nullable(boolean),
      /** Null: no role is attached; A-53's "not known" is told by roleKnown. */
      ramRoleName: nullable(text),
      roleKnown: boolean,
      changeRatePercentPerDay: nullable(real),
      released: boolean,
      /** Hash of the inventory record last loaded, so that only a changed record overwrites what happened since. */
      inventoryHash: nullable(text),
    },
    indexes: [
      ["account", "regionId"],
      ["account", "ramRoleName"],
    ],
  }),
  disk: table({
    columns: {
      account: text,
      instanceId: text,
      type: text,
      category: nullable(text),
      performanceLevel: nullable(text),
      sizeGiB: nullable(integer),
      fileSystem: nullable(text),
      encrypted: boolean,
      kmsKeyId: nullable(text),
      multiAttach: nullable(text),
      usedGiB: nullable(real),
      device: nullable(text),
      zoneId: nullable(text),
      regionId: text,
    },
    indexes: [["instanceId"]],
  }),
  /** A script as it lies on one machine; id = `<instanceId>:<path>`. Never its content. */
  script: table({
    columns: {
      account: text,
      instanceId: text,
      path: text,
      sha256: nullable(text),
      sizeBytes: nullable(integer),
      fileMode: nullable(text),
      fileOwner: nullable(text),
      fileGroup: nullable(text),
      timeoutInSeconds: nullable(integer),
      exitCode: nullable(integer),
      durationSeconds: nullable(real),
      deploymentId: nullable(text),
    },
    indexes: [["instanceId"], ["deploymentId"]],
  }),
  /** What an `ecs:RamRoleAttachment` put where. */
  roleAttachment: table({
    columns: { account: text, ramRoleName: text, instanceIds: json<readonly string[]>(), attachTime: integer },
    indexes: [["account"]],
  }),
  scriptDeployment: table({
    columns: {
      account: text,
      instanceIds: json<readonly string[]>(),
      transport: text,
      application: nullable(text),
      preScript: json<Json>(),
      postScript: json<Json>(),
      createTime: integer,
    },
    indexes: [["account"]],
  }),

  policy: table({
    columns: {
      account: text,
      policyName: text,
      policyDescription: nullable(text),
      policyType: text,
      rules: json<readonly Json[]>(),
      createTime: integer,
      updateTime: integer,
    },
    indexes: [["account", "policyName"]],
  }),
  protection: table({
    columns: {
      account: text,
      instanceId: text,
      policyId: text,
      /** The URN of the program's resource, or null when it was made through the API. */
      urn: nullable(text),
      disabled: boolean,
      settings: json<Json>(),
      createTime: integer,
      /** No slot at or before this time is run again. */
      scheduledUntil: integer,
      /** The newest scheduled job: a slot is skipped while it runs. */
      lastStartTime: nullable(integer),
      lastCompleteTime: nullable(integer),
      /** Scheduled jobs so far; numbers their ids. */
      runs: integer,
    },
    indexes: [["account", "policyId"], ["instanceId"]],
  }),
  job: table({
    columns: {
      account: text,
      kind: text,
      instanceId: text,
      protectionId: nullable(text),
      recoveryPointId: nullable(text),
      status: text,
      startTime: integer,
      completeTime: integer,
      bytesTotal: integer,
      level: nullable(text),
      reasons: json<readonly Json[]>(),
      /** Settings and retention of a manual backup; a scheduled one's are its protection's and policy's. */
      detail: nullable(json<Json>()),
      errorCode: nullable(text),
      errorMessage: nullable(text),
    },
    indexes: [
      ["account", "startTime"],
      ["instanceId", "startTime"],
    ],
  }),
  recoveryPoint: table({
    columns: {
      account: text,
      instanceId: text,
      protectionId: nullable(text),
      policyId: nullable(text),
      jobId: text,
      createTime: integer,
      /** Null: never expires. */
      expireTime: nullable(integer),
      level: text,
      groupKind: text,
      reasons: json<readonly Json[]>(),
      /** Disks in the point, in order; the snapshot of disk n is `<point id>-<n>`. */
      diskIds: json<readonly string[]>(),
      /** Snapshots that an outsider deleted. */
      deletedSnapshotIds: json<readonly string[]>(),
      damaged: boolean,
      bytesTotal: integer,
      extended: boolean,
    },
    indexes: [
      ["instanceId", "createTime"],
      ["account", "expireTime"],
      ["account", "createTime"],
      ["protectionId", "damaged"],
    ],
  }),
  retentionOverride: table({
    columns: {
      account: text,
      dimension: text,
      target: json<Json>(),
      recoveryPointIds: json<readonly string[]>(),
      retentionDays: nullable(integer),
      neverExpire: boolean,
      previousExpireTime: nullable(integer),
      expireTime: nullable(integer),
      createTime: integer,
    },
    indexes: [["account"]],
  }),
} as const;

export type Tables = typeof tables;
export type TableName = keyof Tables;

type Values<C extends Record<string, Column<unknown>>> = {
  [K in keyof C]: C[K] extends Column<infer V> ? V : never;
};

/** A row: the table's columns and its `id`. */
export type Row<T extends TableName> = { id: string } & Values<Tables[T]["columns"]>;
