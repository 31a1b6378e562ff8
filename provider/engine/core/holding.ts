import { secondsPerDay } from "./time";

/** What backups left of a machine: its recovery points, copies of them elsewhere, or snapshots that outlive them. */
export type HeldKind = "POINTS" | "COPIES" | "SNAPSHOTS";

/** One thing that is kept. */
export interface HeldData {
  readonly machineId: string;
  readonly kind: HeldKind;
  /** The region or the vault where it lies. */
  readonly place: string;
  /** What the service calls its protection's state (`SoftDeleted`); null where there is nothing to say. */
  readonly state: string | null;
  /** UNIX seconds. */
  readonly createTime: number;
  /** UNIX seconds; null: for ever. */
  readonly until: number | null;
  readonly bytes: number;
  /** What it takes from now until its end; null: it has none. */
  readonly byteSeconds: number | null;
}

/** All data of one kind that is kept of one machine in one place. */
export interface Holding extends Pick<HeldData, "machineId" | "kind" | "place" | "state"> {
  readonly machineName: string;
  readonly count: number;
  readonly bytes: number;
  readonly oldest: number;
  readonly newest: number;
  /** How many of them are kept for ever. */
  readonly forEver: number;
  /** When the last one goes, UNIX seconds; null: never. */
  readonly until: number | null;
  /** What they take from now until then; null: without end. */
  readonly gibDays: number | null;
}

const bytesPerGiB = 1024 ** 3;

/** What one thing of constant size takes until its end. */
export function byteSecondsUntil(bytes: number, now: number, until: number | null): number | null {
  return until === null ? null : bytes * Math.max(0, until - now);
}

/** Sums up what is kept, by machine, kind, place and state; in that order. */
export function sumHoldings(data: readonly HeldData[], names: ReadonlyMap<string, string>): Holding[] {
  const groups = new Map<string, HeldData[]>();
  for (const each of data) {
    const key = [names.get(each.machineId), each.machineId, each.kind, each.place, each.state].join("\n");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  const inOrder = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return inOrder.map(([, group]) => sumGroup(group, names));
}

function sumGroup(group: readonly HeldData[], names: ReadonlyMap<string, string>): Holding {
  const [{ machineId, kind, place, state }] = group as [HeldData];
  const times = group.map(({ createTime }) => createTime);
  const forEver = group.filter(({ until }) => until === null).length;
  const byteSeconds = group.reduce((sum, each) => sum + (each.byteSeconds ?? 0), 0);
  return {
    machineId,
    machineName: names.get(machineId) ?? machineId,
    kind,
    place,
    state,
    count: group.length,
    bytes: group.reduce((sum, { bytes }) => sum + bytes, 0),
    oldest: times.reduce((a, b) => Math.min(a, b)),
    newest: times.reduce((a, b) => Math.max(a, b)),
    forEver,
    until: forEver > 0 ? null : group.reduce((last, { until }) => Math.max(last, until ?? 0), 0),
    gibDays: forEver > 0 ? null : byteSeconds / secondsPerDay / bytesPerGiB,
  };
}
