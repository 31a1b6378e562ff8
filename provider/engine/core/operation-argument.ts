import type { Json } from "../../store/tables";
import type { EngineError } from "../error";
import { documents } from "./document";
import { nearest } from "./nearest";
import type { Arguments, Operation, Parameter, Parameters } from "./operation";
import * as core from "./reason";

function apiRefusal(code: string, name: string, message: string, remedy: string): EngineError {
  return core.apiRefusal(documents.operation, code, name, message, remedy);
}

function malformed(name: string, parameter: Parameter<unknown>, what: string): EngineError {
  return apiRefusal(`InvalidParameter.${name}`, name, `--${name} ${what}`, parameter.description);
}

/**
 * The values of an operation's parameters from texts, as the RPC style sends them: `Name`, and for lists and nested
 * values also `Name.1`, `Name.1.Key`.
 */
export function decodeArguments(operation: Operation, given: ReadonlyMap<string, string>): Arguments<Parameters> {
  const gathered = new Map<string, Gathered>();
  for (const [path, value] of given) gather(operation, gathered, path, value);
  const values: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(operation.parameters)) {
    const found = gathered.get(name);
    if (found === undefined) {
      if (parameter.required) throw missing(operation, name, parameter);
      continue;
    }
    values[name] = decode(name, parameter, found);
  }
  return values;
}

/** The text of a parameter, or the parts of one that is written part by part. */
interface Gathered {
  text?: string;
  parts?: Map<string, string>;
}

function gather(operation: Operation, gathered: Map<string, Gathered>, path: string, value: string): void {
  const [name = "", ...rest] = path.split(".");
  const parameter = Object.hasOwn(operation.parameters, name) ? operation.parameters[name] : undefined;
  if (parameter === undefined) throw unknownParameter(operation, name);
  const isStructured = parameter.kind === "list" || parameter.kind === "json";
  if (rest.length > 0 && !isStructured) throw malformed(name, parameter, "takes one value, without .1");
  const entry = gathered.get(name) ?? {};
  if (rest.length === 0) entry.text = value;
  else entry.parts = (entry.parts ?? new Map<string, string>()).set(rest.join("."), value);
  if (entry.text !== undefined && entry.parts !== undefined) {
    throw malformed(name, parameter, `is given both as a whole and as ${path}`);
  }
  gathered.set(name, entry);
}

function unknownParameter(operation: Operation, name: string): EngineError {
  const valid = Object.keys(operation.parameters);
  const meant = nearest(name, valid);
  const suggestion = meant === undefined ? "" : `did you mean --${meant}? `;
  const all = valid.length === 0 ? "it takes none" : `it takes ${valid.map((each) => `--${each}`).join(" ")}`;
  return apiRefusal("InvalidParameter", name, `${operation.name} has no parameter --${name}`, `${suggestion}${all}`);
}

function missing(operation: Operation, name: string, parameter: Parameter<unknown>): EngineError {
  const code = `Missing${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return apiRefusal(code, name, `${operation.name} needs --${name}`, parameter.description);
}

function decode(name: string, parameter: Parameter<unknown>, { text = "", parts }: Gathered): unknown {
  if (parts !== undefined) return assemble(name, parameter, parts);
  switch (parameter.kind) {
    case "text":
      if (parameter.values.length > 0 && !parameter.values.includes(text)) {
        throw malformed(name, parameter, `is "${text}", must be one of ${parameter.values.join(", ")}`);
      }
      return text;
    case "integer":
    case "number": {
      const value = Number(text);
      const isFit = parameter.kind === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value);
      if (text.trim() === "" || !isFit) {
        throw malformed(
          name,
          parameter,
          `is "${text}", must be ${parameter.kind === "integer" ? "an integer" : "a number"}`,
        );
      }
      return value;
    }
    case "boolean":
      if (text !== "true" && text !== "false") throw malformed(name, parameter, `is "${text}", must be true or false`);
      return text === "true";
    case "list":
      return decodeList(name, parameter, text);
    case "json":
      return parseJson(name, parameter, text);
  }
}

/** A list is JSON when it looks like it; a single id needs no brackets. */
function decodeList(name: string, parameter: Parameter<unknown>, text: string): readonly string[] {
  if (!text.trimStart().startsWith("[")) return text === "" ? [] : [text];
  const value = parseJson(name, parameter, text);
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) {
    throw malformed(name, parameter, 'must be a JSON array of strings, ["i-…", "i-…"]');
  }
  return value as readonly string[];
}

function parseJson(name: string, parameter: Parameter<unknown>, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw malformed(name, parameter, `is not JSON: ${(error as Error).message}`);
  }
}

type Tree = Map<string, Tree | string>;

/** `1` and `2` are a list, `1.Key` is a list of objects, `Key` is an object. */
function assemble(name: string, parameter: Parameter<unknown>, parts: ReadonlyMap<string, string>): Json {
  const root: Tree = new Map();
  for (const [path, value] of parts) {
    const keys = path.split(".");
    let node = root;
    for (const key of keys.slice(0, -1)) {
      const next = node.get(key) ?? new Map();
      if (typeof next === "string") throw malformed(name, parameter, `is given both as ${name}.${key} and below it`);
      node.set(key, next);
      node = next;
    }
    const last = keys.at(-1) ?? "";
    if (node.has(last)) throw malformed(name, parameter, `is given twice at ${name}.${path}`);
    node.set(last, value);
  }
  const value = toJson(root);
  if (parameter.kind === "list" && !(Array.isArray(value) && value.every((item) => typeof item === "string"))) {
    throw malformed(name, parameter, `must be ${name}.1, ${name}.2 and so on`);
  }
  return value;
}

function toJson(tree: Tree | string): Json {
  if (typeof tree === "string") return tree;
  const keys = [...tree.keys()];
  if (!keys.every((key) => /^[1-9]\d*$/.test(key))) {
    return Object.fromEntries([...tree].map(([key, child]) => [key, toJson(child)]));
  }
  return keys.sort((a, b) => Number(a) - Number(b)).map((key) => toJson(tree.get(key) as Tree | string));
}
