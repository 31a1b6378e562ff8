import type { Reader } from "../../store/store";
import type { JobFailure, RecoveryPoint } from "./backup";
import type { MachineFacts } from "./fact";
import { reason } from "./rule";

/** Manual snapshots that a disk can have; those of Cloud Backup count (A-55, a value of the catalogue). */
export const snapshotsPerDisk = 256;

/** When the snapshots of each disk of a machine end, in order; infinity for those that never do. */
export class SnapshotQuota {
  readonly #ends = new Map<string, number[]>();

  /** Why a machine's disks can take no snapshot more at a time; undefined when they can. */
  failure(diskIds: readonly string[], time: number): JobFailure | undefined {
    for (const diskId of diskIds) {
      const ends = this.#endsOf(diskId);
      const gone = ends.findIndex((end) => end > time);
      ends.splice(0, gone === -1 ? ends.length : gone);
      if (ends.length >= snapshotsPerDisk) return quotaFailure(diskId);
    }
    return undefined;
  }

  add(diskIds: readonly string[], expireTime: number | null): void {
    const end = expireTime ?? Number.POSITIVE_INFINITY;
    for (const diskId of diskIds) {
      const ends = this.#endsOf(diskId);
      const place = ends.findLastIndex((other) => other <= end);
      ends.splice(place + 1, 0, end);
    }
  }

  #endsOf(diskId: string): number[] {
    const known = this.#ends.get(diskId);
    if (known !== undefined) return known;
    const made: number[] = [];
    this.#ends.set(diskId, made);
    return made;
  }
}

function quotaFailure(diskId: string): JobFailure {
  const code = "QuotaExceed.Snapshot";
  const message = `disk ${diskId} has ${snapshotsPerDisk} manual snapshots, as many as a disk may have (A-55)`;
  const remedy = "keep fewer points: a shorter retention, a longer interval, or delete points that nobody needs";
  return { code, why: reason("A-76", message, remedy, code) };
}

/**
 * The quotas of those machines that could reach them: what a machine has and what is to come are counted first, and
 * only where that's too much are its points looked at one by one.
 */
export async function loadQuotas(
  store: Reader,
  machines: readonly MachineFacts[],
  runsToCome: number,
): Promise<ReadonlyMap<string, SnapshotQuota>> {
  if (machines.length === 0 || runsToCome === 0) return new Map();
  const filter = { instanceId: { in: machines.map(({ machine }) => machine.id) } };
  const points = await store.countBy("recoveryPoint", "instanceId", filter);
  const snapshots = await store.countBy("snapshot", "instanceId", filter);
  const crowded = machines
    .map(({ machine }) => machine.id)
    .filter((id) => (points.get(id) ?? 0) + (snapshots.get(id) ?? 0) + runsToCome > snapshotsPerDisk);
  const quotas = new Map<string, SnapshotQuota>();
  for (const id of crowded) quotas.set(id, await loadQuota(store, id));
  return quotas;
}

async function loadQuota(store: Reader, instanceId: string): Promise<SnapshotQuota> {
  const quota = new SnapshotQuota();
  const own = await store.find("snapshot", { instanceId });
  const known = new Set(own.map(({ id }) => id));
  for (const { diskId, expireTime } of own) quota.add([diskId], expireTime);
  for (const point of await store.find("recoveryPoint", { instanceId })) {
    quota.add(implicitDisks(point, known), point.expireTime);
  }
  return quota;
}

/** The disks of a point whose snapshots have no row of their own and are still there. */
function implicitDisks(point: RecoveryPoint, known: ReadonlySet<string>): readonly string[] {
  return point.diskIds.filter((_, index) => {
    const id = `${point.id}-${index}`;
    return !known.has(id) && !point.deletedSnapshotIds.includes(id);
  });
}
