import { byteSecondsUntil, type HeldData, type Holding, sumHoldings } from "../core/holding";
import type { Query, QueryContext } from "../engine";
import { armKey, nameOf, vaultOf } from "./arm-id";
import type { ProtectedItem } from "./item-row";
import { tiersAt } from "./point-tier";
import { isExpired, type VaultPoint } from "./recovery-point";

/** The machines that resources with these ids are, protect, back up, restore, or hold points of. */
export const machinesConcerned: Query<readonly string[], readonly string[]> = async ({ store, settings }, armIds) => {
  const ids = [...new Set(armIds.map(armKey))];
  const own = <T extends { account: string }>(rows: readonly T[]) =>
    rows.filter(({ account }) => account === settings.account);
  const machines = own(await store.getMany("virtualMachine", ids)).map(({ id }) => id);
  const items = own(await store.getMany("protectedItem", ids));
  for (const { id: vaultId } of own(await store.getMany("vault", ids))) {
    items.push(...(await store.find("protectedItem", { account: settings.account, vaultId })));
  }
  const jobs = own(await store.getMany("vaultJob", ids));
  const restores = own(await store.getMany("vaultRestore", ids));
  const all = [
    ...machines,
    ...items.map(({ vmId }) => vmId),
    ...jobs.map(({ vmId }) => vmId),
    ...restores.flatMap(({ vmIds }) => vmIds.map(armKey)),
  ];
  return [...new Set(all)].sort();
};

/** What backups left of these machines in all vaults, and until when. */
export const holdingsOf: Query<readonly string[], readonly Holding[]> = async (context, machineIds) => {
  const { store, settings } = context;
  const machines = await store.getMany("virtualMachine", machineIds);
  const names = new Map(machines.map(({ id, vmName }) => [id, vmName]));
  const data: HeldData[] = [];
  for (const vmId of machineIds) {
    for (const item of await store.find("protectedItem", { vmId })) {
      if (item.account !== settings.account) continue;
      if (!names.has(vmId)) names.set(vmId, nameOf(item.sourceResourceId));
      data.push(...(await heldOf(context, item)));
    }
  }
  return sumHoldings(data, names);
};

async function heldOf({ store, now }: QueryContext, item: ProtectedItem): Promise<readonly HeldData[]> {
  const { deferredDeleteTime, protectionState, vmId } = item;
  if (deferredDeleteTime !== null && deferredDeleteTime <= now) return [];
  const points = await store.find("vaultPoint", { itemId: item.id });
  return points
    .filter((point) => !isExpired(point, now) && !point.damaged)
    .map((point) => {
      const until = point.expireTime ?? deferredDeleteTime;
      return {
        machineId: vmId,
        kind: "POINTS" as const,
        place: nameOf(vaultOf(item.armId)),
        state: protectionState,
        createTime: point.createTime,
        until,
        bytes: point.bytesTotal * tiersAt(point, now).length,
        byteSeconds: byteSecondsOf(point, now, until),
      };
    });
}

/** In the snapshot tier until that lets go of it, and in the vault or the archive from then on that it is there. */
function byteSecondsOf({ bytesTotal, ...point }: VaultPoint, now: number, until: number | null): number | null {
  if (until === null) return null;
  const snapshot = byteSecondsUntil(bytesTotal, now, Math.min(point.snapshotUntil, until)) ?? 0;
  const vaulted = point.vaultTime === null ? until : Math.max(now, point.vaultTime);
  return snapshot + (byteSecondsUntil(bytesTotal, vaulted, until) ?? 0);
}
