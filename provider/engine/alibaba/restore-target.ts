import { hashOf } from "../core/identifier";
import type { CommandContext, QueryContext } from "../engine";
import type { Disk, Machine } from "./fact";

/** What a new machine is to be like: the API's udmDetail, all defaults filled in. */
export interface MachineTarget {
  readonly diskCategory: string;
  readonly diskPerformanceLevel: string;
  readonly instanceType: string;
  /** The vSwitch. */
  readonly restoredNetwork: string;
  readonly securityGroup: string;
  readonly restoredName: string;
  readonly restoredHostName: string;
  readonly allocatePublicIp: boolean;
  readonly privateIpAddress: string | null;
  readonly bootAfterRestore: boolean;
}

/** Which machine's data, and which of its disks, make the new machine. */
export interface MachineCopy {
  readonly sourceId: string;
  readonly diskIds: readonly string[];
  readonly regionId: string;
  readonly name: string;
  /** The new machine's id. */
  readonly id: string;
}

/** The ids of the machines that a restore makes, in the order of its sources. */
export function newMachineIds(restoreId: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `i-${hashOf("restored machine", restoreId, index).slice(0, 20)}`);
}

/** The id of a disk that a restore makes. */
export function newDiskId(restoreId: string, sourceDiskId: string): string {
  return `d-${hashOf("restored disk", restoreId, sourceDiskId).slice(0, 20)}`;
}

/** Disks as they were, whether they are still there or not. */
export async function disksThatWere({ store }: QueryContext, ids: readonly string[]): Promise<readonly Disk[]> {
  const found = new Map((await store.getMany("disk", ids)).map((disk) => [disk.id, disk]));
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** RunInstances from snapshots: a pay-as-you-go machine with the data, and without a role or tags. */
export async function createCopy(
  context: CommandContext,
  restoreId: string,
  copy: MachineCopy,
  target: MachineTarget,
): Promise<readonly string[]> {
  const { store, settings } = context;
  const source = await store.get("machine", copy.sourceId);
  const zoneId = source?.regionId === copy.regionId ? source.zoneId : `${copy.regionId}-a`;
  const machine: Machine = {
    id: copy.id,
    account: settings.account,
    origin: "RESTORE",
    instanceName: copy.name,
    regionId: copy.regionId,
    zoneId,
    instanceType: target.instanceType,
    osName: source?.osName ?? null,
    osType: source?.osType ?? null,
    platform: source?.platform ?? null,
    status: target.bootAfterRestore ? "Running" : "Stopped",
    publicIpAddress: target.allocatePublicIp ? publicAddress(copy.id) : null,
    cloudAssistantInstalled: source?.cloudAssistantInstalled ?? null,
    cloudAssistantRunning: source?.cloudAssistantRunning ?? null,
    vssWritersHealthy: source?.vssWritersHealthy ?? null,
    ramRoleName: null,
    roleKnown: true,
    changeRatePercentPerDay: source?.changeRatePercentPerDay ?? null,
    released: false,
    inventoryHash: null,
    tags: {},
  };
  const disks = (await disksThatWere(context, copy.diskIds)).map((disk): Disk => {
    const id = newDiskId(`${restoreId}/${copy.id}`, disk.id);
    return restoredDisk(disk, { id, instanceId: copy.id, regionId: copy.regionId, zoneId }, target);
  });
  await store.put("machine", [machine]);
  await store.put("disk", disks);
  await copyScripts(context, copy);
  return disks.map(({ id }) => id);
}

/** An address of the block that is kept for documents: the engine's machines are on no network. */
function publicAddress(instanceId: string): string {
  return `203.0.113.${hashOf("address", instanceId).charCodeAt(0) % 250}`;
}

export function restoredDisk(
  disk: Disk,
  place: Pick<Disk, "id" | "instanceId" | "regionId" | "zoneId">,
  target: { readonly diskCategory: string; readonly diskPerformanceLevel: string | null },
): Disk {
  return {
    ...disk,
    ...place,
    category: target.diskCategory,
    performanceLevel: target.diskCategory === "cloud_essd" ? (target.diskPerformanceLevel ?? "PL1") : null,
    multiAttach: "Disabled",
    released: false,
    snapshotUntil: null,
    autoSnapshotPolicyId: null,
  };
}

/** What lay on the system disk lies there again. */
async function copyScripts({ store }: CommandContext, { sourceId, id }: MachineCopy): Promise<void> {
  const scripts = await store.find("script", { instanceId: sourceId });
  await store.put(
    "script",
    scripts.map((script) => ({ ...script, id: `${id}:${script.path}`, instanceId: id, deploymentId: null })),
  );
}
