import { isUnknownSentinel, signatureKey, signature as signatures } from "../definition/signature";
import { isObject, type JsonObject } from "./event";
import { howToMakeOne, UnreadablePreview } from "./unreadable-preview";

const hidden = "[secret]";

/** Pulumi's values are nested less, and what goes deeper could not be shown. */
const deepest = 500;

/** A secret as short as this is part of many words that have nothing to do with it. */
const shortLength = 3;

function isSecret(value: JsonObject): boolean {
  const signature = value[signatureKey];
  return signature === signatures.secret || (signature === signatures.outputValue && value.secret === true);
}

/**
 * The secrets of a preview. Pulumi blanks them out where it knows them; where a wrapper still holds its value, that is
 * a secret wherever else it occurs, be it in a message of the program.
 */
export class Secrets {
  readonly #texts = new Set<string>();
  #pattern: RegExp | undefined;

  /** Looks for secrets in values of any depth. */
  learn(from: unknown): void {
    type Waiting = { readonly value: unknown; readonly isSecret: boolean; readonly depth: number };
    const waiting: Waiting[] = [{ value: from, isSecret: false, depth: 0 }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { value, depth } = next;
      if (depth > deepest) throw new UnreadablePreview(`its values are nested more than ${deepest} deep`, howToMakeOne);
      if (next.isSecret && (typeof value === "string" || typeof value === "number")) this.#add(String(value));
      if (typeof value !== "object" || value === null) continue;
      const marked = next.isSecret || (isObject(value) && isSecret(value));
      for (const [name, member] of Object.entries(value)) {
        if (name === signatureKey) continue;
        // In a wrapper the value is JSON itself.
        const inner = marked && name === "plaintext" && typeof member === "string" ? parsed(member) : member;
        waiting.push({ value: inner, isSecret: marked, depth: depth + 1 });
      }
    }
  }

  #add(text: string): void {
    if (text.length <= shortLength || text === hidden || isUnknownSentinel(text) || this.#texts.has(text)) return;
    this.#texts.add(text);
    this.#pattern = undefined;
  }

  /** A text with every known secret in it blotted out. */
  redact(text: string): string {
    if (this.#texts.size === 0) return text;
    this.#pattern ??= new RegExp(
      [...this.#texts]
        .sort((a, b) => b.length - a.length)
        .map((secret) => secret.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
        .join("|"),
      "g",
    );
    return text.replace(this.#pattern, hidden);
  }

  /** A property's value in few words: JSON, with what is no plain value told by its kind. */
  show(value: unknown): string {
    const shown = plain("", value);
    return this.redact(typeof shown === "string" ? shown : (JSON.stringify(shown, plain) ?? ""));
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return json;
    throw error;
  }
}

function plain(_name: string, value: unknown): unknown {
  if (typeof value === "string" && isUnknownSentinel(value)) return "not known yet";
  if (!isObject(value) || !(signatureKey in value)) return value;
  const signature = value[signatureKey];
  if (isSecret(value)) return hidden;
  if (signature === signatures.outputValue) return value.value ?? "not known yet";
  const hash = typeof value.hash === "string" ? ` ${value.hash.slice(0, 12)}` : "";
  if (signature === signatures.asset) return `asset${hash}`;
  if (signature === signatures.archive) return `archive${hash}`;
  return typeof value.urn === "string" ? value.urn : "special value";
}
