import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { InventoryDisk, InventoryInstance, InventoryKey } from "../engine/alibaba/inventory";
import { armKey } from "../engine/azure/arm-id";
import type { InventoryVirtualMachine } from "../engine/azure/inventory";
import { documents } from "../engine/core/document";
import { lazyValidator } from "../engine/core/json-schema";
import { EngineError } from "../engine/error";
import type { Inventory } from "../engine/prepare";
import {
  looksLikeVirtualMachine,
  machineProblems,
  type PlacedMachine,
  virtualMachineSchema,
} from "./inventory-machine";
import { readProtection } from "./inventory-protection";
import { judge, listOf, type Placed, validate } from "./inventory-record";
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

function refuse(message: string, remedy: string): never {
  throw new EngineError({
    code: "Engine.InvalidInventory",
    rule: "A-53",
    property: "inventory",
    message,
    remedy,
    source: documents.engine,
  });
}

const shapeRemedy =
  "use the answers of DescribeInstances, DescribeDisks and ListKeys: " +
  '[{"Instances": {"Instance": […]}}, {"Disks": {"Disk": […]}}, {"Keys": {"Key": […]}}], ' +
  'and what az vm list -d prints: [{"id": "/subscriptions/…", …}]; of protection those of DescribePoliciesV2, ' +
  "DescribePolicyBindings and GetRole, and what az backup vault, policy and item list print";

/** The inventory of the provider's configuration; every problem is told at once, with its JSON path. */
export function readInventory(configured: unknown, projectDirectory: string): Inventory {
  if (configured === undefined) return { instances: [], disks: [] };
  const { value, origin } = loadJson(configured, projectDirectory);
  const { answers, machines, vaultItems } = sortItems(collectItems(value, origin, projectDirectory));
  const ofAnswers = answers.flatMap(({ record, path }) => validate(inventoryValidator, record, path));
  const told = answers.map(({ record }) => record);
  // What is malformed has no list to be read.
  const lists = ofAnswers.length > 0 ? [] : told;
  const instances = lists.flatMap(({ Instances }) => Instances?.Instance ?? []);
  const disks = lists.flatMap(({ Disks }) => Disks?.Disk ?? []);
  const keys = lists.flatMap(({ Keys }) => Keys?.Key ?? []);
  const virtualMachines = machines.map(({ record }) => record as InventoryVirtualMachine);
  const protection = readProtection(answers, new Set(instances.map(({ InstanceId }) => InstanceId)));
  const vaults = readVaults(vaultItems, new Set(virtualMachines.map(({ id }) => armKey(String(id)))));
  const problems = [...ofAnswers, ...validateMachines(machines)];
  if (ofAnswers.length === 0) problems.push(...protection.problems, ...vaults.problems);
  const isEmpty = machines.length + vaultItems.length === 0 && !protection.isTold;
  if (isEmpty && told.every((answer) => !answer.Instances && !answer.VirtualMachines && !answer.value)) {
    problems.push("$: no Instances.Instance list, and no virtual machines");
  }
  if (problems.length > 0) refuse(`the inventory ${origin} is not right:\n    ${problems.join("\n    ")}`, shapeRemedy);
  refuseStrays(origin, instances, disks, keys);
  return {
    instances,
    disks: disks.filter((disk) => disk.InstanceId !== ""),
    keys,
    virtualMachines,
    protection: protection.protection,
    vaults: vaults.vaults,
  };
}

function refuseStrays(
  origin: string,
  instances: readonly InventoryInstance[],
  disks: readonly InventoryDisk[],
  keys: readonly InventoryKey[],
): void {
  const ids = [instances.map((item) => item.InstanceId), disks.map((item) => item.DiskId), keys.map((k) => k.KeyId)];
  const doubles = ids.flatMap(doubled);
  if (doubles.length > 0)
    refuse(
      `the inventory ${origin} has these ids twice: ${doubles.join(", ")}`,
      "list each machine, disk and key once",
    );
  const known = new Set(instances.map((item) => item.InstanceId));
  const strays = disks
    .filter((disk) => disk.InstanceId !== "" && !known.has(disk.InstanceId))
    .map((disk) => disk.DiskId);
  if (strays.length > 0)
    refuse(
      `the inventory ${origin} has disks of unknown machines: ${strays.join(", ")}`,
      "add their machines to Instances, or leave the disks out",
    );
}

function loadJson(configured: unknown, projectDirectory: string): { value: unknown; origin: string } {
  if (typeof configured !== "string") return { value: configured, origin: "in the configuration" };
  if (/^\s*[[{]/.test(configured))
    return { value: parse(configured, "in the configuration"), origin: "in the configuration" };
  return { value: readJsonFile(configured, projectDirectory), origin: configured };
}

function readJsonFile(path: string, projectDirectory: string): unknown {
  let content: string;
  try {
    content = readFileSync(resolve(projectDirectory, path), "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    return refuse(
      `the inventory file ${path} can't be read: ${code}`,
      "give a path that starts at the Pulumi project, or an absolute one",
    );
  }
  return parse(content, path);
}

function parse(content: string, origin: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    return refuse(`the inventory ${origin} is not JSON: ${(error as Error).message}`, shapeRemedy);
  }
}

/** An array holds answers, machines, vaults and what is in them, or paths of files that hold such. */
function collectItems(value: unknown, origin: string, projectDirectory: string): readonly Placed<object>[] {
  const load = (item: unknown) => (typeof item === "string" ? readJsonFile(item, projectDirectory) : item);
  const placed = listOf(value, "$").flatMap(({ record, path }) => listOf(load(record), path));
  return placed.map(({ record, path }) => {
    if (typeof record === "object" && record !== null && !Array.isArray(record)) return { record, path };
    return refuse(`the inventory ${origin} is not right:\n    ${path}: must be an object`, shapeRemedy);
  });
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

function doubled(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}
