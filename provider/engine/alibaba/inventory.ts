import type { Json, Row } from "../../store/tables";
import { sha256Hex } from "../core/identifier";
import { canonicalJson } from "../core/json";
import type { CommandContext } from "../engine";
import { putKey } from "./kms-key";
import { bindByTags } from "./tag-binding";

/** A disk of the inventory: DescribeDisks' names, and A-53's own keys in camelCase. */
export interface InventoryDisk {
  readonly DiskId: string;
  readonly InstanceId: string;
  readonly Type?: string;
  readonly Category?: string;
  readonly PerformanceLevel?: string;
  readonly Size?: number;
  readonly Device?: string;
  readonly Encrypted?: boolean;
  readonly KMSKeyId?: string;
  readonly MultiAttach?: string;
  readonly AutoSnapshotPolicyId?: string;
  readonly ZoneId?: string;
  readonly RegionId?: string;
  readonly fileSystem?: string;
  readonly usedGiB?: number;
}

/** A script that lies on a machine already. */
export interface InventoryScript {
  readonly path: string;
  readonly fileMode?: string;
  readonly fileOwner?: string;
  readonly fileGroup?: string;
  readonly sha256?: string;
  readonly sizeBytes?: number;
  readonly exitCode?: number;
  readonly durationSeconds?: number;
}

/** A machine of the inventory: DescribeInstances' names, and A-53's own keys in camelCase. */
export interface InventoryInstance {
  readonly InstanceId: string;
  readonly InstanceName?: string;
  readonly RegionId: string;
  readonly ZoneId: string;
  readonly InstanceType?: string;
  readonly OSName?: string;
  readonly OSType?: string;
  readonly Status?: string;
  readonly PublicIpAddress?: { readonly IpAddress?: readonly string[] };
  readonly EipAddress?: { readonly IpAddress?: string };
  readonly Tags?: { readonly Tag?: readonly { readonly TagKey: string; readonly TagValue?: string }[] };
  readonly platform?: string;
  readonly cloudAssistant?: { readonly installed: boolean; readonly running: boolean };
  /** Null says that no role is attached; leaving it out says that nobody knows. */
  readonly ramRoleName?: string | null;
  readonly vssWriters?: "healthy" | "failed" | "none";
  readonly changeRatePercentPerDay?: number;
  readonly scripts?: readonly InventoryScript[];
}

/** A key of the inventory: the names of KMS, and whether Cloud Backup may use it. */
export interface InventoryKey {
  readonly KeyId: string;
  readonly RegionId: string;
  readonly KeyState?: string;
  readonly granted?: boolean;
}

export interface Inventory {
  readonly instances: readonly InventoryInstance[];
  readonly disks: readonly InventoryDisk[];
  readonly keys?: readonly InventoryKey[];
}

function machineRow(account: string, record: InventoryInstance, inventoryHash: string): Row<"machine"> {
  const eip = record.EipAddress?.IpAddress;
  return {
    id: record.InstanceId,
    account,
    origin: "INVENTORY",
    instanceName: record.InstanceName ?? record.InstanceId,
    regionId: record.RegionId,
    zoneId: record.ZoneId,
    instanceType: record.InstanceType ?? null,
    osName: record.OSName ?? null,
    osType: record.OSType ?? null,
    platform: record.platform ?? null,
    status: record.Status ?? null,
    publicIpAddress: record.PublicIpAddress?.IpAddress?.[0] ?? (eip === undefined || eip === "" ? null : eip),
    cloudAssistantInstalled: record.cloudAssistant?.installed ?? null,
    cloudAssistantRunning: record.cloudAssistant?.running ?? null,
    vssWritersHealthy: record.vssWriters === undefined ? null : record.vssWriters === "healthy",
    ramRoleName: record.ramRoleName ?? null,
    roleKnown: record.ramRoleName !== undefined,
    changeRatePercentPerDay: record.changeRatePercentPerDay ?? null,
    released: false,
    inventoryHash,
    tags: Object.fromEntries((record.Tags?.Tag ?? []).map(({ TagKey, TagValue }) => [TagKey, TagValue ?? ""])),
  };
}

function textOrNull(value: string | undefined): string | null {
  return value === undefined || value === "" ? null : value;
}

function diskRow(account: string, machine: InventoryInstance, record: InventoryDisk): Row<"disk"> {
  return {
    id: record.DiskId,
    account,
    instanceId: record.InstanceId,
    type: record.Type ?? "data",
    category: record.Category ?? null,
    performanceLevel: record.PerformanceLevel ?? null,
    sizeGiB: record.Size ?? null,
    fileSystem: record.fileSystem ?? null,
    encrypted: record.Encrypted ?? false,
    kmsKeyId: textOrNull(record.KMSKeyId),
    multiAttach: record.MultiAttach ?? null,
    usedGiB: record.usedGiB ?? null,
    device: record.Device ?? null,
    zoneId: record.ZoneId ?? machine.ZoneId,
    regionId: record.RegionId ?? machine.RegionId,
    released: false,
    snapshotUntil: null,
    autoSnapshotPolicyId: textOrNull(record.AutoSnapshotPolicyId),
  };
}

function scriptRow(account: string, instanceId: string, record: InventoryScript): Row<"script"> {
  return {
    id: `${instanceId}:${record.path}`,
    account,
    instanceId,
    path: record.path,
    sha256: record.sha256 ?? null,
    sizeBytes: record.sizeBytes ?? null,
    fileMode: record.fileMode ?? null,
    fileOwner: record.fileOwner ?? null,
    fileGroup: record.fileGroup ?? null,
    timeoutInSeconds: null,
    exitCode: record.exitCode ?? null,
    durationSeconds: record.durationSeconds ?? null,
    deploymentId: null,
  };
}

/**
 * Brings the machines and keys of an inventory into the engine. A record that has not changed since it was loaded last
 * leaves what it is about as it is, so that what happened in the engine since then (a chmod, a detached role) stays.
 */
export async function loadInventory(context: CommandContext, inventory: Inventory): Promise<void> {
  await loadKeyRecords(context, inventory.keys ?? []);
  const changed = await changedRecords(context, inventory);
  if (changed.length === 0) return;
  const { store, settings } = context;
  const { account } = settings;
  const ids = changed.map(({ record }) => record.InstanceId);
  await store.put(
    "machine",
    changed.map(({ record, hash }) => machineRow(account, record, hash)),
  );
  await replaceDisks(
    context,
    ids,
    changed.flatMap(({ record, disks }) => disks.map((disk) => diskRow(account, record, disk))),
  );
  await store.removeWhere("script", { instanceId: { in: ids } });
  const scripts = changed.flatMap(({ record }) =>
    (record.scripts ?? []).map((script) => scriptRow(account, record.InstanceId, script)),
  );
  await store.put("script", scripts);
  await bindByTags(context, { instanceIds: ids });
}

interface ChangedRecord {
  readonly record: InventoryInstance;
  readonly disks: readonly InventoryDisk[];
  readonly hash: string;
}

async function changedRecords({ store }: CommandContext, inventory: Inventory): Promise<readonly ChangedRecord[]> {
  if (inventory.instances.length === 0) return [];
  const disksOf = new Map<string, InventoryDisk[]>();
  for (const disk of inventory.disks) {
    const list = disksOf.get(disk.InstanceId);
    if (list === undefined) disksOf.set(disk.InstanceId, [disk]);
    else list.push(disk);
  }
  const known = await store.getMany(
    "machine",
    inventory.instances.map((record) => record.InstanceId),
  );
  const hashes = new Map(known.map((machine) => [machine.id, machine.inventoryHash]));
  return inventory.instances
    .map((record) => ({ record, disks: disksOf.get(record.InstanceId) ?? [] }))
    .map((entry) => ({ ...entry, hash: hashOfRecord([entry.record, entry.disks]) }))
    .filter(({ record, hash }) => hashes.get(record.InstanceId) !== hash);
}

function hashOfRecord(record: unknown): string {
  return sha256Hex(canonicalJson(record as Json));
}

/** The disks that a changed record names; those that it no longer names are gone, though their points know them. */
async function replaceDisks({ store }: CommandContext, ids: readonly string[], named: readonly Row<"disk">[]) {
  const before = await store.find("disk", { instanceId: { in: ids } });
  const busy = new Map(before.map((disk) => [disk.id, disk.snapshotUntil]));
  const namedIds = new Set(named.map(({ id }) => id));
  const gone = before.filter(({ id, released }) => !released && !namedIds.has(id));
  await store.put("disk", [
    ...named.map((disk) => ({ ...disk, snapshotUntil: busy.get(disk.id) ?? null })),
    ...gone.map((disk) => ({ ...disk, released: true })),
  ]);
}

/** What isn't said counts as not met: such a key isn't enabled. */
export const unknownKeyState = "in an unknown state";

/** Keys have no column for the hash of their record: one row of facts holds those of all keys. */
async function loadKeyRecords(context: CommandContext, records: readonly InventoryKey[]): Promise<void> {
  if (records.length === 0) return;
  const id = `inventoryKeys/${context.settings.account}`;
  const known = ((await context.store.get("setting", id))?.value ?? {}) as Readonly<Record<string, string>>;
  const hashes = Object.fromEntries(records.map((record) => [record.KeyId, hashOfRecord(record)]));
  const changed = records.filter(({ KeyId }) => known[KeyId] !== hashes[KeyId]);
  if (changed.length === 0) return;
  for (const { KeyId, RegionId, KeyState, granted } of changed) {
    const keyState = KeyState ?? unknownKeyState;
    await putKey(context, { id: KeyId, regionId: RegionId, keyState, granted: granted ?? false });
  }
  await context.store.put("setting", [{ id, value: { ...known, ...hashes } }]);
}
