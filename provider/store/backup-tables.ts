import { added, boolean, integer, type Json, json, nullable, table, text } from "./column";

/** Tables of policies, protections, and all that backups leave. */
export const backupTables = {
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
      /** The machine, or the consistency group, that is backed up. */
      instanceId: text,
      /** The policy; a backup plan's own rules are a policy of type PLAN with the plan's id. */
      policyId: text,
      /** The URN of the program's resource, or null when it was made through the API. */
      urn: nullable(text),
      disabled: boolean,
      settings: json<Json>(),
      createTime: integer,
      /** No slot at or before this time is run again. */
      scheduledUntil: integer,
      /** The newest job that left a point; what has changed since then is what the next one reads. */
      lastStartTime: nullable(integer),
      /** When the newest job is done: a slot is skipped while it runs. */
      lastCompleteTime: nullable(integer),
      /** Scheduled jobs so far; numbers their ids. */
      runs: integer,
      /** A TAG rule made it, and takes it away again when the tags no longer match. */
      createdByTag: added(boolean, 2, false),
      /** When the newest copy to another region is done: copies of one machine go one after another. */
      lastCopyTime: added(nullable(integer), 2, null),
      /** The KMS key with which copies were encrypted: it can't be changed any more. */
      usedKmsKeyId: added(nullable(text), 2, null),
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
      /** What was asked for, what the guest ran, how many bytes each disk had: see the engine's JobDetail. */
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
      /** Bytes per disk, and what only some points have: see the engine's PointDetail. */
      detail: added(json<Json>(), 2, { diskBytes: [] }),
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

  /** A point's copy in another region. Its end is decided at its start, as a job's is. */
  replica: table({
    since: 2,
    columns: {
      account: text,
      recoveryPointId: text,
      instanceId: text,
      protectionId: nullable(text),
      jobId: text,
      regionId: text,
      /** COMPLETE or FAILED: what it is once its time has come. */
      status: text,
      startTime: integer,
      completeTime: integer,
      /** Null: never expires. */
      expireTime: nullable(integer),
      /** When the source point was made. */
      createTime: integer,
      kmsKeyId: nullable(text),
      level: text,
      groupKind: text,
      diskIds: json<readonly string[]>(),
      bytesTotal: integer,
      /** Its point can't be deleted before its expiry, and neither can the copy. */
      immutable: boolean,
      errorCode: nullable(text),
      errorMessage: nullable(text),
    },
    indexes: [["recoveryPointId"], ["instanceId", "createTime"], ["account", "expireTime"]],
  }),
  /**
   * A native snapshot that lives by itself: one made through ECS or for a clone, or one of a point (`<point id>-<n>`)
   * about which there's more to know than its point tells.
   */
  snapshot: table({
    since: 2,
    columns: {
      account: text,
      instanceId: text,
      diskId: text,
      regionId: text,
      /** The point it belongs, or belonged, to. */
      recoveryPointId: nullable(text),
      createTime: integer,
      completeTime: integer,
      /** Null: kept until it's deleted by hand. */
      expireTime: nullable(integer),
      bytes: integer,
      /** Cloud Backup deletes it with its point, or at its expiry; no longer once a disk or image was made of it. */
      managed: boolean,
      /** A retention override of this disk alone holds it. */
      extended: boolean,
      diskIds: json<readonly string[]>(),
      imageIds: json<readonly string[]>(),
      sharedWith: json<readonly string[]>(),
    },
    indexes: [["instanceId"], ["recoveryPointId"], ["account", "expireTime"]],
  }),
  /** A point that Cloud Backup was told to delete: what is gone can still be told apart from what never was. */
  deletedPoint: table({
    since: 2,
    columns: {
      account: text,
      instanceId: text,
      createTime: integer,
      deleteTime: integer,
      /** The protection that lost it; null where its own program deleted the point. */
      protectionId: added(nullable(text), 4, null),
      /** When it would have expired; null: never. */
      expireTime: added(nullable(integer), 4, null),
    },
    indexes: [["account"], ["protectionId"]],
  }),
  /** What one run of a consistency group left: the points of its machines, made at one moment. */
  groupPoint: table({
    since: 2,
    columns: {
      account: text,
      groupId: text,
      protectionId: nullable(text),
      jobId: text,
      createTime: integer,
      /** Null: never expires. */
      expireTime: nullable(integer),
      recoveryPointIds: json<readonly string[]>(),
      extended: boolean,
    },
    indexes: [
      ["groupId", "createTime"],
      ["account", "expireTime"],
    ],
  }),
  consistencyGroup: table({
    since: 2,
    columns: { account: text, groupName: text, instanceIds: json<readonly string[]>(), createTime: integer },
    indexes: [["account", "groupName"]],
  }),
  /** A restore or clone; its end was decided at its start. */
  restore: table({
    since: 2,
    columns: {
      account: text,
      kind: text,
      restoreType: text,
      /** The machine, or the consistency group, whose data it is. */
      instanceId: text,
      recoveryPointId: nullable(text),
      regionId: text,
      /** What was asked for, as the resource's inputs say it. */
      target: json<Json>(),
      instanceIds: json<readonly string[]>(),
      diskIds: json<readonly string[]>(),
      snapshotIds: json<readonly string[]>(),
      level: text,
      bytesTotal: integer,
      startTime: integer,
      completeTime: integer,
      status: text,
    },
    indexes: [
      ["account", "startTime"],
      ["instanceId", "startTime"],
    ],
  }),
} as const;
