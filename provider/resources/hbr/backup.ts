import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { type CheckScope, defineResource } from "../../definition/resource";
import {
  createManualBackup,
  extendManualBackup,
  findManualBackup,
  type ManualBackup,
  type ManualBackupInput,
  removeManualBackup,
} from "../../engine/alibaba/manual-backup";
import { assessSource, keyWarnings } from "../../engine/alibaba/protection-assessment";
import { type Reason, ruleSources } from "../../engine/alibaba/rule";
import { expireTimeAfter } from "../../engine/core/retention";
import { isoTime } from "../../engine/core/time";
import {
  consistencyLevel,
  fromSettings,
  reasonOutput,
  replicationEncryption,
  settingsShape,
  toReasonOutput,
  toSettings,
} from "../shared/consistency";
import { copyFindings } from "../shared/copy";
import { reasonWarning, refusalFinding } from "../shared/finding";
import { billingNotices } from "../shared/first-use";
import { levelWarnings } from "../shared/level-warning";
import { onDestroy } from "../shared/on-destroy";
import { retentionPeriod } from "../shared/retention-period";
import { fromSource, sourceFindings, sourceOf, sourceShape } from "../shared/source";

const { allDisks: _allDisks, ...createOnlySettings } = settingsShape;

/** Everything but the retention makes another backup. */
const replaceOnChanges = "a backup that was made is history: another one is made";
const replacing = Object.fromEntries(
  Object.entries(createOnlySettings).map(([name, schema]) => [
    name,
    schema.meta({ ...schema.meta(), replaceOnChanges }),
  ]),
) as typeof createOnlySettings;

const inputs = z.strictObject({
  ...sourceShape("back up now. Source: HBR CreateBackupJob", replaceOnChanges),
  retention: retentionPeriod.meta({
    description: "How long the point lives; may only be extended (A-38). Source: seed 000, step 2.",
  }),
  ...replacing,
  doCopy: z
    .boolean()
    .default(false)
    .meta({
      description:
        "Whether the point is copied to another region, which destinationRegionId names (A-34). Default: false. " +
        "Source: HBR CreateBackupJob; seed 000, step 2.",
      replaceOnChanges,
    }),
  destinationRegionId: z.string().min(1).optional().meta({
    description: "The region that the point is copied to. Needed by doCopy. Source: HBR CreateBackupJob.",
    replaceOnChanges,
  }),
  destinationRetention: retentionPeriod.optional().meta({
    description: "How long the copy lives, from the point's creation. Default: as long as the point. Source: seed 000.",
    replaceOnChanges,
  }),
  replicationEncryption: replicationEncryption.optional().meta({
    description: "How the copy is encrypted; needs doCopy (A-64). Default: AUTO. Source: seed 000, step 2.",
    replaceOnChanges,
  }),
  onDestroy: onDestroy.meta({
    description: "What destroy does to the recovery point. Default: retain. Source: ENGINE.",
  }),
});

const outputs = z.object({
  jobId: z.string().meta({ description: "Id of the backup job, job-…." }),
  recoveryPointId: z.string().meta({ description: "Id of the recovery point, s-…; of a group's point, gs-…." }),
  replicaIds: z
    .array(z.string())
    .meta({ description: "Ids of the copies in the other region, one for each machine; empty without doCopy." }),
  level: consistencyLevel.meta({ description: "The point's consistency, decided when the job started." }),
  reasons: z.array(reasonOutput).meta({ description: "Why it is less than asked for; empty when it is not." }),
  createdTime: z
    .string()
    .meta({ moment: true, description: "When the job started, ISO 8601 in UTC, by the engine's clock." }),
  expireTime: z
    .string()
    .meta({ moment: true, description: "When the point expires by this resource's retention, ISO 8601 in UTC." }),
});

type Inputs = z.output<typeof inputs>;

function toEngineSettings(properties: Inputs) {
  return toSettings({ ...properties, allDisks: properties.diskIdList.length === 0 });
}

function toOutputs({ job, request, copyIds }: ManualBackup): z.output<typeof outputs> {
  const { value, unit } = request.retention;
  return {
    jobId: job.id,
    recoveryPointId: job.recoveryPointId ?? "",
    replicaIds: [...copyIds],
    level: consistencyLevel.parse(job.level),
    reasons: (job.reasons as unknown as readonly Reason[]).map(toReasonOutput),
    createdTime: isoTime(job.startTime),
    expireTime: isoTime(expireTimeAfter(job.startTime, value, unit)),
  };
}

function toCopy({ doCopy, destinationRegionId, destinationRetention }: Inputs): ManualBackupInput["copy"] {
  if (!doCopy || destinationRegionId === undefined) return null;
  return { regionId: destinationRegionId, retention: destinationRetention ?? null };
}

function fromCopy(copy: ManualBackupInput["copy"]) {
  if (copy === null) return { doCopy: false };
  const kept = copy.retention === null ? {} : { destinationRetention: { ...copy.retention } };
  return { doCopy: true, destinationRegionId: copy.regionId, ...kept };
}

/** Whether both mean the same backup, however long it is kept. */
function isSameBackup(one: Inputs, other: Inputs): boolean {
  const text = (item: Inputs): string => {
    const { doCopy, destinationRegionId, destinationRetention } = item;
    return JSON.stringify([sourceOf(item), toEngineSettings(item), doCopy, destinationRegionId, destinationRetention]);
  };
  return text(one) === text(other);
}

/** Months and years are counted from the backup's start, as the engine does. */
function retentionFindings(properties: Inputs, old: Inputs, startTime: number): Finding[] {
  const expires = (item: Inputs): number => expireTimeAfter(startTime, item.retention.value, item.retention.unit);
  if (expires(properties) >= expires(old)) return [];
  const message = "the retention of an existing point can only be extended";
  const remedy = "keep the old retention, or give a longer one";
  return [{ severity: "error", path: "retention", rule: "A-38", message, remedy, source: ruleSources["A-38"] }];
}

/** A backup that was taken already is not judged anew: its machine may have changed or gone since. */
async function check(properties: Inputs, { context, ownIds, old }: CheckScope<Inputs>): Promise<Finding[]> {
  const source = sourceFindings(properties);
  if (source.length > 0) return source;
  if (old !== undefined && isSameBackup(old, properties)) {
    const own = await findManualBackup(context, ownIds[0] ?? "");
    return retentionFindings(properties, old, own?.job.startTime ?? context.now);
  }
  const settings = toEngineSettings(properties);
  const assessment = await assessSource(context, { sourceId: sourceOf(properties), settings });
  const copies = copyFindings(properties, { settings, regionId: assessment.regionId });
  const copy = toCopy(properties);
  const keys = await keyWarnings(context, settings, copy);
  return [
    ...assessment.refusals.map(refusalFinding),
    ...copies,
    ...levelWarnings(assessment),
    ...keys.map(({ property, reason }) => reasonWarning(property, reason)),
    ...(old === undefined ? await billingNotices(context) : []),
  ];
}

export const backupResource = defineResource({
  token: "cloudbackup:hbr:Backup",
  source: "HBR DescribeUdmSnapshots",
  description:
    "A manual backup of one machine or consistency group, taken when the resource is created (seed 000, step 2). Its " +
    "level is decided at the start.",
  inputs,
  outputs,
  importId: { pattern: /^job-[a-z0-9]+$/, example: "job-abcdefghijklmnopqrst" },
  stables: ["jobId", "recoveryPointId", "replicaIds", "level", "reasons", "createdTime"],
  id: (_inputs, hash) => `job-${hash.slice(0, 20)}`,
  check,
  create: async (context, { id }, properties) =>
    toOutputs(
      await createManualBackup(context, {
        jobId: id,
        sourceId: sourceOf(properties),
        retention: properties.retention,
        copy: toCopy(properties),
        settings: toEngineSettings(properties),
      }),
    ),
  read: async (context, id, old) => {
    const backup = await findManualBackup(context, id);
    if (backup === undefined) return undefined;
    const { settings, retention, copy } = backup.request;
    const { allDisks: _all, ...live } = fromSettings(settings);
    return {
      inputs: {
        ...fromSource(backup.job.instanceId),
        retention: { value: retention.value, unit: retention.unit },
        ...live,
        ...fromCopy(copy),
        onDestroy: old?.onDestroy ?? "retain",
      },
      outputs: toOutputs(backup),
    };
  },
  update: async (context, { id }, { retention: wanted }) =>
    toOutputs(await extendManualBackup(context, { jobId: id, retention: wanted })),
  delete: (context, id, { onDestroy }) =>
    removeManualBackup(context, { jobId: id, deletePoint: onDestroy === "delete" }),
});
