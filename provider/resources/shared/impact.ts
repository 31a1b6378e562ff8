import { z } from "zod";
import type { Finding } from "../../definition/finding";
import { type Fate, fates, type Impact, type MachineImpact, type PointImpact } from "../../engine/core/impact";
import { describeImpact, fateText, type ImpactWords, isLoss } from "../../engine/core/impact-text";
import { isoTime } from "../../engine/core/time";
import { momentOf } from "./listing";

/** Who takes the points once a destroy is to take them. */
export const laterDestroy = 'from now on a destroy (onDestroy "delete")';

/** An impact as it is told with the resource whose change it is. */
interface ToldImpact extends ImpactWords {
  /** How to keep what would be lost. */
  readonly remedy: string;
}

/** What a change makes of the points that are there: a warning when something is lost. No point, nothing to tell. */
export function impactFindings(impact: Impact | undefined, { remedy, ...words }: ToldImpact): Finding[] {
  if (impact === undefined || impact.total === 0) return [];
  const message = describeImpact(impact, words);
  const source = sourceOf(impact);
  const common = { path: "", rule: "", message, ...(source === undefined ? {} : { source }) };
  if (!isLoss(impact)) return [{ ...common, severity: "info", ofEach: true }];
  return [{ ...common, severity: "warning", remedy }];
}

/** Where it is written what happens to most of the points that something happens to. */
function sourceOf({ reasons }: Impact): string | undefined {
  return (reasons.find(({ fate }) => fate !== "KEPT") ?? reasons[0])?.source;
}

const fate = z.enum(fates).meta({
  typeName: "RecoveryPointFate",
  valueDescriptions: {
    KEPT: "It lives as long as before.",
    PRUNED: "It is gone at once.",
    SHORTENED: "It lives shorter than before, by a day or more.",
    EXTENDED: "It lives longer than before, by a day or more.",
  },
});

const tally = {
  total: z.int().meta({ description: "Points that the change is about: the four counts together." }),
  kept: z.int().meta({ description: "Points that live as long as before." }),
  pruned: z.int().meta({ description: "Points that are gone at once." }),
  shortened: z.int().meta({ description: "Points that live shorter." }),
  extended: z.int().meta({ description: "Points that live longer." }),
  oldestLeft: z
    .string()
    .optional()
    .meta({ description: "When the oldest point that is left was made, ISO 8601 in UTC; absent: none is left." }),
  newestLeft: z
    .string()
    .optional()
    .meta({ description: "When the newest point that is left was made, ISO 8601 in UTC; absent: none is left." }),
};

const machineImpact = z
  .object({
    machineId: z.string().meta({ description: "The machine." }),
    machineName: z.string().meta({ description: "Its name." }),
    ...tally,
    noneLeft: z.boolean().meta({
      description: "Whether the change takes the last point from which the machine could be restored.",
    }),
  })
  .meta({ typeName: "MachineImpact", description: "What a change makes of one machine's points." });

const reasonCount = z
  .object({
    fate: fate.meta({ description: "What becomes of the points." }),
    rule: z.string().meta({ description: "Id of the rule that decides." }),
    message: z.string().meta({ description: "Why, in words." }),
    source: z.string().meta({ description: "The document that says so." }),
    count: z.int().meta({ description: "How many points it is true of." }),
  })
  .meta({ typeName: "ImpactReason", description: "Why points are kept, pruned, shortened or extended." });

const pointImpact = z
  .object({
    recoveryPointId: z.string().meta({ description: "The recovery point." }),
    machineId: z.string().meta({ description: "Its machine." }),
    createdTime: z.string().meta({ description: "When it was made, ISO 8601 in UTC." }),
    fate: fate.meta({ description: "What becomes of it." }),
    rule: z.string().meta({ description: "Id of the rule that decides." }),
    reason: z.string().meta({ description: "Why, in words." }),
    expireTime: z
      .string()
      .optional()
      .meta({ description: "When it expires as things are, ISO 8601 in UTC; absent: never." }),
    newExpireTime: z
      .string()
      .optional()
      .meta({ description: "When it would expire after the change, ISO 8601 in UTC; absent: never." }),
  })
  .meta({ typeName: "RecoveryPointImpact", description: "What a change makes of one recovery point." });

/** What both clouds' functions tell of an impact. */
export const impactShape = {
  summary: z
    .string()
    .meta({ description: "All of it in one line, as a preview tells it; empty when no point is meant." }),
  ...tally,
  machines: z.array(machineImpact).meta({ description: "By machine, in the order of their names." }),
  reasons: z.array(reasonCount).meta({ description: "Why, the most frequent reason first." }),
  points: z.array(pointImpact).meta({ description: "The points themselves, newest first, as many as `limit` says." }),
};

export function toImpactOutput(impact: Impact, words: ImpactWords): z.output<z.ZodObject<typeof impactShape>> {
  const [summary = ""] = impact.total === 0 ? [] : describeImpact(impact, words).split("\n");
  return {
    summary,
    ...tallyOf(impact),
    machines: impact.machines.map((machine) => ({
      machineId: machine.machineId,
      machineName: machine.machineName,
      ...tallyOf(machine),
      noneLeft: machine.isEmptied,
    })),
    reasons: impact.reasons.map((reason) => ({ ...reason })),
    points: impact.points.map(toPointOutput),
  };
}

function tallyOf({ total, kept, pruned, shortened, extended, oldestLeft, newestLeft }: Impact | MachineImpact) {
  const counts = { total, kept, pruned, shortened, extended };
  return { ...counts, ...momentOf("oldestLeft", oldestLeft), ...momentOf("newestLeft", newestLeft) };
}

function toPointOutput(point: PointImpact) {
  const { recoveryPointId, machineId, createTime, reason } = point;
  return {
    recoveryPointId,
    machineId,
    createdTime: isoTime(createTime),
    fate: point.fate as Fate,
    rule: reason.rule,
    reason: fateText(reason),
    ...momentOf("expireTime", point.oldExpireTime),
    ...momentOf("newExpireTime", point.newExpireTime),
  };
}
