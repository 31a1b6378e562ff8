import * as alibaba from "./alibaba/holding";
import { isGroupId } from "./alibaba/protection-row";
import * as azure from "./azure/holding";
import type { Holding } from "./core/holding";
import type { Command, Query } from "./engine";

/** Machines of both clouds. */
export interface ConcernedMachines {
  readonly alibaba: readonly string[];
  readonly azure: readonly string[];
}

/** The machines that resources with these ids are about. */
export const machinesConcerned: Query<readonly string[], ConcernedMachines> = async (context, ids) => ({
  alibaba: await alibaba.machinesConcerned(context, ids),
  azure: await azure.machinesConcerned(context, ids),
});

/** What backups left of machines. */
export const holdingsOf: Query<ConcernedMachines, readonly Holding[]> = async (context, machines) => [
  ...(await alibaba.holdingsOf(context, machines.alibaba)),
  ...(await azure.holdingsOf(context, machines.azure)),
];

/**
 * Lets the backups of all other machines rest, on a branch on which time is to pass: what they would leave doesn't
 * matter there, but their bindings do.
 */
export const suspendOthers: Command<ConcernedMachines, void> = async ({ store, settings }, machines) => {
  const { account } = settings;
  const concerned = new Set([...machines.alibaba, ...machines.azure]);
  const protections = await store.find("protection", { account, disabled: false });
  const others = protections.filter(({ instanceId }) => !isGroupId(instanceId) && !concerned.has(instanceId));
  await store.put(
    "protection",
    others.map((protection) => ({ ...protection, disabled: true })),
  );
  const items = await store.find("protectedItem", { account, protectionState: "Protected" });
  await store.put(
    "protectedItem",
    items.filter(({ vmId }) => !concerned.has(vmId)).map((item) => ({ ...item, protectionState: "BackupsSuspended" })),
  );
};
