import type { InventoryDisk, InventoryInstance, InventoryKey } from "../engine/alibaba/inventory";
import { armKey } from "../engine/azure/arm-id";
import type { InventoryVirtualMachine } from "../engine/azure/inventory";
import { lazyValidator } from "../engine/core/json-schema";
import { nearest } from "../engine/core/nearest";
import type { Inventory } from "../engine/prepare";
import {
  looksLikeVirtualMachine,
  machineProblems,
  type PlacedMachine,
  virtualMachineSchema,
} from "./inventory-machine";
import { readProtection } from "./inventory-protection";
import { doubles, judge, listOf, type Placed, validate } from "./inventory-record";
import { loadInventory, refuseInventory } from "./inventory-source";
import { readVaults, type VaultKind, vaultKindOf } from "./inventory-vault";

const text = { type: "string", minLength: 1 };
const flag = { type: "boolean" };
const amount = { type: "number", minimum: 0 };

const scriptSchema = {
  type: "object",
  required: ["path"],
  additionalProperties: false,
  properties: {
    path: { type: "string", pattern: "^/" },
    fileMode: { type: "string", pattern: "^0?[0-7]{3,4}$" },
    fileOwner: text,
    fileGroup: text,
    sha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
    sizeBytes: amount,
    exitCode: { type: "integer", minimum: 0, maximum: 255 },
    durationSeconds: amount,
  },
};

/** The API's own keys may all be there; these are the ones that the engine reads, and A-53's in camelCase. */
const instanceSchema = {
  type: "object",
  required: ["InstanceId", "RegionId", "ZoneId"],
  properties: {
    InstanceId: { type: "string", pattern: "^i-" },
    InstanceName: { type: "string" },
    RegionId: text,
    ZoneId: text,
    InstanceType: { type: "string" },
    OSName: { type: "string" },
    OSType: { type: "string" },
    Status: { enum: ["Pending", "Running", "Starting", "Stopping", "Stopped"] },
    PublicIpAddress: { type: "object", properties: { IpAddress: { type: "array", items: { type: "string" } } } },
    EipAddress: { type: "object", properties: { IpAddress: { type: "string" } } },
    Tags: {
      type: "object",
      properties: {
        Tag: {
          type: "array",
          items: {
            type: "object",
            required: ["TagKey"],
            properties: { TagKey: text, TagValue: { type: "string" } },
          },
        },
      },
    },
    platform: text,
    cloudAssistant: {
      type: "object",
      required: ["installed", "running"],
      additionalProperties: false,
      properties: { installed: flag, running: flag },
    },
    ramRoleName: { type: ["string", "null"] },
    vssWriters: { enum: ["healthy", "failed", "none"] },
    changeRatePercentPerDay: { type: "number", minimum: 0, maximum: 100 },
    scripts: { type: "array", items: scriptSchema },
  },
};

const diskSchema = {
  type: "object",
  required: ["DiskId", "InstanceId"],
  properties: {
    DiskId: { type: "string", pattern: "^d-" },
    InstanceId: { type: "string" },
    Type: { enum: ["system", "data"] },
    Category: text,
    PerformanceLevel: { type: "string" },
    Size: { type: "integer", minimum: 0 },
    Device: { type: "string" },
    Encrypted: flag,
    KMSKeyId: { type: "string" },
    MultiAttach: { type: "string" },
    AutoSnapshotPolicyId: { type: "string" },
    ZoneId: text,
    RegionId: text,
    fileSystem: text,
    usedGiB: amount,
  },
};

const keySchema = {
  type: "object",
  required: ["KeyId", "RegionId"],
  properties: {
    KeyId: text,
    RegionId: text,
    KeyState: { enum: ["Enabled", "Disabled", "PendingDeletion"] },
    granted: flag,
  },
};

function listIn(key: string, item: object): object {
  return { type: "object", required: [key], properties: { [key]: { type: "array", items: item } } };
}

const inventorySchema = {
  type: "object",
  properties: {
    Instances: listIn("Instance", instanceSchema),
    Disks: listIn("Disk", diskSchema),
    Keys: listIn("Key", keySchema),
    VirtualMachines: { type: "array" },
    Vaults: { type: "array" },
    BackupPolicies: { type: "array" },
    ProtectedItems: { type: "array" },
    value: { type: "array" },
  },
};

interface Answer {
  readonly Instances?: { readonly Instance: readonly InventoryInstance[] };
  readonly Disks?: { readonly Disk: readonly InventoryDisk[] };
  readonly Keys?: { readonly Key: readonly InventoryKey[] };
  readonly VirtualMachines?: readonly unknown[];
  readonly Vaults?: readonly unknown[];
  readonly BackupPolicies?: readonly unknown[];
  readonly ProtectedItems?: readonly unknown[];
  /** Where an answer of ARM has its list. */
  readonly value?: readonly unknown[];
}

/** The inventory of the provider's configuration; every problem is told at once, with its JSON path. */
export function readInventory(configured: unknown, projectDirectory: string): Inventory {
  if (configured === undefined) return { instances: [], disks: [] };
  const { items, origin } = loadInventory(configured, projectDirectory);
  const { answers, machines, vaultItems } = sortItems(items);
  const ofAnswers = answers.flatMap(({ record, path }) => validate(inventoryValidator, record, path));
  // What is malformed has no list to be read.
  const lists = ofAnswers.length > 0 ? [] : answers;
  const placed = {
    instances: lists.flatMap(({ record, path }) => membersOf(record.Instances?.Instance, `${path}.Instances.Instance`)),
    disks: lists.flatMap(({ record, path }) => membersOf(record.Disks?.Disk, `${path}.Disks.Disk`)),
    keys: lists.flatMap(({ record, path }) => membersOf(record.Keys?.Key, `${path}.Keys.Key`)),
  } as PlacedLists;
  const instances = placed.instances.map(({ record }) => record);
  const virtualMachines = machines.map(({ record }) => record as InventoryVirtualMachine);
  const protection = readProtection(answers, new Set(instances.map(({ InstanceId }) => InstanceId)));
  const vaults = readVaults(vaultItems, new Set(virtualMachines.map(({ id }) => armKey(String(id)))));
  const problems = [...answers.flatMap(nothingIn), ...ofAnswers, ...validateMachines(machines)];
  if (ofAnswers.length === 0) problems.push(...protection.problems, ...vaults.problems, ...strayProblems(placed));
  if (items.length === 0) problems.push(`$: ${nothing}`);
  if (problems.length > 0) refuseInventory(`the inventory ${origin} is not right:${listed(problems)}`);
  return {
    instances,
    disks: placed.disks.map(({ record }) => record).filter((disk) => disk.InstanceId !== ""),
    keys: placed.keys.map(({ record }) => record),
    virtualMachines,
    protection: protection.protection,
    vaults: vaults.vaults,
  };
}

const mostProblems = 100;

function listed(problems: readonly string[]): string {
  const more = problems.length > mostProblems ? [`and ${problems.length - mostProblems} more`] : [];
  return ["", ...problems.slice(0, mostProblems), ...more].join("\n    ");
}

const nothing = "no Instances.Instance list, no virtual machines, and nothing else that an inventory has";

/** The lists of all answers, and what stands beside them. */
const knownKeys = [
  ...Object.keys(inventorySchema.properties),
  ...["Roles", "Role", "RamPolicies", "Policies", "Policy", "DefaultPolicyVersion"],
  ...["PolicyBindings", "BackupPlans", "groups"],
];

/** An answer without any list that counts, or with one whose name has a slip: its machines would be missed silently. */
function nothingIn({ record, path }: Placed<Answer>): readonly string[] {
  const keys = Object.keys(record);
  const slips = keys.flatMap((key) => {
    const value = (record as Readonly<Record<string, unknown>>)[key];
    const meant = knownKeys.includes(key) || typeof value !== "object" ? undefined : nearest(key, knownKeys);
    return meant === undefined ? [] : [`${path}.${key}: an inventory has no such key; did you mean ${meant}?`];
  });
  if (slips.length > 0 || keys.some((key) => knownKeys.includes(key))) return slips;
  const bare = keys.includes("DiskId") ? "Disk" : keys.includes("InstanceId") ? "Instance" : undefined;
  if (bare !== undefined) return [`${path}: belongs into a list: {"${bare}s": {"${bare}": […]}}`];
  return [`${path}: ${nothing}${keys.length === 0 ? "" : `; its keys: ${keys.slice(0, 8).join(", ")}`}`];
}

interface PlacedLists {
  readonly instances: readonly Placed<InventoryInstance>[];
  readonly disks: readonly Placed<InventoryDisk>[];
  readonly keys: readonly Placed<InventoryKey>[];
}

/** Ids that are there twice, and disks of machines that are not there. */
function strayProblems({ instances, disks, keys }: PlacedLists): readonly string[] {
  const known = new Set(instances.map(({ record }) => record.InstanceId));
  const strays = disks.filter(({ record }) => record.InstanceId !== "" && !known.has(record.InstanceId));
  return [
    ...doubles(instances, "InstanceId", ({ InstanceId }) => InstanceId),
    ...doubles(disks, "DiskId", ({ DiskId }) => DiskId),
    ...doubles(keys, "KeyId", ({ KeyId }) => KeyId),
    ...strays.map(({ record, path }) => `${path}.InstanceId: the inventory has no machine ${record.InstanceId}`),
  ];
}

interface SortedItems {
  readonly answers: readonly Placed<Answer>[];
  readonly machines: readonly Placed[];
  readonly vaultItems: readonly (Placed & { readonly kind: VaultKind })[];
}

/** Lists of an answer by what they hold; `value` may hold anything that ARM lists. */
const listKinds = {
  VirtualMachines: "machine",
  Vaults: "vault",
  BackupPolicies: "policy",
  ProtectedItems: "item",
} as const;

function sortItems(items: readonly Placed<object>[]): SortedItems {
  const bare = items.map((each) => ({ ...each, kind: kindOf(each.record) }));
  const answers = bare.filter(({ kind }) => kind === undefined) as readonly Placed<Answer>[];
  const nested = answers.flatMap(({ record: answer, path }) => [
    ...(Object.entries(listKinds) as [keyof typeof listKinds, ArmKind][]).flatMap(([key, kind]) =>
      membersOf(answer[key], `${path}.${key}`).map((each) => ({ ...each, kind })),
    ),
    ...membersOf(answer.value, `${path}.value`).map((each) => ({ ...each, kind: kindOf(each.record) ?? "machine" })),
  ]);
  const all = [...bare, ...nested];
  return {
    answers,
    machines: all.filter(({ kind }) => kind === "machine"),
    vaultItems: all.flatMap(({ record, path, kind }) =>
      kind === undefined || kind === "machine" ? [] : [{ record, path, kind }],
    ),
  };
}

type ArmKind = VaultKind | "machine";

function kindOf(record: unknown): ArmKind | undefined {
  if (typeof record !== "object" || record === null) return undefined;
  return vaultKindOf(record) ?? (looksLikeVirtualMachine(record) ? "machine" : undefined);
}

function membersOf(list: unknown, path: string): readonly Placed[] {
  return Array.isArray(list) ? listOf(list, path) : [];
}

const inventoryValidator = lazyValidator(inventorySchema);
const machineValidator = lazyValidator(virtualMachineSchema);

/** What the schema says of each, and, of those that are right so far, what no schema can say. */
function validateMachines(machines: readonly Placed[]): string[] {
  const { right, problems } = judge<PlacedMachine["machine"]>(machineValidator, machines);
  return [...problems, ...machineProblems(right.map(({ record, path }) => ({ machine: record, path })))];
}
