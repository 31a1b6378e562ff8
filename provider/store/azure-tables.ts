import { boolean, integer, type Json, json, nullable, real, table, text } from "./column";

/**
 * Tables of the Azure side. The id of what has an ARM id is that id in lower case, because ARM compares ids without
 * case; `armId` is the id as it was written first.
 */
export const azureTables = {
  virtualMachine: table({
    since: 3,
    columns: {
      account: text,
      armId: text,
      /** Where the machine comes from: a row of the inventory, a `compute:VirtualMachine` of a program, a restore. */
      origin: text,
      vmName: text,
      resourceGroupName: text,
      location: text,
      /** Windows or Linux; null when an inventory doesn't tell. */
      osType: nullable(text),
      osName: nullable(text),
      /** Arm or Classic. */
      deploymentModel: text,
      /** `VM running`, as `az vm list -d` prints it; null when an inventory doesn't tell. */
      powerState: nullable(text),
      managedDisks: boolean,
      /** The OS disk first; see the engine's MachineDisk. */
      disks: json<readonly Json[]>(),
      /** Ready or NotReady; null when an inventory doesn't tell. */
      guestAgent: nullable(text),
      vssHealthy: nullable(boolean),
      /** The backup extension that is installed (VMSnapshot, VMSnapshotLinux); null for none yet. */
      extension: nullable(text),
      /** How VMSnapshotPluginHost.conf is: see the engine's HostFileState. */
      hostFile: text,
      changeRatePercentPerDay: nullable(real),
      released: boolean,
      /** Hash of the inventory record last loaded, so that only a changed record overwrites what happened since. */
      inventoryHash: nullable(text),
      tags: json<Record<string, string>>(),
      createTime: integer,
    },
    indexes: [["account", "location"]],
  }),
  /** The pre/post-script framework as it lies on one machine; id = the machine's. Never a content or a parameter. */
  scriptFramework: table({
    since: 3,
    columns: {
      account: text,
      urn: nullable(text),
      /** VMSnapshotScriptPluginConfig.json: see the engine's ConfigFile. */
      config: json<Json>(),
      /** See the engine's ScriptFile. */
      preScript: json<Json>(),
      postScript: json<Json>(),
      createTime: integer,
    },
    indexes: [["account"]],
  }),
  vault: table({
    since: 3,
    columns: {
      account: text,
      armId: text,
      urn: nullable(text),
      vaultName: text,
      resourceGroupName: text,
      location: text,
      /** All that can be set in place: see the engine's VaultSettings. */
      settings: json<Json>(),
      /** Who may do what beside the owner: see the engine's RoleAssignment. */
      roleAssignments: json<readonly Json[]>(),
      /** Whether the vault's own key can be used; an outsider may disable it. */
      keyEnabled: boolean,
      tags: json<Record<string, string>>(),
      createTime: integer,
    },
    indexes: [["account", "location"]],
  }),
  protectionPolicy: table({
    since: 3,
    columns: {
      account: text,
      armId: text,
      urn: nullable(text),
      vaultId: text,
      policyName: text,
      /** See the engine's PolicyProperties. */
      properties: json<Json>(),
      createTime: integer,
      updateTime: integer,
    },
    indexes: [["account", "vaultId"]],
  }),
  protectedItem: table({
    since: 3,
    columns: {
      account: text,
      armId: text,
      urn: nullable(text),
      vaultId: text,
      vmId: text,
      /** The machine's id as it was written first. */
      sourceResourceId: text,
      /** Null while protection is stopped or suspended without one. */
      policyId: nullable(text),
      /** Protected, ProtectionStopped, BackupsSuspended or SoftDeleted. */
      protectionState: text,
      /** See the engine's DiskExclusion; null: all disks. */
      diskExclusion: nullable(json<Json>()),
      createTime: integer,
      /** No slot at or before this time is run again. */
      scheduledUntil: integer,
      /** The newest job that left a point; what has changed since then is what the next one reads. */
      lastStartTime: nullable(integer),
      /** When the newest job's snapshot is taken: a slot is skipped while it runs. */
      lastCompleteTime: nullable(integer),
      /** When the newest point that went to the vault was made; the next one moves what has changed since then. */
      lastVaultedTime: nullable(integer),
      /** When the newest transfer to the vault is done: those of one machine go one after another. */
      lastTransferTime: nullable(integer),
      /** Scheduled jobs so far; numbers their ids. */
      runs: integer,
      /** When soft-deleted data goes for good; null while it isn't deleted. */
      deferredDeleteTime: nullable(integer),
    },
    indexes: [["account", "policyId"], ["account", "deferredDeleteTime"], ["vmId"], ["vaultId"]],
  }),
  /** A recovery point of a vault. Its ways through the tiers are decided when it is made, and follow the clock. */
  vaultPoint: table({
    since: 3,
    columns: {
      account: text,
      armId: text,
      itemId: text,
      vmId: text,
      vaultId: text,
      policyId: nullable(text),
      jobId: text,
      createTime: integer,
      /** APPLICATION, FILE_SYSTEM or CRASH. */
      level: text,
      reasons: json<readonly Json[]>(),
      /** The disks in it and those left out: see the engine's PointDisk. */
      disks: json<readonly Json[]>(),
      excludedDisks: json<readonly Json[]>(),
      bytesTotal: integer,
      /** Which retention keeps it: Daily, Weekly, Monthly, Yearly, OnDemand, Snapshot. */
      ruleName: text,
      /** When the snapshot tier lets go of it. */
      snapshotUntil: integer,
      /** When it is in the vault; null for one that only ever is a snapshot. */
      vaultTime: nullable(integer),
      /** When it moves to the archive; null for never. */
      archiveTime: nullable(integer),
      /** Null: never expires (protection is stopped). */
      expireTime: nullable(integer),
      /** The expiry that the policy gave, which holds again when protection is resumed. */
      policyExpireTime: nullable(integer),
      /** An outsider broke it. */
      damaged: boolean,
    },
    indexes: [
      ["itemId", "createTime"],
      ["account", "expireTime"],
      ["vaultId", "createTime"],
    ],
  }),
  vaultJob: table({
    since: 3,
    columns: {
      account: text,
      armId: text,
      itemId: nullable(text),
      vmId: text,
      vaultId: text,
      /** Backup, Restore, ConfigureBackup, DisableBackup, DeleteBackupData, Undelete. */
      operation: text,
      /** Completed, CompletedWithWarnings, Failed or Cancelled: what it is once its time has come. */
      status: text,
      startTime: integer,
      completeTime: integer,
      bytesTotal: integer,
      level: nullable(text),
      reasons: json<readonly Json[]>(),
      recoveryPointId: nullable(text),
      userTriggered: boolean,
      /** What the guest ran, tries, tasks: see the engine's VaultJobDetail. */
      detail: json<Json>(),
      errorCode: nullable(text),
      errorMessage: nullable(text),
    },
    indexes: [
      ["account", "startTime"],
      ["itemId", "startTime"],
      ["vaultId", "startTime"],
    ],
  }),
  /** A restore from a vault; its end was decided at its start. */
  vaultRestore: table({
    since: 3,
    columns: {
      account: text,
      itemId: text,
      vmId: text,
      vaultId: text,
      recoveryPointId: text,
      recoveryType: text,
      jobId: text,
      /** What was asked for, as the resource's inputs say it. */
      target: json<Json>(),
      /** The tier it read: InstantRP, HardenedRP or ArchivedRP. */
      tier: text,
      vmIds: json<readonly string[]>(),
      diskIds: json<readonly string[]>(),
      /** The disks that came back: see the engine's PointDisk. */
      disks: json<readonly Json[]>(),
      level: text,
      bytesTotal: integer,
      startTime: integer,
      completeTime: integer,
      status: text,
    },
    indexes: [
      ["account", "startTime"],
      ["vmId", "startTime"],
    ],
  }),
} as const;
