import { canonicalJson } from "../core/json";
import { armIdPattern } from "./arm-id";
import { normaliseLocation } from "./catalogue";
import type { RehydrationPriority } from "./restore-duration";
import { apiRefusal } from "./rule";

export const recoveryTypes = ["OriginalLocation", "AlternateLocation", "RestoreDisks"] as const;
export type RecoveryType = (typeof recoveryTypes)[number];

/** What a restore is asked for: an IaasVMRestoreRequest. */
export interface RestoreInput {
  /** The ARM id of its job. */
  readonly id: string;
  readonly recoveryPointId: string;
  readonly recoveryType: RecoveryType;
  /** RestoreDisks: only these disks, −1 is the OS disk; null: all of the point. */
  readonly restoreDiskLunList: readonly number[] | null;
  /** The paired region, for a cross-region restore; null: the vault's own. */
  readonly region: string | null;
  /** AlternateLocation: the machine that is made. */
  readonly targetVirtualMachineId: string | null;
  /** RestoreDisks: where the disks are made. */
  readonly targetResourceGroupId: string | null;
  readonly virtualNetworkId: string | null;
  readonly subnetId: string | null;
  /** Where the service stages what it needs on the way. */
  readonly storageAccountId: string;
  readonly rehydrationPriority: RehydrationPriority | null;
}

const network = "/providers/Microsoft\\.Network/virtualNetworks/[^/]+";

/** What the ids of a request look like. */
export const requestIds = {
  recoveryPointId: {
    pattern: armIdPattern("/providers/Microsoft\\.RecoveryServices/vaults/.+/recoveryPoints/[^/]+"),
    words: "a recovery point's ARM id",
  },
  targetVirtualMachineId: {
    pattern: armIdPattern("/providers/Microsoft\\.Compute/virtualMachines/[^/]+"),
    words: "a virtual machine's ARM id",
  },
  targetResourceGroupId: { pattern: armIdPattern(""), words: "a resource group's ARM id" },
  virtualNetworkId: { pattern: armIdPattern(network), words: "a virtual network's ARM id" },
  subnetId: { pattern: armIdPattern(`${network}/subnets/[^/]+`), words: "a subnet's ARM id" },
  storageAccountId: {
    pattern: armIdPattern("/providers/Microsoft\\.Storage/storageAccounts/[^/]+"),
    words: "a storage account's ARM id",
  },
} as const;
export type RequestId = keyof typeof requestIds;

/** A request in a form in which equal ones look equal: ARM compares ids without case, and LUNs have no order. */
export function canonicalRequest({ id: _id, region, restoreDiskLunList: luns, ...request }: RestoreInput): string {
  const place = region === null ? null : normaliseLocation(region);
  const disks = luns === null ? null : [...new Set(luns)].sort((a, b) => a - b);
  return canonicalJson({ ...request, region: place, restoreDiskLunList: disks }).toLowerCase();
}

type Target = keyof RestoreInput &
  ("targetVirtualMachineId" | "targetResourceGroupId" | "virtualNetworkId" | "subnetId" | "restoreDiskLunList");

/** What each way of restoring needs, and what it has no use for: nobody would remember it. */
const shapes: Readonly<Record<RecoveryType, { needed: readonly Target[]; foreign: readonly Target[] }>> = {
  OriginalLocation: {
    needed: [],
    foreign: ["targetVirtualMachineId", "targetResourceGroupId", "virtualNetworkId", "subnetId", "restoreDiskLunList"],
  },
  AlternateLocation: {
    needed: ["targetVirtualMachineId", "virtualNetworkId", "subnetId"],
    foreign: ["restoreDiskLunList"],
  },
  RestoreDisks: {
    needed: ["targetResourceGroupId"],
    foreign: ["targetVirtualMachineId", "virtualNetworkId", "subnetId"],
  },
};

/** Whether a request has what its recoveryType needs, and nothing else. */
export function shapeRefusals(input: RestoreInput): readonly Error[] {
  const { recoveryType, restoreDiskLunList } = input;
  const { needed, foreign } = shapes[recoveryType];
  const refusals = [
    ...needed
      .filter((name) => input[name] === null)
      .map((name) => {
        const remedy = `set ${name}, or choose another recoveryType`;
        return apiRefusal("MissingParameter", name, `recoveryType ${recoveryType} needs ${name}`, remedy);
      }),
    ...foreign
      .filter((name) => input[name] !== null)
      .map((name) => {
        const message = `recoveryType ${recoveryType} has no use for ${name}`;
        return apiRefusal("InvalidParameter", name, message, `leave ${name} out`);
      }),
  ];
  if (restoreDiskLunList?.length !== 0) return refusals;
  const message = "restoreDiskLunList is empty: nothing would come back";
  const remedy = "name LUNs (-1 is the OS disk), or leave it out for all disks of the point";
  return [...refusals, apiRefusal("InvalidParameter", "restoreDiskLunList", message, remedy)];
}
