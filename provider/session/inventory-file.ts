import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { ErrorObject, ValidateFunction } from "ajv";
import type { InventoryDisk, InventoryInstance, InventoryKey } from "../engine/alibaba/inventory";
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
    value: { type: "array" },
  },
};

interface Answer {
  readonly Instances?: { readonly Instance: readonly InventoryInstance[] };
  readonly Disks?: { readonly Disk: readonly InventoryDisk[] };
  readonly Keys?: { readonly Key: readonly InventoryKey[] };
  readonly VirtualMachines?: readonly unknown[];
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
  'and what az vm list -d prints: [{"id": "/subscriptions/…", …}]';

/** The inventory of the provider's configuration; every problem is told at once, with its JSON path. */
export function readInventory(configured: unknown, projectDirectory: string): Inventory {
  if (configured === undefined) return { instances: [], disks: [] };
  const { value, origin } = loadJson(configured, projectDirectory);
  const { answers, machines } = sortItems(collectItems(value, origin, projectDirectory));
  const problems = [
    ...answers.flatMap(({ answer, path }) => validate(inventoryValidator, answer, path)),
    ...validateMachines(machines),
  ];
  if (
    machines.length === 0 &&
    answers.every(({ answer }) => !answer.Instances && !answer.VirtualMachines && !answer.value)
  ) {
    problems.push("$: no Instances.Instance list, and no virtual machines");
  }
  if (problems.length > 0) refuse(`the inventory ${origin} is not right:\n    ${problems.join("\n    ")}`, shapeRemedy);
  const instances = answers.flatMap(({ answer }) => answer.Instances?.Instance ?? []);
  const disks = answers.flatMap(({ answer }) => answer.Disks?.Disk ?? []);
  const keys = answers.flatMap(({ answer }) => answer.Keys?.Key ?? []);
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
  const virtualMachines = machines.map(({ item }) => item as InventoryVirtualMachine);
  return { instances, disks: disks.filter((disk) => disk.InstanceId !== ""), keys, virtualMachines };
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

interface Item {
  readonly item: object;
  readonly path: string;
}

/** An array holds answers, machines, or paths of files that hold them. */
function collectItems(value: unknown, origin: string, projectDirectory: string): Item[] {
  const load = (item: unknown) => (typeof item === "string" ? readJsonFile(item, projectDirectory) : item);
  const placed = listOf(value, "$").flatMap(({ item, path }) => listOf(load(item), path));
  return placed.map(({ item, path }) => {
    if (typeof item === "object" && item !== null && !Array.isArray(item)) return { item, path };
    return refuse(`the inventory ${origin} is not right:\n    ${path}: must be an object`, shapeRemedy);
  });
}

function listOf(value: unknown, path: string): { readonly item: unknown; readonly path: string }[] {
  if (!Array.isArray(value)) return [{ item: value, path }];
  return value.map((item: unknown, index) => ({ item, path: `${path}[${index}]` }));
}

interface SortedItems {
  readonly answers: readonly { readonly answer: Answer; readonly path: string }[];
  readonly machines: readonly { readonly item: unknown; readonly path: string }[];
}

function sortItems(items: readonly Item[]): SortedItems {
  const answers = items
    .filter(({ item }) => !looksLikeVirtualMachine(item))
    .map(({ item, path }) => ({ answer: item as Answer, path }));
  const nested = answers.flatMap(({ answer, path }) =>
    (["VirtualMachines", "value"] as const).flatMap((key) => {
      const list: unknown = answer[key];
      return Array.isArray(list) ? listOf(list, `${path}.${key}`) : [];
    }),
  );
  return { answers, machines: [...items.filter(({ item }) => looksLikeVirtualMachine(item)), ...nested] };
}

const inventoryValidator = lazyValidator(inventorySchema);
const machineValidator = lazyValidator(virtualMachineSchema);

function validate(validator: () => ValidateFunction, value: unknown, path: string): string[] {
  const check = validator();
  if (check(value)) return [];
  return (check.errors ?? []).map((error) => `${path}${jsonPath(error)}: ${explain(error)}`);
}

/** What the schema says of each, and, of those that are right so far, what no schema can say. */
function validateMachines(machines: SortedItems["machines"]): string[] {
  const judged = machines.map((placed) => ({
    ...placed,
    problems: validate(machineValidator, placed.item, placed.path),
  }));
  const right = judged.filter(({ problems }) => problems.length === 0);
  const placed = right.map(({ item, path }): PlacedMachine => ({ machine: item as PlacedMachine["machine"], path }));
  return [...judged.flatMap(({ problems }) => problems), ...machineProblems(placed)];
}

function jsonPath({ instancePath }: ErrorObject): string {
  return instancePath.replace(/\/(\d+)/g, "[$1]").replaceAll("/", ".");
}

function explain({ keyword, params, message }: ErrorObject): string {
  const parameters = params as Record<string, unknown>;
  if (keyword === "required") return `${String(parameters.missingProperty)} is missing`;
  if (keyword === "enum") return `must be one of ${(parameters.allowedValues as unknown[]).filter(Boolean).join(", ")}`;
  if (keyword === "additionalProperties") return `unknown key ${String(parameters.additionalProperty)}`;
  return message ?? keyword;
}

function doubled(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}
