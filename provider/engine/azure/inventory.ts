import type { Json } from "../../store/tables";
import { sha256Hex } from "../core/identifier";
import { canonicalJson } from "../core/json";
import type { CommandContext } from "../engine";
import { armKey, parseArmId } from "./arm-id";
import { normaliseLocation } from "./catalogue";
import { readContent, type WrittenConfig } from "./script-deployment";
import type { FrameworkRow, ScriptFile } from "./script-framework";
import { type MachineDisk, osDiskLun, type PowerState, powerStates, type VirtualMachine } from "./virtual-machine";

/** A key that `az` prints as null where there is nothing. */
type Told<T> = T | null | undefined;

/** A disk of the inventory: the names of `az vm list`, older and newer, and our own keys in camelCase. */
export interface InventoryMachineDisk {
  readonly name?: Told<string>;
  readonly diskSizeGb?: Told<number>;
  readonly diskSizeGB?: Told<number>;
  readonly managedDisk?: Told<{ readonly diskEncryptionSet?: Told<object> }>;
  readonly encryptionSettings?: Told<{ readonly enabled?: Told<boolean> }>;
  readonly usedGiB?: number;
}

/** A pre- or post-script that lies on a machine already, where the config says. */
export interface InventoryMachineScript {
  readonly mode?: string;
  readonly owner?: string;
  readonly sha256?: string;
  readonly sizeBytes?: number;
  readonly exitCode: number;
  readonly durationSeconds?: number;
  readonly failingTries?: number;
}

/** The script framework that lies on a machine already. */
export interface InventoryFramework {
  /** VMSnapshotScriptPluginConfig.json as text or object; null says that scripts lie there without it. */
  readonly config: string | Readonly<Record<string, Json>> | null;
  readonly configMode?: string;
  readonly configOwner?: string;
  readonly preScript?: InventoryMachineScript | null;
  readonly postScript?: InventoryMachineScript | null;
}

/** A machine of the inventory: the names of `az vm list -d`, and our own keys in camelCase. */
export interface InventoryVirtualMachine {
  readonly id: string;
  readonly location: string;
  readonly powerState?: Told<string>;
  readonly osProfile?: Told<{
    readonly linuxConfiguration?: Told<object>;
    readonly windowsConfiguration?: Told<object>;
  }>;
  readonly storageProfile?: Told<{
    readonly imageReference?: Told<{ readonly offer?: Told<string>; readonly sku?: Told<string> }>;
    readonly osDisk?: Told<InventoryMachineDisk & { readonly osType?: Told<string> }>;
    readonly dataDisks?: Told<readonly (InventoryMachineDisk & { readonly lun: number })[]>;
  }>;
  readonly tags?: Told<Readonly<Record<string, string>>>;
  readonly osName?: string;
  readonly changeRatePercentPerDay?: number;
  readonly guestAgent?: string;
  readonly vssHealthy?: boolean;
  readonly hostFile?: string;
  /** Null says that none is installed; what is left out (the API's list never tells) stays as the engine knows it. */
  readonly extension?: string | null;
  /** Null says that none is set up; what is left out stays as the engine knows it. */
  readonly scriptFramework?: InventoryFramework | null;
}

/** Words of the API that mean, for a backup, what another one means; what isn't known is null. */
const otherPowerStates: Readonly<Record<string, PowerState | null>> = {
  "VM deallocating": "VM stopping",
  "VM unknown": null,
};

/** Every word for a power state that an inventory may hold. */
export const inventoryPowerStates: readonly string[] = [...powerStates, ...Object.keys(otherPowerStates), ""];

function powerStateOf({ powerState }: InventoryVirtualMachine): string | null {
  if (powerState === undefined || powerState === null || powerState === "") return null;
  return powerState in otherPowerStates ? (otherPowerStates[powerState] ?? null) : powerState;
}

function osTypeOf({ storageProfile, osProfile }: InventoryVirtualMachine): string | null {
  const told = storageProfile?.osDisk?.osType;
  if (told !== undefined && told !== null) return told;
  if (osProfile?.windowsConfiguration) return "Windows";
  return osProfile?.linuxConfiguration ? "Linux" : null;
}

function osNameOf({ osName, storageProfile }: InventoryVirtualMachine): string | null {
  const { offer, sku } = storageProfile?.imageReference ?? {};
  const image = [offer, sku].filter((part) => part !== undefined && part !== null && part !== "").join(" ");
  return osName ?? (image === "" ? null : image);
}

function diskOf(record: InventoryMachineDisk, lun: number, standardName: string): MachineDisk {
  return {
    lun,
    name: record.name ?? standardName,
    sizeGiB: record.diskSizeGB ?? record.diskSizeGb ?? null,
    usedGiB: record.usedGiB ?? null,
    encrypted: record.encryptionSettings?.enabled === true || Boolean(record.managedDisk?.diskEncryptionSet),
  };
}

/** The disks of a record, the OS disk first: every machine has one, though nobody told of it. */
function disksOfRecord({ storageProfile }: InventoryVirtualMachine, vmName: string): readonly MachineDisk[] {
  const { osDisk, dataDisks } = storageProfile ?? {};
  const data = (dataDisks ?? []).map((disk) => diskOf(disk, disk.lun, `${vmName}_DataDisk_${disk.lun}`));
  return [diskOf(osDisk ?? {}, osDiskLun, `${vmName}_OsDisk`), ...data.sort((first, second) => first.lun - second.lun)];
}

/** What isn't said counts as not met: disks of which nobody says that they are managed are not. */
function areManaged({ storageProfile }: InventoryVirtualMachine): boolean {
  const { osDisk, dataDisks } = storageProfile ?? {};
  return [osDisk ?? {}, ...(dataDisks ?? [])].every(
    ({ managedDisk }) => managedDisk !== undefined && managedDisk !== null,
  );
}

function machineRow(
  { settings, now }: CommandContext,
  record: InventoryVirtualMachine,
  inventoryHash: string,
  known: VirtualMachine | undefined,
): VirtualMachine {
  const { resourceGroupName = "", name: vmName = record.id, resourceType = "" } = parseArmId(record.id) ?? {};
  return {
    id: armKey(record.id),
    account: settings.account,
    armId: record.id,
    origin: "INVENTORY",
    vmName,
    resourceGroupName,
    location: normaliseLocation(record.location),
    osType: osTypeOf(record),
    osName: osNameOf(record),
    deploymentModel: /^Microsoft\.ClassicCompute\//i.test(resourceType) ? "Classic" : "Arm",
    powerState: powerStateOf(record),
    managedDisks: areManaged(record),
    disks: disksOfRecord(record, vmName) as unknown as VirtualMachine["disks"],
    guestAgent: record.guestAgent ?? null,
    vssHealthy: record.vssHealthy ?? null,
    extension: record.extension === undefined ? (known?.extension ?? null) : record.extension,
    hostFile: record.hostFile ?? known?.hostFile ?? "VALID",
    changeRatePercentPerDay: record.changeRatePercentPerDay ?? null,
    released: false,
    inventoryHash,
    tags: { ...record.tags },
    createTime: known?.createTime ?? now,
  };
}

/** What nobody told of a file: it meets no rule about modes and owners. */
export const unknownWord = "unknown";

function configFileOf({ config, configMode, configOwner }: InventoryFramework): WrittenConfig {
  const file = { mode: configMode ?? unknownWord, owner: configOwner ?? unknownWord };
  if (config === null) return { ...file, present: false, values: null, problem: "it is not there", sha256: null };
  const text = typeof config === "string" ? config : `${JSON.stringify(config, null, 2)}\n`;
  return { ...file, present: true, ...readContent(text) };
}

function scriptFileOf(record: Told<InventoryMachineScript>, path: string): ScriptFile {
  return {
    path,
    present: record !== undefined && record !== null,
    sha256: record?.sha256 ?? null,
    sizeBytes: record?.sizeBytes ?? null,
    mode: record?.mode ?? unknownWord,
    owner: record?.owner ?? unknownWord,
    behaviour: {
      exitCode: record?.exitCode ?? 0,
      durationSeconds: record?.durationSeconds ?? 0,
      failingTries: record?.failingTries ?? 0,
    },
  };
}

function frameworkRow({ settings, now }: CommandContext, machineId: string, record: InventoryFramework): FrameworkRow {
  const config = configFileOf(record);
  return {
    id: machineId,
    account: settings.account,
    urn: null,
    config: config as unknown as Json,
    preScript: scriptFileOf(record.preScript, config.values?.preScriptLocation ?? "") as unknown as Json,
    postScript: scriptFileOf(record.postScript, config.values?.postScriptLocation ?? "") as unknown as Json,
    createTime: now,
  };
}

/**
 * Brings the virtual machines of an inventory into the engine. A record that has not changed since it was loaded last
 * leaves its machine as it is, so that what happened in the engine since then (a stop, a detached disk) stays.
 */
export async function loadVirtualMachines(
  context: CommandContext,
  records: readonly InventoryVirtualMachine[],
): Promise<void> {
  if (records.length === 0) return;
  const { store } = context;
  const known = await store.getMany(
    "virtualMachine",
    records.map(({ id }) => armKey(id)),
  );
  const before = new Map(known.map((machine) => [machine.id, machine]));
  const changed = records
    .map((record) => ({ record, machine: before.get(armKey(record.id)), hash: hashOfRecord(record) }))
    .filter(({ machine, hash }) => machine?.inventoryHash !== hash);
  if (changed.length === 0) return;
  await store.put(
    "virtualMachine",
    changed.map(({ record, machine, hash }) => machineRow(context, record, hash, machine)),
  );
  await loadFrameworks(
    context,
    changed.map(({ record }) => record),
  );
}

async function loadFrameworks(context: CommandContext, records: readonly InventoryVirtualMachine[]): Promise<void> {
  const told = records.filter(({ scriptFramework }) => scriptFramework !== undefined);
  await context.store.remove(
    "scriptFramework",
    told.map(({ id }) => armKey(id)),
  );
  const rows = told.flatMap(({ id, scriptFramework }) =>
    scriptFramework === undefined || scriptFramework === null
      ? []
      : [frameworkRow(context, armKey(id), scriptFramework)],
  );
  await context.store.put("scriptFramework", rows);
}

function hashOfRecord(record: InventoryVirtualMachine): string {
  return sha256Hex(canonicalJson(record as unknown as Json));
}
