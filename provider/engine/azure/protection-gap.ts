import { isReplaced } from "../core/incarnation";
import { type ComingSlots, comingSlots, type MachineCover } from "../core/protection-gap";
import type { Query } from "../engine";
import { armKey, nameOf } from "./arm-id";
import { listItemsOf } from "./item-list";
import type { ProtectedItem } from "./item-row";
import { findPolicy, propertiesOf } from "./policy";
import { slotsAfter } from "./policy-schedule";
import { isExpired } from "./recovery-point";
import { findMachine } from "./virtual-machine";

/** What a machine has to go back to in one vault; undefined when the machine was deleted, or is made anew. */
export const coverOfItem: Query<ProtectedItem, MachineCover | undefined> = async (context, item) => {
  const machine = await findMachine(context, item.vmId);
  if (machine === undefined) return undefined;
  const made = { resourceType: "cloudbackup:compute:VirtualMachine", resourceId: machine.armId };
  if (await isReplaced(context, made)) return undefined;
  const all = await context.store.find("vaultPoint", { itemId: item.id });
  const points = all.filter((point) => !isExpired(point, context.now) && !point.damaged);
  const ends = points.map(({ expireTime }) => expireTime);
  return {
    machineId: machine.id,
    machineName: machine.vmName,
    points: points.length,
    newest: points.reduce<number | null>((newest, { createTime }) => Math.max(newest ?? createTime, createTime), null),
    lastExpiry: ends.includes(null) || ends.length === 0 ? null : Math.max(...(ends as number[])),
  };
};

/** Whether another item than this one protects the machine. */
export const isProtectedElsewhere: Query<ProtectedItem, boolean> = async (context, { id, vmId }) => {
  const items = await listItemsOf(context, vmId);
  return items.some((other) => other.id !== id && other.protectionState === "Protected");
};

/** The next slots under a policy. */
export const slotsOfPolicy: Query<string | null, ComingSlots> = async (context, policyId) => {
  const policy = policyId === null ? undefined : await findPolicy(context, armKey(policyId));
  if (policy === undefined) return { first: null, interval: null };
  return comingSlots(slotsAfter(propertiesOf(policy), context.now));
};

/** The vault of an item in words. */
export function vaultName({ vaultId }: Pick<ProtectedItem, "vaultId">): string {
  return nameOf(vaultId);
}
