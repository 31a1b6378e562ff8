import { armKey } from "../../engine/azure/arm-id";
import { isExpired } from "../../engine/azure/recovery-point";
import type { Query } from "../../engine/engine";

/** Recovery points that an outsider broke and that have not expired; of all machines, or of those that are named. */
export const findDamage: Query<ReadonlySet<string> | null, readonly string[]> = async (context, machineIds) => {
  const { store, settings, now } = context;
  const { account } = settings;
  const isMeant = (id: string) => machineIds === null || machineIds.has(id);
  const protections = await store.find("protection", { account });
  const points = [];
  for (const { id } of protections)
    points.push(...(await store.find("recoveryPoint", { protectionId: id, damaged: true })));
  const vaultPoints = await store.find("vaultPoint", { account, damaged: true });
  return [
    ...points.filter(({ instanceId }) => isMeant(instanceId)).map(({ id }) => id),
    ...vaultPoints.filter((point) => isMeant(armKey(point.vmId)) && !isExpired(point, now)).map(({ armId }) => armId),
  ];
};
