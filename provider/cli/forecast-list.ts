import type { z } from "zod";
import { protectionsOver } from "../engine/alibaba/consistency-group";
import { describeProtection } from "../engine/alibaba/protection";
import { isGroupId, type Protection } from "../engine/alibaba/protection-row";
import { requireReader } from "../engine/azure/access";
import { nameOf } from "../engine/azure/arm-id";
import { listItemsOf } from "../engine/azure/item-list";
import type { ProtectedItem } from "../engine/azure/item-row";
import { describeItem } from "../engine/azure/protected-item";
import { recoveryPointTypeOf } from "../engine/azure/recovery-point-type";
import { listVaults } from "../engine/azure/vault-change";
import type { Query } from "../engine/engine";
import { type getForecastFunction, tellForecast } from "../resources/hbr/functions/get-forecast";
import { type getVaultForecastFunction, tellItemForecast } from "../resources/recoveryservices/functions/get-forecast";
import type { AnyMachine } from "./select-machine";

/** What the function of either cloud says. */
export type ToldForecast =
  | z.output<(typeof getForecastFunction)["outputs"]>
  | z.output<(typeof getVaultForecastFunction)["outputs"]>;

/** One protection of either cloud, and what the next days bring to it. */
export interface ForecastOfOne {
  readonly cloud: "alibaba" | "azure";
  readonly machineName: string;
  /** The machine or the consistency group. */
  readonly machineId: string;
  /** The protection, plan or item. */
  readonly protectionId: string;
  readonly requestedLevel: string;
  readonly achievedLevel: string;
  /** Why no backup runs: what its owner has done to it; null: they run. */
  readonly idle: string | null;
  /** Null: it has no policy, so nothing happens to its points. */
  readonly forecast: ToldForecast | null;
}

interface Wanted {
  readonly machine: AnyMachine | undefined;
  readonly days: number;
}

/** Of one machine, or of all that are protected, by name. */
export const listForecasts: Query<Wanted, readonly ForecastOfOne[]> = async (context, { machine, days }) => {
  const alibaba = machine?.cloud === "azure" ? [] : await ofAlibaba(context, { machine, days });
  const azure = machine?.cloud === "alibaba" ? [] : await ofAzure(context, { machine, days });
  const key = ({ machineName, protectionId }: ForecastOfOne) => `${machineName} ${protectionId}`;
  return [...alibaba, ...azure].sort((a, b) => (key(a) < key(b) ? -1 : 1));
};

const ofAlibaba: Query<Wanted, ForecastOfOne[]> = async (context, { machine, days }) => {
  const { store, settings } = context;
  const protections: readonly Protection[] =
    machine === undefined
      ? await store.find("protection", { account: settings.account })
      : await protectionsOver(context, machine.id);
  const ids = protections.map(({ instanceId }) => instanceId);
  const machines = await store.getMany("machine", [...new Set(ids.filter((id) => !isGroupId(id)))]);
  const groups = await store.getMany("consistencyGroup", [...new Set(ids.filter(isGroupId))]);
  const names = new Map([
    ...machines.map(({ id, instanceName }) => [id, instanceName] as const),
    ...groups.map(({ id, groupName }) => [id, groupName] as const),
  ]);
  const policies = new Set(
    (await store.getMany("policy", [...new Set(protections.map(({ policyId }) => policyId))])).map(({ id }) => id),
  );
  const slots = new Map();
  const all: ForecastOfOne[] = [];
  for (const protection of protections) {
    const { requestedLevel, achievedLevel } = await describeProtection(context, protection);
    const hasPolicy = policies.has(protection.policyId);
    all.push({
      cloud: "alibaba",
      machineName: names.get(protection.instanceId) ?? protection.instanceId,
      machineId: protection.instanceId,
      protectionId: protection.id,
      requestedLevel,
      achievedLevel,
      idle: protection.disabled ? "suspended" : null,
      forecast: hasPolicy ? await tellForecast(context, { protection, days, slots }) : null,
    });
  }
  return all;
};

/** Of vaults that the caller may read (Z-20); what is soft-deleted is no protection any more. */
const ofAzure: Query<Wanted, ForecastOfOne[]> = async (context, { machine, days }) => {
  const slots = new Map();
  const all: ForecastOfOne[] = [];
  for (const item of await readableItems(context, machine)) {
    const { requestedLevel, achievedLevel } = await describeItem(context, item);
    all.push({
      cloud: "azure",
      machineName: nameOf(item.sourceResourceId),
      machineId: item.sourceResourceId,
      protectionId: item.armId,
      requestedLevel: recoveryPointTypeOf(requestedLevel),
      achievedLevel: achievedLevel === "NONE" ? "no point" : recoveryPointTypeOf(achievedLevel),
      idle: item.protectionState === "Protected" ? null : item.protectionState,
      forecast: item.policyId === null ? null : await tellItemForecast(context, { item, days, slots }),
    });
  }
  return all;
};

const readableItems: Query<AnyMachine | undefined, readonly ProtectedItem[]> = async (context, machine) => {
  const { store, settings } = context;
  const items =
    machine === undefined
      ? await store.find("protectedItem", { account: settings.account })
      : await listItemsOf(context, machine.id);
  const kept = items.filter(({ protectionState }) => protectionState !== "SoftDeleted");
  if (machine !== undefined) {
    for (const { vaultId } of kept) await requireReader(context, { vaultId, operation: "RecoveryPoints_List" });
    return kept;
  }
  const readable = new Set((await listVaults(context, undefined)).map(({ id }) => id));
  return kept.filter(({ vaultId }) => readable.has(vaultId));
};
