import { added, boolean, integer, type Json, json, nullable, real, table, text } from "./column";

/** Tables of machines, what lies on them and who may do what. */
export const machineTables = {
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
      tags: added(json<Record<string, string>>(), 2, {}),
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
      /** The disk is gone; points of it still need to know what it was. */
      released: added(boolean, 2, false),
      /** When a snapshot that ECS itself takes of the disk is done. */
      snapshotUntil: added(nullable(integer), 2, null),
      /** The ECS snapshot policy that takes snapshots of the disk beside Cloud Backup. */
      autoSnapshotPolicyId: added(nullable(text), 2, null),
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
} as const;
