import { z } from "zod";
import { type Gap, type Outcome, riskKinds } from "../../engine/core/forecast";
import { isoTime } from "../../engine/core/time";
import { reasonOutput, toReasonOutput } from "./consistency";
import { momentOf } from "./listing";

/** Slots at risk that a forecast names. */
const namedSlots = 5;

/** How far a forecast looks ahead. */
export const forecastDays = z
  .int()
  .min(1)
  .max(3650)
  .default(30)
  .meta({ description: "How far to look ahead, days, 1 to 3650. Default: 30. Source: ENGINE.", units: "days" });

const horizon = z
  .object({
    days: z.int().meta({ description: "30, 90 or 365 days from now.", units: "days" }),
    until: z.string().meta({ description: "Their end, ISO 8601 in UTC." }),
    backups: z.int().meta({ description: "Points that will be made until then." }),
    points: z.int().meta({ description: "Points that will be there then." }),
    bytes: z.number().meta({ description: "Bytes of these points, copies aside.", units: "bytes" }),
    expiring: z.int().meta({ description: "Points that will expire until then, also of those that are there now." }),
  })
  .meta({ typeName: "ForecastHorizon", description: "How things will stand after some days." });

const firstPrune = z
  .object({
    time: z.string().meta({ description: "When it expires, ISO 8601 in UTC; now, where its time is over already." }),
    recoveryPointId: z.string().meta({ description: "The recovery point, also one that is yet to be made." }),
    createdTime: z.string().meta({ description: "When it was made, or will be, ISO 8601 in UTC." }),
  })
  .meta({ typeName: "ForecastPrune", description: "A recovery point that expires." });

const worstGap = z
  .object({
    hours: z.number().meta({ description: "How long it is, hours.", units: "hours" }),
    from: z.string().meta({ description: "The point before it, ISO 8601 in UTC." }),
    until: z.string().meta({ description: "The point after it, or the end of the look ahead, ISO 8601 in UTC." }),
    open: z.boolean().meta({ description: "Whether no point has ended it by the end: it will be longer." }),
    longerThanScheduled: z.boolean().meta({
      description: "Whether it is longer than the schedule by itself leaves between two slots.",
    }),
  })
  .meta({ typeName: "ForecastGap", description: "A time without a new recovery point." });

const highWater = z
  .object({
    bytes: z.number().meta({ description: "Bytes of the points at that time, copies aside.", units: "bytes" }),
    time: z.string().meta({ description: "When they are first as many, ISO 8601 in UTC." }),
  })
  .meta({ typeName: "ForecastHighWater", description: "The most that recovery points hold at one time." });

const replicationLag = z
  .object({
    hours: z.number().meta({ description: "From the point to its copy's completion, hours.", units: "hours" }),
    destination: z.string().meta({ description: "The region or the vault that it goes to." }),
    createdTime: z.string().meta({ description: "When the point will be made, ISO 8601 in UTC." }),
    completeTime: z.string().meta({ description: "When its copy will be complete, ISO 8601 in UTC." }),
  })
  .meta({ typeName: "ForecastLag", description: "The longest way of a recovery point to where it has to go." });

const slotAtRisk = z
  .object({
    time: z.string().meta({ description: "The slot, ISO 8601 in UTC." }),
    kind: z
      .enum(riskKinds)
      .meta({
        typeName: "SlotRisk",
        valueDescriptions: {
          SKIPPED: "No backup: the job before still runs.",
          FAILED: "A job fails and leaves no point.",
          COPY_FAILED: "The point gets no copy.",
        },
      })
      .meta({ description: "What becomes of it." }),
    reason: reasonOutput.meta({ description: "Why, with its remedy and its source." }),
  })
  .meta({ typeName: "SlotAtRisk", description: "A slot of the schedule in which something will go wrong." });

const slotsAtRisk = z
  .object({
    count: z.int().meta({ description: "Slots until the end that leave no point, or whose point gets no copy." }),
    first: z.array(slotAtRisk).meta({ description: "The first five, each with the first thing that goes wrong." }),
  })
  .meta({ typeName: "SlotsAtRisk", description: "The slots in which something will go wrong." });

/** What a forecast tells first, whichever cloud's. */
export const forecastShape = {
  from: z.string().meta({ description: "Now, ISO 8601 in UTC." }),
  until: z.string().meta({ description: "The end of the look ahead, ISO 8601 in UTC." }),
  firstBackup: z
    .string()
    .optional()
    .meta({ description: "When the first point will be made, ISO 8601 in UTC; absent: none until the end." }),
  nextBackups: z.array(z.string()).meta({ description: "When the first five points will be made, ISO 8601 in UTC." }),
  backups: z.int().meta({ description: "Points that will be made until the end." }),
  points: z.int().meta({ description: "Points that will be there at the end." }),
  expiring: z.int().meta({ description: "Points that will expire until the end, also of those that are there now." }),
  failed: z.int().meta({ description: "Jobs that will fail until the end." }),
  skipped: z.int().meta({ description: "Slots that will be skipped because the job before still runs." }),
  bytesTotal: z.number().meta({ description: "Bytes of the points at the end, copies aside.", units: "bytes" }),
  horizons: z.array(horizon).meta({ description: "The same after 30, 90 and 365 days, however far is looked." }),
  firstPrune: firstPrune.optional().meta({
    description: "The first point that expires, within 365 days or until the end, if that is later; absent: none.",
  }),
  longestGapInHours: z
    .number()
    .optional()
    .meta({
      description:
        "The longest time from one point to the next, hours, the newest one that is there now counted; absent with " +
        "fewer than two.",
      units: "hours",
    }),
  worstGap: worstGap.optional().meta({
    description:
      "The longest time without a new point until the end, what a disaster can cost (RPO): from the newest usable " +
      "point that is there now, or the first to come; absent: there is none and none will be made.",
  }),
  hoursToFirstPoint: z.number().optional().meta({
    description: "Hours from now to the first point, where no usable one is there yet; absent otherwise.",
    units: "hours",
  }),
  highWater: highWater.meta({ description: "The most bytes at one time on the whole way to the end." }),
  replicationLag: replicationLag.optional().meta({
    description: "The longest way of the points to come to their other region, or to the vault; absent: none goes.",
  }),
  slotsAtRisk: slotsAtRisk.meta({ description: "Slots until the end in which something will go wrong, and what." }),
};

const common = z.object(forecastShape);

/** The span that a forecast is of, and its figures that are not in the outcome itself. */
interface Span {
  readonly now: number;
  readonly until: number;
  readonly failed: number;
  readonly skipped: number;
  readonly isGapLonger: boolean;
}

/** An outcome as functions tell it. */
export function toForecastOutput(outcome: Outcome & Span): z.output<typeof common> {
  const { now, until, failed, skipped, isGapLonger, firstPrune: prune, worstLag: lag, longestGapInSeconds } = outcome;
  const { worstGap: gap, firstPointInSeconds, highWater: most } = outcome;
  return {
    from: isoTime(now),
    until: isoTime(until),
    ...momentOf("firstBackup", outcome.firstBackup),
    nextBackups: outcome.nextBackups.map(isoTime),
    backups: outcome.backups,
    points: outcome.points,
    expiring: outcome.expiring,
    failed,
    skipped,
    bytesTotal: outcome.bytes,
    horizons: outcome.horizons.map((each) => ({ ...each, until: isoTime(each.until) })),
    ...(prune === null ? {} : { firstPrune: toPrune(prune) }),
    ...(longestGapInSeconds === null ? {} : { longestGapInHours: inHours(longestGapInSeconds) }),
    ...(gap === null ? {} : { worstGap: toGap(gap, isGapLonger) }),
    ...(firstPointInSeconds === null ? {} : { hoursToFirstPoint: inHours(firstPointInSeconds) }),
    highWater: { bytes: most.bytes, time: isoTime(most.time) },
    ...(lag === null ? {} : { replicationLag: toLag(lag) }),
    slotsAtRisk: toSlotsAtRisk(outcome),
  };
}

function toPrune({ time, point }: NonNullable<Outcome["firstPrune"]>): z.output<typeof firstPrune> {
  return { time: isoTime(time), recoveryPointId: point.id, createdTime: isoTime(point.createTime) };
}

function toGap({ from, until, isOpen: open }: Gap, longerThanScheduled: boolean): z.output<typeof worstGap> {
  return { hours: inHours(until - from), from: isoTime(from), until: isoTime(until), open, longerThanScheduled };
}

function toLag({ createTime, completeTime, destination }: NonNullable<Outcome["worstLag"]>) {
  const hours = inHours(completeTime - createTime);
  return { hours, destination, createdTime: isoTime(createTime), completeTime: isoTime(completeTime) };
}

function toSlotsAtRisk({ slotsAtRisk: all }: Outcome): z.output<typeof slotsAtRisk> {
  const first = all
    .slice(0, namedSlots)
    .map(({ slotTime, kind, reason }) => ({ time: isoTime(slotTime), kind, reason: toReasonOutput(reason) }));
  return { count: all.length, first };
}

export function inHours(seconds: number): number {
  return Math.round((seconds / 3600) * 100) / 100;
}
