import { armKey, nameOf, parseArmId, vaultOf } from "../../engine/azure/arm-id";
import type { ProtectedItem } from "../../engine/azure/item-row";
import { readableTime } from "../../engine/core/time";
import type { Query } from "../../engine/engine";
import { type Candidate, type Found, type Left, tokenOf } from "./candidate";

/** All that Azure has of protection, and of what protection rests on. */
export const findAzure: Query<undefined, Found> = async ({ store, settings: { account } }) => {
  const vaults = await store.find("vault", { account });
  const policies = await store.find("protectionPolicy", { account });
  const items = await store.find("protectedItem", { account });
  const machines = await store.find("virtualMachine", { account, released: false });
  const frameworks = await store.find("scriptFramework", { account });
  const idOf = new Map(machines.map(({ id, armId }) => [id, armId]));
  const candidates: Candidate[] = [
    ...vaults.map(({ armId, vaultName }) => ({
      token: tokenOf("recoveryservices:Vault"),
      id: armId,
      label: vaultName,
      place: groupOf(armId),
      machines: [],
      isProtection: true,
    })),
    ...policies.map(({ armId, policyName }) => ({
      token: tokenOf("recoveryservices:ProtectionPolicy"),
      id: armId,
      label: policyName,
      place: nameOf(vaultOf(armId)),
      machines: [],
      isProtection: true,
    })),
    // Machines of an inventory are there without any program; simulated ones are some program's.
    ...machines
      .filter(({ origin }) => origin === "PROGRAM")
      .map(({ armId, vmName }) => ({
        token: tokenOf("compute:VirtualMachine"),
        id: armId,
        label: vmName,
        place: groupOf(armId),
        machines: [],
        isProtection: false,
      })),
    ...frameworks.map(({ id }) => ({
      token: tokenOf("compute:ScriptFramework"),
      id: idOf.get(id) ?? id,
      label: `${nameOf(idOf.get(id) ?? id)}-scripts`,
      place: groupOf(idOf.get(id) ?? id),
      machines: [id],
      isProtection: true,
    })),
    ...items.filter(isAlive).map(({ armId, sourceResourceId, vmId }) => ({
      token: tokenOf("recoveryservices:ProtectedItem"),
      id: armId,
      label: nameOf(sourceResourceId),
      place: groupOf(sourceResourceId),
      machines: [vmId],
      isProtection: true,
    })),
  ];
  return { candidates, left: items.filter((item) => !isAlive(item)).map((item) => deleted(item, items)) };
};

function groupOf(armId: string): string {
  return parseArmId(armId)?.resourceGroupName ?? "";
}

function isAlive({ protectionState }: ProtectedItem): boolean {
  return protectionState !== "SoftDeleted";
}

/** Deleted data that can still be taken back; its machine may have another item by now. */
function deleted(item: ProtectedItem, items: readonly ProtectedItem[]): Left {
  const { sourceResourceId, vmId, vaultId, armId, deferredDeleteTime } = item;
  const until = deferredDeleteTime === null ? "" : ` until ${readableTime(deferredDeleteTime)}`;
  const twin = items.find((each) => each.vmId === vmId && isAlive(each));
  const other = twin === undefined ? "" : `; vault ${nameOf(twin.vaultId)} protects the machine by now`;
  return {
    what: `item of ${nameOf(sourceResourceId)} in vault ${nameOf(vaultId)}`,
    id: armId,
    why: `soft-deleted${until}: a ProtectedItem with createMode "Recover" takes it back${other}`,
    machines: [armKey(vmId)],
  };
}
