import type { Filter } from "../../store/store";
import {
  type FollowedPoint,
  type Lag,
  type LookSpan,
  leavesAsLong,
  lengthOf,
  type Outcome,
  outcomeAt,
  type Risk,
  slotsOfPolicy,
} from "../core/forecast";
import { readableTime, secondsPerDay } from "../core/time";
import type { Query, QueryContext } from "../engine";
import type { Job } from "./backup";
import { machinesBehind } from "./consistency-group";
import { type EffectivePolicy, effectivePolicy } from "./policy";
import { bundleOf } from "./protection-bundle";
import type { Protection } from "./protection-row";
import {
  emptyLedger,
  loadRunFacts,
  type PlannedProtection,
  type PointMade,
  type RunWatch,
  runProtections,
} from "./protection-run";
import { type CopyOutcome, copyFailureReason } from "./replication";
import { type Reason, reason } from "./rule";
import { type Slot, SlotList } from "./slot";

/** How far the steady state is looked for: what holds so long holds. */
const longestLookDays = 3660;
/** Days after the longest life of a point in which the number of points has settled. */
const settlingDays = 40;
/** A throttled request goes through some seconds later: no gap is longer for that, seconds. */
const tolerance = 60;
/** Days in which a schedule shows the longest time that it leaves between slots, but for the rarest. */
const scheduleLookDays = 400;

/** What one protection will have made by a time. */
export interface ProtectionForecast extends Outcome {
  /** Jobs that fail until then, slots that are skipped, copies that fail. */
  readonly failed: number;
  readonly skipped: number;
  readonly failedCopies: number;
  /** Copies in another region that exist at that time. */
  readonly copies: number;
  /** Whether the worst gap is longer than the schedule by itself leaves. */
  readonly isGapLonger: boolean;
  /** How it stands once as many points expire as are made; null when that was not looked for. */
  readonly steadyState: SteadyState | null;
}

/** How a protection stands once as many points expire as are made. */
export interface SteadyState {
  /** Snapshots of one disk that come from this protection; of a group's machines the most. */
  readonly snapshotsPerDisk: number;
  /** When the first backup fails because a disk has as many snapshots as it may have; null for never. */
  readonly quotaReachedTime: number | null;
}

interface ForecastInput extends LookSpan<SlotList> {
  readonly protectionId: string;
  /** Looks ahead until the longest-lived points expire. */
  readonly isSettling?: boolean;
}

/**
 * Looks ahead at one protection with the code of `advance`, in one pass for all horizons; writes nothing. What shares
 * a machine with it runs beside it, as it will.
 */
export const forecastProtection: Query<ForecastInput, ProtectionForecast | undefined> = async (context, input) => {
  const { protectionId, until } = input;
  const planned = await planOf(context, input);
  const own = planned.find(({ protection }) => protection.id === protectionId);
  if (own === undefined) return undefined;
  const watch = new Watch();
  const ledger = { ...emptyLedger(), watch };
  const bundle = planned.map((each) => (each === own ? { ...each, ledger } : each));
  const scope = { ...(await loadRunFacts(context)), ledger: { ...emptyLedger(), watch: nobody } };
  await runProtections(context, [bundle], scope, async () => {});
  const points = await context.store.find("recoveryPoint", { protectionId });
  const existing = points.map((point) => followed(point, Math.min(point.createTime, context.now)));
  const { points: made, risks, lags } = watch;
  const look = { now: context.now, until: own.slots.until, existing, made, risks, lags };
  const outcome = outcomeAt(look, until);
  return {
    ...outcome,
    failed: countUntil(watch.failures, until),
    skipped: countUntil(watch.skips, until),
    failedCopies: countUntil(
      watch.copies.filter(({ isFailed }) => isFailed),
      until,
    ),
    copies: (await keptCopies(context, own.protection, until)) + madeCopies(watch.copies, until),
    isGapLonger: isGapLonger(own, lengthOf(outcome.worstGap)),
    steadyState: input.isSettling === true ? steadyState([...existing, ...made], watch, context, planned) : null,
  };
};

/** The protection with its slots, and those that run beside it with theirs. */
async function planOf(context: QueryContext, input: ForecastInput): Promise<readonly PlannedProtection[]> {
  const { store, settings, now } = context;
  const protection = await store.get("protection", input.protectionId);
  if (protection?.account !== settings.account) return [];
  const bundle = await bundleOf(context, protection);
  const rows = await store.getMany("policy", [...new Set(bundle.map(({ policyId }) => policyId))]);
  const policies = new Map(rows.map((row) => [row.id, effectivePolicy(row)]));
  const settled = input.isSettling === true ? settledTime([...policies.values()], now) : now;
  const until = Math.max(input.until, input.lookUntil ?? now, settled);
  return bundle.flatMap((each) => {
    const policy = policies.get(each.policyId);
    if (policy === undefined) return [];
    const slots = slotsOfPolicy(input.slots, each.policyId, until, () => new SlotList(policy, until));
    return [{ protection: each, slots }];
  });
}

/** When as many points expire as are made. */
function settledTime(policies: readonly EffectivePolicy[], now: number): number {
  const lives = policies.flatMap(({ backups, retentionRules }) => [
    ...backups.map(({ retentionDays }) => retentionDays),
    ...retentionRules.map(({ retention }) => retention),
  ]);
  return now + Math.min(longestLookDays, Math.max(...lives) + settlingDays) * secondsPerDay;
}

interface ProtectionPoint extends FollowedPoint {
  readonly instanceId: string;
}

function followed(point: PointMade, slotTime: number): ProtectionPoint {
  const { id, instanceId, createTime, expireTime, bytesTotal: bytes } = point;
  return { id, instanceId, slotTime, createTime, expireTime, bytes, isUsable: !point.damaged };
}

interface AtSlot {
  readonly slotTime: number;
}

interface CopyMade extends AtSlot {
  readonly isFailed: boolean;
  readonly expireTime: number | null;
}

/** Keeps of all runs what a forecast tells. */
class Watch implements RunWatch {
  readonly points: ProtectionPoint[] = [];
  readonly risks: Risk<Reason>[] = [];
  readonly lags: Lag[] = [];
  readonly failures: (AtSlot & { readonly errorCode: string | null })[] = [];
  readonly skips: AtSlot[] = [];
  readonly copies: CopyMade[] = [];

  made({ time }: Slot, point: PointMade): void {
    this.points.push(followed(point, time));
  }

  failed({ time: slotTime }: Slot, { errorCode, reasons }: Job): void {
    this.failures.push({ slotTime, errorCode });
    const [why] = reasons as unknown as readonly Reason[];
    if (why !== undefined) this.risks.push({ slotTime, kind: "FAILED", reason: why });
  }

  copied({ time: slotTime }: Slot, copy: CopyOutcome): void {
    const { createTime, completeTime, expireTime, regionId: destination } = copy;
    const why = copyFailureReason(copy);
    this.copies.push({ slotTime, isFailed: why !== undefined, expireTime });
    if (why === undefined) this.lags.push({ slotTime, createTime, completeTime, destination });
    else this.risks.push({ slotTime, kind: "COPY_FAILED", reason: why });
  }

  skipped({ time: slotTime }: Slot, runningUntil: number): void {
    this.skips.push({ slotTime });
    const message = `the job before still runs, until ${readableTime(runningUntil)}`;
    const remedy = "back up less often, or leave out the disk that takes longest";
    this.risks.push({ slotTime, kind: "SKIPPED", reason: reason("A-35", message, remedy) });
  }
}

/** What the others do is nobody's business here. */
const nobody: RunWatch = {
  made: () => undefined,
  failed: () => undefined,
  copied: () => undefined,
  skipped: () => undefined,
};

function countUntil(events: readonly AtSlot[], until: number): number {
  return events.reduce((count, { slotTime }) => count + (slotTime <= until ? 1 : 0), 0);
}

function madeCopies(copies: readonly CopyMade[], until: number): number {
  return copies.filter(
    ({ isFailed, slotTime, expireTime }) =>
      !isFailed && slotTime <= until && (expireTime === null || expireTime > until),
  ).length;
}

/** Copies that exist already and still do at a time. */
async function keptCopies(context: QueryContext, protection: Protection, until: number): Promise<number> {
  const machines = await machinesBehind(context, protection.instanceId);
  let copies = 0;
  for (const expireTime of [{ gt: until }, null]) {
    const filter: Filter<"replica"> = {
      instanceId: { in: machines },
      protectionId: protection.id,
      status: "COMPLETE",
      expireTime,
    };
    copies += await context.store.count("replica", filter);
  }
  return copies;
}

/** The slots of the look ahead mostly tell; where they are few, those of a year and some are asked. */
function isGapLonger({ protection, slots }: PlannedProtection, gap: number): boolean {
  if (gap === 0) return false;
  const timesOf = (list: SlotList, after: number) => list.after(after).map(({ time }) => time);
  if (leavesAsLong(timesOf(slots, protection.scheduledUntil), gap - tolerance)) return false;
  const from = protection.scheduledUntil;
  const times = timesOf(new SlotList(slots.policy, from + scheduleLookDays * secondsPerDay), from);
  return times.length > 1 && !leavesAsLong(times, gap - tolerance);
}

function steadyState(
  points: readonly ProtectionPoint[],
  watch: Watch,
  { now }: QueryContext,
  planned: readonly PlannedProtection[],
): SteadyState {
  const time = settledTime(
    planned.map(({ slots }) => slots.policy),
    now,
  );
  const ofMachine = new Map<string, number>();
  for (const { instanceId, slotTime, expireTime } of points) {
    if (slotTime > time || (expireTime !== null && expireTime <= time)) continue;
    ofMachine.set(instanceId, (ofMachine.get(instanceId) ?? 0) + 1);
  }
  const reached = watch.failures.find(({ errorCode }) => errorCode === "QuotaExceed.Snapshot");
  return { snapshotsPerDisk: Math.max(0, ...ofMachine.values()), quotaReachedTime: reached?.slotTime ?? null };
}
