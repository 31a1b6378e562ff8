import { slotsBetween } from "./retention-calendar";
import type { Rows } from "./retention-ledger";

/** a throttled request is made again after so many seconds. */
const tries = [0, 1, 3, 7, 15, 31];

export type Protection = Rows["protection"][number];

/** A policy's rules as its row has them. */
export interface Rules {
  readonly schedules: readonly { readonly schedule: string; readonly days: number }[];
  readonly longer: readonly { readonly period: string; readonly days: number }[];
  readonly archiveDays: number | undefined;
  readonly copy: { readonly regionId: string; readonly days: number | undefined } | undefined;
  readonly immutable: boolean;
}

interface Rule {
  readonly ruleType: string;
  readonly schedule?: string;
  readonly retention?: number;
  readonly archiveDays?: number;
  readonly replicationRegionId?: string;
  readonly immutable?: boolean;
  readonly retentionRules?: readonly { advancedRetentionType: string; retention: number }[];
}

export function rulesOf(rows: Rows, { policyId }: Protection): Rules | undefined {
  const policy = rows.policy.find(({ id }) => id === policyId);
  if (policy === undefined) return undefined;
  const all = policy.rules as unknown as readonly Rule[];
  const one = (type: string) => all.find(({ ruleType }) => ruleType === type);
  const [transition, replication] = [one("TRANSITION"), one("REPLICATION")];
  return {
    schedules: all
      .filter(({ ruleType }) => ruleType === "BACKUP")
      .map(({ schedule = "", retention = 0 }) => ({ schedule, days: transition?.retention ?? retention })),
    longer: (transition?.retentionRules ?? []).map((rule) => ({
      period: rule.advancedRetentionType,
      days: rule.retention,
    })),
    archiveDays: transition?.archiveDays,
    copy:
      replication === undefined
        ? undefined
        : { regionId: replication.replicationRegionId ?? "", days: replication.retention },
    immutable: one("SECURITY")?.immutable === true,
  };
}

/** Whether points live otherwise under other rules: other times alone change nothing for those that are there. */
export function isOtherLife(old: Rules, next: Rules): boolean {
  const told = ({ schedules, longer, archiveDays }: Rules) => {
    const lives = [...schedules.map(({ days }) => `${days}`), ...longer.map(({ period, days }) => `${period} ${days}`)];
    return [...new Set(lives)].sort().join() + String(archiveDays);
  };
  const before = (schedule: string) => old.schedules.find((each) => each.schedule === schedule)?.days;
  const isMoved = next.schedules.some(({ schedule, days }) => (before(schedule) ?? days) !== days);
  return isMoved || told(old) !== told(next);
}

/** The longest delay of a throttled backup. */
const latest = Math.max(...tries);

/** How long a point of a moment lives by the schedules: by those that it is of, by the longest when it is of none. */
export function daysAt({ schedules }: Rules, moment: number): number {
  const own = schedules.filter(({ schedule }) => slotsBetween(schedule, moment - latest - 1, moment).length > 0);
  return Math.max(...(own.length > 0 ? own : schedules).map(({ days }) => days));
}

export interface BackupSettings {
  readonly diskIdList: readonly string[];
  readonly excludeDiskIdList: readonly string[];
  readonly replicationEncryption: { readonly mode: string; readonly kmsKeyId: string | null } | null;
}

/** Slots with the days that their points live at least; two that meet are one, and the longer life counts. */
export function slotsOf(rules: Rules, after: number, until: number): [time: number, days: number][] {
  const slots = new Map<number, number>();
  for (const { schedule, days } of rules.schedules) {
    for (const slot of slotsBetween(schedule, after, until)) slots.set(slot, Math.max(slots.get(slot) ?? 0, days));
  }
  return [...slots].sort(([a], [b]) => a - b);
}

export function membersOf({ consistencyGroup }: Rows, sourceId: string): readonly string[] {
  return consistencyGroup.find(({ id }) => id === sourceId)?.instanceIds ?? [sourceId];
}

/** Whether there is a machine left to back up. */
export function isAlive(rows: Rows, { instanceId }: Protection): boolean {
  return membersOf(rows, instanceId).some((id) => rows.machine.some((each) => each.id === id && !each.released));
}

function isFaulty(rows: Rows, kind: string, time: number, regionId: string | null): boolean {
  return rows.fault.some(
    (fault) =>
      fault.kind === kind &&
      (fault.regionId === null || fault.regionId === regionId) &&
      time >= fault.fromTime &&
      time < fault.until,
  );
}

/** When a request goes through that is first made at a time; undefined when it never does. */
export function acceptedAt(rows: Rows, time: number): number | undefined {
  return tries.map((seconds) => time + seconds).find((at) => !isFaulty(rows, "THROTTLING", at, null));
}

/** */
export function isMetadataLost(rows: Rows, regionId: string, time: number): boolean {
  return isFaulty(rows, "METADATA_SYNC", time, regionId);
}

/** the named key is in the destination region, enabled and granted. */
export function isKeyUsable(
  { kmsKey }: Rows,
  encryption: BackupSettings["replicationEncryption"],
  regionId: string,
): boolean {
  if (encryption?.mode !== "KMS") return true;
  const key = kmsKey.find(({ id }) => id === encryption.kmsKeyId);
  return key?.regionId === regionId && key.keyState === "Enabled" && key.granted;
}

/** The disks that a backup takes: system disk first, then as they were attached. */
export function coveredDisks(rows: Rows, settings: BackupSettings, instanceId: string): string[] {
  const { diskIdList, excludeDiskIdList } = settings;
  return rows.disk
    .filter((disk) => disk.instanceId === instanceId && !disk.released)
    .filter(({ category }) => !(category ?? "").startsWith("local_"))
    .filter(({ id }) => (diskIdList.length > 0 ? diskIdList.includes(id) : !excludeDiskIdList.includes(id)))
    .sort((a, b) => Number(b.type === "system") - Number(a.type === "system") || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}
