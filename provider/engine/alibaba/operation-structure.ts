import type { Json } from "../../store/tables";
import { nearest } from "../core/nearest";
import type { EngineError } from "../error";
import { apiRefusal } from "./rule";

function malformed(path: string, what: string, remedy: string): EngineError {
  return apiRefusal("InvalidParameter", path, `${path} ${what}`, remedy);
}

/**
 * A nested object of a request. The API writes its keys with a capital in requests and with a small letter in details,
 * so either is taken; an unknown key is refused.
 */
export class Structure {
  readonly #members: ReadonlyMap<string, Json>;

  constructor(
    value: Json,
    private readonly path: string,
    known: readonly string[],
  ) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw malformed(path, "must be an object", `its keys are ${known.join(", ")}`);
    }
    const members = Object.entries(value).map(([key, member]) => {
      const name = known.find((each) => each.toLowerCase() === key.toLowerCase());
      if (name !== undefined) return [name, member] as const;
      const meant = nearest(key, known);
      const suggestion = meant === undefined ? "" : `did you mean ${meant}? `;
      throw malformed(`${path}.${key}`, "is not known", `${suggestion}the keys are ${known.join(", ")}`);
    });
    this.#members = new Map(members);
  }

  /** The nested value itself; undefined when it is left out. */
  json(key: string): Json | undefined {
    return this.#members.get(key);
  }

  text(key: string): string | undefined {
    const value = this.#members.get(key);
    if (value === undefined || typeof value === "string") return value;
    throw malformed(`${this.path}.${key}`, "must be a string", "put it in quotes");
  }

  /** One of some texts. */
  choice<V extends string>(key: string, values: readonly V[]): V | undefined {
    const value = this.text(key);
    if (value === undefined || values.includes(value as V)) return value as V | undefined;
    throw malformed(`${this.path}.${key}`, `is "${value}"`, `must be one of ${values.join(", ")}`);
  }

  /** A whole number, also as text: requests written part by part have nothing else. */
  integer(key: string): number | undefined {
    const value = this.#members.get(key);
    if (value === undefined) return undefined;
    const converted = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof converted === "number" && Number.isSafeInteger(converted)) return converted;
    throw malformed(`${this.path}.${key}`, "must be a whole number", "write it without quotes");
  }

  boolean(key: string): boolean | undefined {
    const value = this.#members.get(key);
    if (value === undefined || typeof value === "boolean") return value;
    if (value === "true" || value === "false") return value === "true";
    throw malformed(`${this.path}.${key}`, "must be true or false", "write it without quotes");
  }

  texts(key: string): readonly string[] | undefined {
    const value = this.#members.get(key);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value as readonly string[];
    throw malformed(`${this.path}.${key}`, "must be a list of strings", 'write ["…", "…"]');
  }
}

/** The items of a nested list. */
export function itemsOf(value: Json, path: string): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw malformed(path, "must be a list", "write it as a JSON array: [{…}]");
}
