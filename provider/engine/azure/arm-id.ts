import { sha256Hex } from "../core/identifier";

/** ARM compares ids without case: the id of a row is the id in lower case. */
export function armKey(armId: string): string {
  return armId.toLowerCase();
}

/** Whether two ids name the same thing. */
export function isSameId(first: string, second: string): boolean {
  return armKey(first) === armKey(second);
}

/** A found id in the words of the one that was given, where both name the same thing. */
export function keepSpelling(given: string | undefined, found: string): string {
  return given !== undefined && isSameId(given, found) ? given : found;
}

export interface ArmScope {
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
}

function scopeId({ subscriptionId, resourceGroupName }: ArmScope): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}`;
}

/** Id of a virtual machine; classic ones have another provider (Z-09). */
export function machineIdOf(scope: ArmScope, vmName: string, deploymentModel: "Arm" | "Classic" = "Arm"): string {
  const provider = deploymentModel === "Arm" ? "Microsoft.Compute" : "Microsoft.ClassicCompute";
  return `${scopeId(scope)}/providers/${provider}/virtualMachines/${vmName}`;
}

export function vaultIdOf(scope: ArmScope, vaultName: string): string {
  return `${scopeId(scope)}/providers/Microsoft.RecoveryServices/vaults/${vaultName}`;
}

export function policyIdOf(vaultId: string, policyName: string): string {
  return `${vaultId}/backupPolicies/${policyName}`;
}

/** Id of the item that protects a machine in a vault: made of the ids of both. */
export function itemIdOf(vaultId: string, machineId: string): string {
  const { resourceGroupName, name } = parseArmId(machineId) ?? { resourceGroupName: "", name: machineId };
  const model = /\/Microsoft\.ClassicCompute\//i.test(machineId) ? "iaasvmcontainer" : "iaasvmcontainerv2";
  const suffix = `${model};${resourceGroupName};${name}`;
  const container = `protectionContainers/IaasVMContainer;${suffix}`;
  return `${vaultId}/backupFabrics/Azure/${container}/protectedItems/VM;${suffix}`;
}

export function pointIdOf(itemId: string, name: string): string {
  return `${itemId}/recoveryPoints/${name}`;
}

export function jobIdOf(vaultId: string, name: string): string {
  return `${vaultId}/backupJobs/${name}`;
}

/** An ARM id that ends as told, a pattern; what is in front of it is the subscription and the resource group. */
export function armIdPattern(tail: string): RegExp {
  return new RegExp(`^/subscriptions/[^/]+/resourceGroups/[^/]+${tail}$`, "i");
}

/** The last part of an id: what people call the thing. */
export function nameOf(armId: string): string {
  return armId.slice(armId.lastIndexOf("/") + 1);
}

/** The vault of a policy, item, point or job. */
export function vaultOf(armId: string): string {
  return /^.*?\/vaults\/[^/]+/i.exec(armId)?.[0] ?? armId;
}

/** The item of a recovery point. */
export function itemOf(pointId: string): string {
  return pointId.replace(/\/recoveryPoints\/[^/]+$/i, "");
}

/** A name that looks like the service's: a GUID made of a text. */
export function guidOf(...parts: readonly (string | number)[]): string {
  const hex = sha256Hex(parts.join("\n"));
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

export interface ParsedArmId extends ArmScope {
  /** `Microsoft.Compute/virtualMachines`, as it is written. */
  readonly resourceType: string;
  readonly name: string;
}

/** Takes the id of something that lies directly in a resource group apart; undefined when it is none. */
export function parseArmId(armId: string): ParsedArmId | undefined {
  const match = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+\/[^/]+)\/([^/]+)$/i.exec(armId);
  if (match === null) return undefined;
  const [, subscriptionId = "", resourceGroupName = "", resourceType = "", name = ""] = match;
  return { subscriptionId, resourceGroupName, resourceType, name };
}
