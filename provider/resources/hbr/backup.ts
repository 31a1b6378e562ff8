import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { type CheckScope, defineResource } from "../../definition/resource";
import {
  createManualBackup,
  detailOf,
  extendManualBackup,
  findManualBackup,
  type ManualBackup,
  removeManualBackup,
} from "../../engine/alibaba/manual-backup";
import { assessMachine } from "../../engine/alibaba/protection";
import { type Reason, ruleSources } from "../../engine/alibaba/rule";
import { expireTimeAfter } from "../../engine/core/retention";
import { isoTime } from "../../engine/core/time";
import {
  consistencyLevel,
  fromSettings,
  reasonOutput,
  settingsShape,
  toReasonOutput,
  toSettings,
} from "../shared/consistency";
import { refusalFinding } from "../shared/finding";
import { levelWarnings } from "../shared/level-warning";
import { onDestroy } from "../shared/on-destroy";

const retention = z
  .strictObject({
    value: z.int().min(1).max(65_536).meta({ description: "How many units, 1 or more." }),
    unit: z
      .enum(["DAY", "WEEK", "MONTH", "YEAR"])
      .meta({
        typeName: "RetentionUnit",
        valueDescriptions: {
          DAY: "24 hours.",
          WEEK: "7 days.",
          MONTH: "A calendar month in UTC; the 31st becomes the month's last day.",
          YEAR: "A calendar year in UTC.",
        },
      })
      .default("DAY")
      .meta({ description: "The unit. Default: DAY. Source: seed 000, step 2 (A-36)." }),
  })
  .meta({ typeName: "Retention", description: "How long a recovery point lives." });

const { allDisks: _allDisks, ...createOnlySettings } = settingsShape;

/** Everything but the retention makes another backup. */
const replacing = Object.fromEntries(
  Object.entries(createOnlySettings).map(([name, schema]) => [
    name,
    schema.meta({ ...schema.meta(), replaceOnChanges: true }),
  ]),
) as typeof createOnlySettings;

const inputs = z.strictObject({
  instanceId: z.string().min(1).meta({
    description: "The machine to back up now. Source: HBR CreateBackupJob.",
    replaceOnChanges: true,
  }),
  retention: retention.meta({
    description: "How long the point lives; may only be extended (A-38). Source: seed 000, step 2.",
  }),
  ...replacing,
  onDestroy: onDestroy.meta({
    description: "What destroy does to the recovery point. Default: retain. Source: ENGINE.",
  }),
});

const outputs = z.object({
  jobId: z.string().meta({ description: "Id of the backup job, job-…." }),
  recoveryPointId: z.string().meta({ description: "Id of the recovery point, s-…." }),
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

function toOutputs({ job }: ManualBackup): z.output<typeof outputs> {
  const { value, unit } = detailOf(job).retention;
  return {
    jobId: job.id,
    recoveryPointId: job.recoveryPointId ?? "",
    level: consistencyLevel.parse(job.level),
    reasons: (job.reasons as unknown as readonly Reason[]).map(toReasonOutput),
    createdTime: isoTime(job.startTime),
    expireTime: isoTime(expireTimeAfter(job.startTime, value, unit)),
  };
}

function retentionFindings(properties: Inputs, old: Inputs, now: number): Finding[] {
  const expires = (item: Inputs): number => expireTimeAfter(now, item.retention.value, item.retention.unit);
  if (expires(properties) >= expires(old)) return [];
  const message = "the retention of an existing point can only be extended";
  const remedy = "keep the old retention, or give a longer one";
  return [{ severity: "error", path: "retention", rule: "A-38", message, remedy, source: ruleSources["A-38"] }];
}

/** A backup that was taken already is not judged anew: its machine may have changed or gone since. */
async function check(properties: Inputs, { context, old }: CheckScope<Inputs>): Promise<Finding[]> {
  if (old !== undefined && old.instanceId === properties.instanceId) {
    return retentionFindings(properties, old, context.now);
  }
  const assessment = await assessMachine(context, {
    instanceId: properties.instanceId,
    settings: toEngineSettings(properties),
  });
  return [...assessment.refusals.map(refusalFinding), ...levelWarnings(assessment)];
}

export const backupResource = defineResource({
  token: "cloudbackup:hbr:Backup",
  description:
    "A manual backup of one machine, taken when the resource is created (seed 000, step 2). Its level" +
    " is decided at the start.",
  inputs,
  outputs,
  importId: { pattern: /^job-[a-z0-9]+$/, example: "job-abcdefghijklmnopqrst" },
  stables: ["jobId", "recoveryPointId", "level", "reasons", "createdTime"],
  id: (_inputs, hash) => `job-${hash.slice(0, 20)}`,
  check,
  create: async (context, { id }, properties) =>
    toOutputs(
      await createManualBackup(context, {
        jobId: id,
        recoveryPointId: id.replace(/^job-/, "s-"),
        instanceId: properties.instanceId,
        retention: properties.retention,
        settings: toEngineSettings(properties),
      }),
    ),
  read: async (context, id, old) => {
    const backup = await findManualBackup(context, id);
    if (backup === undefined) return undefined;
    const { settings, retention: kept } = detailOf(backup.job);
    const { allDisks: _all, ...live } = fromSettings(settings);
    return {
      inputs: {
        instanceId: backup.job.instanceId,
        retention: { value: kept.value, unit: kept.unit },
        ...live,
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
