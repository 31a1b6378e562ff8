import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { type CheckScope, defineResource } from "../../definition/resource";
import { dimensions, type PointSelection } from "../../engine/alibaba/recovery-point";
import {
  createOverride,
  findOverride,
  overrideRefusals,
  type RetentionOverride,
  removeOverride,
  targetOf,
  updateOverride,
} from "../../engine/alibaba/retention-override";
import { ruleSources } from "../../engine/alibaba/rule";
import { isoTime } from "../../engine/core/time";
import { refusalFinding } from "../shared/finding";
import { fromSource } from "../shared/source";
import { overrideFindings } from "./impact-findings";

const isoDateTime = z.iso.datetime({ error: "a time in UTC such as 2026-01-31T00:00:00Z" });

const selection = z
  .strictObject({
    instanceId: z.string().min(1).optional().meta({
      description: "The machine whose points are meant. Either this or groupId. Source: seed 001.",
    }),
    groupId: z.string().regex(/^cg-/, "the id of a consistency group, cg-…").optional().meta({
      description: "The consistency group whose points are meant. Either this or instanceId. Source: seed 001.",
    }),
    diskId: z.string().min(1).optional().meta({
      description: "In the dimension DISK: only this disk. Default: all disks of the points. Source: seed 001.",
    }),
    latest: z.boolean().default(false).meta({ description: "Only the newest of them. Default: false, all of them." }),
    createdBefore: isoDateTime
      .optional()
      .meta({ description: "Only points created before this time, ISO 8601 in UTC. Default: any." }),
    createdAfter: isoDateTime
      .optional()
      .meta({ description: "Only points created after this time, ISO 8601 in UTC. Default: any." }),
  })
  .meta({ typeName: "PointSelector", description: "Chooses recovery points when the override is made." });

const target = z
  .strictObject({
    recoveryPointId: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          "One point: a machine's, s-…, a group's, gs-…, or a disk's, s-…-0. In a smaller dimension its parts are " +
          "meant. Take it from hbr:Backup. Either this or select.",
      }),
    select: selection.optional().meta({ description: "Points by source and time. Either this or recoveryPointId." }),
  })
  .meta({ typeName: "RetentionTarget", description: "The recovery points that are to live longer." });

const inputs = z.strictObject({
  target: target.meta({
    description: "Which points; fixed when the override is made. Source: seed 001.",
    replaceOnChanges: "an override is for the points that it was made for",
  }),
  dimension: z
    .enum(dimensions)
    .meta({
      typeName: "RetentionDimension",
      valueDescriptions: {
        GROUP: "Whole points of a consistency group, with those of its machines.",
        INSTANCE: "Whole points of one machine, with all their disks.",
        DISK: "Single disks of points; they outlive their point, and can be restored as disks.",
      },
    })
    .default("INSTANCE")
    .meta({
      description: "What lives longer. Default: INSTANCE. Source: seed 001, extend the retention period (A-38).",
      replaceOnChanges: "what an override extends is fixed when it is made",
    }),
  retentionDays: z
    .int()
    .min(1)
    .max(65_536)
    .optional()
    .meta({
      description:
        "How long the points live from their creation, days, 1 to 65536; never shorter than they do. " +
        "Either this or neverExpire. Source: seed 001.",
      units: "days",
    }),
  neverExpire: z.boolean().default(false).meta({
    description: "Whether the points live for ever. Default: false. Source: seed 001, extend the retention period.",
  }),
});

const outputs = z.object({
  recoveryPointIds: z
    .array(z.string())
    .meta({ description: "The points of the dimension that were meant, oldest first; disks as s-…-0." }),
  previousExpireTime: z
    .string()
    .optional()
    .meta({ moment: true, description: "When the first of them would have expired, ISO 8601 in UTC; absent: never." }),
  expireTime: z
    .string()
    .optional()
    .meta({ moment: true, description: "When the first of them expires now, ISO 8601 in UTC; absent: never." }),
});

type Inputs = z.output<typeof inputs>;

function seconds(time: string | undefined): number | null {
  return time === undefined ? null : Math.floor(Date.parse(time) / 1000);
}

function toSelection({ target: { recoveryPointId, select } }: Inputs): PointSelection {
  return {
    recoveryPointId: recoveryPointId ?? null,
    sourceId: select?.instanceId ?? select?.groupId ?? null,
    diskId: select?.diskId ?? null,
    latest: select?.latest ?? false,
    createdBefore: seconds(select?.createdBefore),
    createdAfter: seconds(select?.createdAfter),
  };
}

function fromSelection(found: PointSelection): Inputs["target"] {
  if (found.recoveryPointId !== null) return { recoveryPointId: found.recoveryPointId };
  return {
    select: {
      ...fromSource(found.sourceId ?? ""),
      ...(found.diskId === null ? {} : { diskId: found.diskId }),
      latest: found.latest,
      ...(found.createdBefore === null ? {} : { createdBefore: isoTime(found.createdBefore) }),
      ...(found.createdAfter === null ? {} : { createdAfter: isoTime(found.createdAfter) }),
    },
  };
}

function days(properties: Inputs): number | null {
  return properties.neverExpire ? null : (properties.retentionDays ?? null);
}

function toOutputs(row: RetentionOverride): z.output<typeof outputs> {
  return {
    recoveryPointIds: [...row.recoveryPointIds],
    ...(row.previousExpireTime === null ? {} : { previousExpireTime: isoTime(row.previousExpireTime) }),
    ...(row.expireTime === null ? {} : { expireTime: isoTime(row.expireTime) }),
  };
}

function shapeFindings(properties: Inputs): Finding[] {
  const findings: Finding[] = [];
  const base = { severity: "error" as const, rule: "A-38", source: ruleSources["A-38"] };
  if ((properties.target.recoveryPointId === undefined) === (properties.target.select === undefined)) {
    const message = "the target needs either recoveryPointId or select, and not both";
    findings.push({ ...base, path: "target", message, remedy: "name one point, or select some of a machine" });
  }
  const { select } = properties.target;
  if (select !== undefined && (select.instanceId === undefined) === (select.groupId === undefined)) {
    const message = "select needs either instanceId or groupId, and not both";
    findings.push({ ...base, path: "target.select", message, remedy: "name the machine, or the consistency group" });
  }
  if (select?.diskId !== undefined && properties.dimension !== "DISK") {
    const message = `diskId is of no use in the dimension ${properties.dimension}`;
    findings.push({ ...base, path: "target.select.diskId", message, remedy: 'set dimension to "DISK"' });
  }
  if (properties.dimension === "GROUP" && select?.instanceId !== undefined) {
    const message = "a machine has no points of the dimension GROUP";
    findings.push({ ...base, path: "target.select.instanceId", message, remedy: "name groupId, or use INSTANCE" });
  }
  if ((properties.retentionDays === undefined) === !properties.neverExpire) {
    const message = "an override needs either retentionDays or neverExpire, and not both";
    findings.push({ ...base, path: "retentionDays", message, remedy: "give days (1 to 65536), or neverExpire: true" });
  }
  return findings;
}

async function check(properties: Inputs, { context, ownIds, old }: CheckScope<Inputs>): Promise<Finding[]> {
  const findings = shapeFindings(properties);
  if (findings.length > 0) return findings;
  const selected = toSelection(properties);
  const isSameTarget = old !== undefined && JSON.stringify(toSelection(old)) === JSON.stringify(selected);
  const ownId = isSameTarget ? ownIds[0] : undefined;
  const own = ownId === undefined ? undefined : await findOverride(context, ownId);
  // An override that was imported has no life in the engine's book yet; what it meant was settled when it was made.
  if (isSameTarget && own === undefined) return [];
  const input = { target: selected, dimension: properties.dimension, retentionDays: days(properties), own };
  const refusals = (await overrideRefusals(context, input)).map(refusalFinding);
  const isKnown = isSameTarget && days(old) === days(properties);
  return refusals.length > 0 || isKnown ? refusals : overrideFindings(context, input);
}

export const retentionOverrideResource = defineResource({
  token: "cloudbackup:hbr:RetentionOverride",
  source: "seed 001, extend the retention period",
  description:
    "Lets existing recovery points live longer than their policy says (seed 001). It only ever " +
    "extends; destroying it " +
    "leaves the extension, because a point can't be made to live shorter.",
  inputs,
  outputs,
  importId: { pattern: /^ro-[a-z2-7]{20}$/, example: "ro-abcdefghijklmnopqrst" },
  stables: ["recoveryPointIds", "previousExpireTime"],
  id: (_inputs, hash) => `ro-${hash.slice(0, 20)}`,
  check,
  create: async (context, { id }, properties) =>
    toOutputs(
      await createOverride(context, {
        id,
        target: toSelection(properties),
        dimension: properties.dimension,
        retentionDays: days(properties),
      }),
    ),
  read: async (context, id, old) => {
    const row = await findOverride(context, id);
    if (row === undefined) return undefined;
    return {
      inputs: {
        target: old?.target ?? fromSelection(targetOf(row)),
        dimension: inputs.shape.dimension.parse(row.dimension),
        ...(row.retentionDays === null ? {} : { retentionDays: row.retentionDays }),
        neverExpire: row.neverExpire,
      },
      outputs: toOutputs(row),
    };
  },
  update: async (context, { id }, properties) =>
    toOutputs(await updateOverride(context, { id, retentionDays: days(properties) })),
  delete: (context, id) => removeOverride(context, id),
});
