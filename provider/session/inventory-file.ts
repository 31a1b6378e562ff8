import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { ErrorObject } from "ajv";
import { lazyValidator } from "../definition/json-schema";
import type { Inventory, InventoryDisk, InventoryInstance, InventoryKey } from "../engine/alibaba/inventory";
import { documents } from "../engine/core/document";
import { EngineError } from "../engine/error";

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
  },
};

interface Answer {
  readonly Instances?: { readonly Instance: readonly InventoryInstance[] };
  readonly Disks?: { readonly Disk: readonly InventoryDisk[] };
  readonly Keys?: { readonly Key: readonly InventoryKey[] };
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
  '[{"Instances": {"Instance": […]}}, {"Disks": {"Disk": […]}}, {"Keys": {"Key": […]}}]';

/** The inventory of the provider's configuration; every problem is told at once, with its JSON path. */
export function readInventory(configured: unknown, projectDirectory: string): Inventory {
  if (configured === undefined) return { instances: [], disks: [] };
  const { value, origin } = loadJson(configured, projectDirectory);
  const answers = collectAnswers(value, origin, projectDirectory);
  const problems = answers.flatMap(({ answer, path }) => validate(answer, path));
  if (answers.every(({ answer }) => answer.Instances === undefined)) problems.push("$: no Instances.Instance list");
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
  return { instances, disks: disks.filter((disk) => disk.InstanceId !== ""), keys };
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

/** An array holds answers, or paths of files that hold them. */
function collectAnswers(value: unknown, origin: string, projectDirectory: string): { answer: Answer; path: string }[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((item: unknown, index) => {
    const path = Array.isArray(value) ? `$[${index}]` : "$";
    const answer = typeof item === "string" ? readJsonFile(item, projectDirectory) : item;
    if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
      return refuse(`the inventory ${origin} is not right:\n    ${path}: must be an object`, shapeRemedy);
    }
    return { answer: answer as Answer, path };
  });
}

const inventoryValidator = lazyValidator(inventorySchema);

function validate(answer: Answer, path: string): string[] {
  const check = inventoryValidator();
  if (check(answer)) return [];
  return (check.errors ?? []).map((error) => `${path}${jsonPath(error)}: ${explain(error)}`);
}

function jsonPath({ instancePath }: ErrorObject): string {
  return instancePath.replace(/\/(\d+)/g, "[$1]").replaceAll("/", ".");
}

function explain({ keyword, params, message }: ErrorObject): string {
  const parameters = params as Record<string, unknown>;
  if (keyword === "required") return `${String(parameters.missingProperty)} is missing`;
  if (keyword === "enum") return `must be one of ${(parameters.allowedValues as unknown[]).join(", ")}`;
  if (keyword === "additionalProperties") return `unknown key ${String(parameters.additionalProperty)}`;
  return message ?? keyword;
}

function doubled(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}
