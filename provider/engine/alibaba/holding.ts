import type { Row } from "../../store/tables";
import { byteSecondsUntil, type HeldData, type Holding, sumHoldings } from "../core/holding";
import type { Query, QueryContext } from "../engine";
import { machinesBehind } from "./consistency-group";
import { protectionsUnder } from "./policy";
import type { SnapshotRow } from "./snapshot";

/** What a deleted point's snapshots still have to live does not count as kept. */
const secondsOfLeaving = 600;

/** The machines that resources with these ids are, protect, back up, restore, or hold points of. */
export const machinesConcerned: Query<readonly string[], readonly string[]> = async (context, ids) => {
  const { store, settings } = context;
  const own = <T extends { account: string }>(rows: readonly T[]) =>
    rows.filter(({ account }) => account === settings.account);
  const machines = own(await store.getMany("machine", ids)).map(({ id }) => id);
  const disks = own(await store.getMany("disk", ids)).map(({ instanceId }) => instanceId);
  const protections = own(await store.getMany("protection", ids));
  for (const { id } of own(await store.getMany("policy", ids))) {
    protections.push(...(await protectionsUnder(context, id)).filter(({ createdByTag }) => createdByTag));
  }
  const groups = own(await store.getMany("consistencyGroup", ids));
  const jobs = own(await store.getMany("job", ids));
  const restores = own(await store.getMany("restore", ids));
  const overrides = own(await store.getMany("retentionOverride", ids));
  const extended = overrides.flatMap(({ recoveryPointIds }) => recoveryPointIds);
  const points = [
    ...own(await store.getMany("recoveryPoint", extended)),
    ...own(await store.getMany("snapshot", extended)),
  ];
  const sources = [...protections, ...jobs].map(({ instanceId }) => instanceId);
  const behind: string[] = [];
  for (const sourceId of new Set(sources)) behind.push(...(await machinesBehind(context, sourceId)));
  const all = [
    ...machines,
    ...disks,
    ...behind,
    ...groups.flatMap(({ instanceIds }) => instanceIds),
    ...restores.flatMap(({ instanceIds }) => instanceIds),
    ...points.map(({ instanceId }) => instanceId),
  ];
  return [...new Set(all)].sort();
};

/** What backups left of these machines, and until when. */
export const holdingsOf: Query<readonly string[], readonly Holding[]> = async (context, machineIds) => {
  const rows = await context.store.getMany("machine", machineIds);
  const machines = new Map(rows.map((machine) => [machine.id, machine]));
  const data: HeldData[] = [];
  for (const machineId of machineIds) data.push(...(await heldOf(context, machineId, machines.get(machineId))));
  return sumHoldings(data, new Map(rows.map(({ id, instanceName }) => [id, instanceName])));
};

async function heldOf(
  context: QueryContext,
  machineId: string,
  machine: Row<"machine"> | undefined,
): Promise<readonly HeldData[]> {
  const { store, settings, now } = context;
  const filter = { account: settings.account, instanceId: machineId };
  const held = (
    kind: HeldData["kind"],
    place: string,
    { createTime, expireTime, bytes }: { createTime: number; expireTime: number | null; bytes: number },
  ): HeldData => ({
    machineId,
    kind,
    place,
    state: null,
    createTime,
    until: expireTime,
    bytes,
    byteSeconds: byteSecondsUntil(bytes, now, expireTime),
  });
  const points = (await store.find("recoveryPoint", filter)).filter((point) => isThere(point, now));
  const copies = (await store.find("replica", { ...filter, status: "COMPLETE" })).filter((copy) => isThere(copy, now));
  const home = machine?.regionId ?? "";
  return [
    ...points.map((point) => held("POINTS", home, { ...point, bytes: point.bytesTotal })),
    ...copies.map((copy) => held("COPIES", copy.regionId, { ...copy, bytes: copy.bytesTotal })),
    ...(await survivingSnapshots(context, filter)).map((snapshot) => held("SNAPSHOTS", snapshot.regionId, snapshot)),
  ];
}

function isThere({ expireTime }: { readonly expireTime: number | null }, now: number): boolean {
  return expireTime === null || expireTime > now;
}

/** Snapshots of Cloud Backup that have outlived their point, or will: a disk or an image was made of them. */
async function survivingSnapshots(
  { store, now }: QueryContext,
  filter: { account: string; instanceId: string },
): Promise<readonly SnapshotRow[]> {
  const rows = await store.find("snapshot", filter);
  const ids = rows.flatMap(({ recoveryPointId }) => recoveryPointId ?? []);
  const points = new Set((await store.getMany("recoveryPoint", [...new Set(ids)])).map(({ id }) => id));
  return rows
    .filter(({ recoveryPointId, managed }) => recoveryPointId !== null || managed)
    .filter(({ recoveryPointId, managed }) => !managed || !points.has(recoveryPointId ?? ""))
    .filter((row) => isThere(row, now + secondsOfLeaving));
}
