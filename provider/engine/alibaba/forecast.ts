import type { Filter } from "../../store/store";
import { secondsPerDay } from "../core/time";
import type { Query, QueryContext } from "../engine";
import type { Job } from "./backup";
import { machinesBehind } from "./consistency-group";
import { type EffectivePolicy, effectivePolicy } from "./policy";
import type { Protection } from "./protection-row";
import { emptyLedger, type Ledger, loadRunFacts, type RunWatch, runProtections } from "./protection-run";
import { SlotList } from "./slot";

/** Next backups that a forecast names. */
const namedBackups = 5;
/** How far the steady state is looked for: what holds so long holds. */
const longestLookDays = 3660;
/** Days after the longest life of a point in which the number of points has settled. */
const settlingDays = 40;

/** What one protection will have made by a time. */
export interface ProtectionForecast {
  /** UNIX seconds; null when no backup runs until then. */
  readonly firstBackup: number | null;
  /** The first backups that will leave a point. */
  readonly nextBackups: readonly number[];
  /** Recovery points that exist at that time. */
  readonly points: number;
  /** `expired` counts those that are made and gone until then; those that exist already come on top of them. */
  readonly counts: Ledger["counts"];
  /** Points that expire until then, those that exist already and those to come. */
  readonly expiring: number;
  /** Bytes of the points that exist at that time, copies aside. */
  readonly bytes: number;
  /** Copies in another region that exist at that time. */
  readonly copies: number;
  /** The longest time from one point to the next, the newest existing one counted; null when there is no next. */
  readonly longestGapInSeconds: number | null;
}

interface ForecastInput {
  readonly protectionId: string;
  readonly until: number;
}

/** Looks ahead at one protection with the code of `advance`; writes nothing. */
export const forecastProtection: Query<ForecastInput, ProtectionForecast | undefined> = async (
  context,
  { protectionId, until },
) => {
  const found = await findPlanned(context, protectionId);
  if (found === undefined) return undefined;
  const { protection, policy } = found;
  const newest = { order: { column: "createTime", direction: "descending" }, limit: 1 } as const;
  const [latest] = await context.store.find("recoveryPoint", { protectionId }, newest);
  const times = new BackupTimes(latest?.createTime ?? null);
  const ledger = await look(context, protection, new SlotList(policy, until), times);
  const kept = await keptPoints(context, protectionId, until);
  const ending = await context.store.count("recoveryPoint", { protectionId, expireTime: { lte: until } });
  const copies = await keptCopies(context, protection, until);
  return {
    firstBackup: ledger.firstBackupTime,
    nextBackups: times.first,
    points: ledger.points.length + kept.length,
    counts: ledger.counts,
    expiring: ledger.counts.expired + ending,
    bytes: bytesOf(ledger.points) + bytesOf(kept),
    copies: copies + ledger.replicas.filter(({ status }) => status === "COMPLETE").length,
    longestGapInSeconds: times.longestGap,
  };
};

/** How a protection stands once as many points expire as are made. */
export interface SteadyState {
  /** Snapshots of one disk that come from this protection; of a group's machines the most. */
  readonly snapshotsPerDisk: number;
  /** When the first backup fails because a disk has as many snapshots as it may have; null for never. */
  readonly quotaReachedTime: number | null;
}

/** Looks ahead until the longest-lived points expire. */
export const forecastSteadyState: Query<string, SteadyState | undefined> = async (context, protectionId) => {
  const found = await findPlanned(context, protectionId);
  if (found === undefined) return undefined;
  const { protection, policy } = found;
  const days = Math.min(longestLookDays, longestLifeDays(policy) + settlingDays);
  const until = context.now + days * secondsPerDay;
  let quotaReachedTime: number | null = null;
  const watch: RunWatch = {
    made: () => undefined,
    failed: ({ errorCode, startTime }: Job) => {
      if (errorCode === "QuotaExceed.Snapshot") quotaReachedTime ??= startTime;
    },
  };
  const ledger = await look(context, protection, new SlotList(policy, until), watch);
  const points = [...ledger.points, ...(await keptPoints(context, protectionId, until))];
  const ofMachine = new Map<string, number>();
  for (const { instanceId } of points) ofMachine.set(instanceId, (ofMachine.get(instanceId) ?? 0) + 1);
  return { snapshotsPerDisk: Math.max(0, ...ofMachine.values()), quotaReachedTime };
};

function longestLifeDays({ backups, retentionRules }: EffectivePolicy): number {
  return Math.max(
    ...backups.map(({ retentionDays }) => retentionDays),
    ...retentionRules.map(({ retention }) => retention),
  );
}

/** Keeps of all backup times what a forecast tells. */
class BackupTimes implements RunWatch {
  readonly first: number[] = [];
  longestGap: number | null = null;

  constructor(private latest: number | null) {}

  made(createTime: number): void {
    if (createTime === this.latest) return;
    if (this.latest !== null) this.longestGap = Math.max(this.longestGap ?? 0, createTime - this.latest);
    if (this.first.length < namedBackups) this.first.push(createTime);
    this.latest = createTime;
  }

  failed(): void {}
}

async function findPlanned({ store, settings }: QueryContext, protectionId: string) {
  const protection = await store.get("protection", protectionId);
  if (protection?.account !== settings.account) return undefined;
  const policy = await store.get("policy", protection.policyId);
  return policy === undefined ? undefined : { protection, policy: effectivePolicy(policy) };
}

async function look(context: QueryContext, protection: Protection, slots: SlotList, watch: RunWatch): Promise<Ledger> {
  const ledger = { ...emptyLedger(), watch };
  const scope = { ...(await loadRunFacts(context)), ledger };
  await runProtections(context, [[{ protection, slots }]], scope, async () => {});
  return ledger;
}

/** Points that exist already and still do at a time. */
async function keptPoints({ store }: QueryContext, protectionId: string, until: number) {
  const points = [];
  for (const expireTime of [{ gt: until }, null]) {
    points.push(...(await store.find("recoveryPoint", { protectionId, expireTime })));
  }
  return points;
}

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

function bytesOf(points: readonly { readonly bytesTotal: number }[]): number {
  return points.reduce((sum, { bytesTotal }) => sum + bytesTotal, 0);
}
