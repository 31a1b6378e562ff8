import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { documents } from "../engine/core/document";
import { EngineError } from "../engine/error";
import { listOf, type Placed } from "./inventory-record";

const shapeRemedy =
  "use the answers of DescribeInstances, DescribeDisks and ListKeys: " +
  '[{"Instances": {"Instance": […]}}, {"Disks": {"Disk": […]}}, {"Keys": {"Key": […]}}], ' +
  'and what az vm list -d prints: [{"id": "/subscriptions/…", …}]; of protection those of DescribePoliciesV2, ' +
  "DescribePolicyBindings and GetRole, and what az backup vault, policy and item list print";

/** Refuses an inventory; the standard remedy says what one looks like. */
export function refuseInventory(message: string, remedy = shapeRemedy): never {
  throw new EngineError({
    code: "Engine.InvalidInventory",
    rule: "A-53",
    property: "inventory",
    message,
    remedy,
    source: documents.engine,
  });
}

/** The objects of an inventory with their places; `origin` says where they are from. */
export interface LoadedInventory {
  readonly items: readonly Placed<object>[];
  readonly origin: string;
}

const inConfiguration = "in the configuration";

/** Loads what the configuration says: JSON, its text, or the path of a file; a list may name more files. */
export function loadInventory(configured: unknown, projectDirectory: string): LoadedInventory {
  const isText = typeof configured === "string";
  const isPath = isText && !/^\s*[[{]/.test(configured);
  const origin = isPath ? configured : inConfiguration;
  const read = (path: string) => parse(readText(path, projectDirectory), path);
  const value = isPath ? read(configured) : isText ? parse(configured, origin) : configured;
  const load = (item: unknown) => (typeof item === "string" ? read(item) : item);
  const placed = listOf(value, "$").flatMap(({ record, path }) => listOf(load(record), path));
  const strange = placed.filter(({ record }) => typeof record !== "object" || record === null || Array.isArray(record));
  if (strange.length > 0) {
    const lines = strange.map(({ path }) => `\n    ${path}: must be an object`);
    refuseInventory(`the inventory ${origin} is not right:${lines.join("")}`);
  }
  return { items: placed as readonly Placed<object>[], origin };
}

const fileProblems: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is no folder",
  EACCES: "it may not be read by this user",
};

function readText(path: string, projectDirectory: string): string {
  try {
    return decode(readFileSync(resolve(projectDirectory, path)));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    const why = fileProblems[code];
    return refuseInventory(
      `the inventory file ${path} can't be read: ${why === undefined ? code : `${why} (${code})`}`,
      "give a path that starts at the Pulumi project, or an absolute one",
    );
  }
}

/** What Windows shells redirect to a file is UTF-16, or UTF-8 with a mark before it. */
function decode(bytes: Buffer): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isWide ? "utf-16le" : "utf-8").decode(bytes);
}

function parse(content: string, origin: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    return refuseInventory(`the inventory ${origin} is not JSON: ${(error as Error).message}`);
  }
}
