import { isObject, type JsonObject } from "./event";

/** Marks an object that stands for something else on Pulumi's wire; its value says for what. */
export const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";
const unknownTexts = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

const hidden = "[secret]";

/** A secret as short as this is part of many words that have nothing to do with it. */
const shortLength = 3;

function isSecret(value: JsonObject): boolean {
  const signature = value[signatureKey];
  return signature === secretSignature || (signature === outputSignature && value.secret === true);
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
    const waiting: { readonly value: unknown; readonly isSecret: boolean }[] = [{ value: from, isSecret: false }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { value } = next;
      if (next.isSecret && (typeof value === "string" || typeof value === "number")) this.#add(String(value));
      if (typeof value !== "object" || value === null) continue;
      const marked = next.isSecret || (isObject(value) && isSecret(value));
      for (const [name, member] of Object.entries(value)) {
        if (name === signatureKey) continue;
        // In a wrapper the value is JSON itself.
        const inner = marked && name === "plaintext" && typeof member === "string" ? parsed(member) : member;
        waiting.push({ value: inner, isSecret: marked });
      }
    }
  }

  #add(text: string): void {
    if (text.length <= shortLength || text === hidden || unknownTexts.has(text) || this.#texts.has(text)) return;
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
  if (typeof value === "string" && unknownTexts.has(value)) return "not known yet";
  if (!isObject(value) || !(signatureKey in value)) return value;
  const signature = value[signatureKey];
  if (isSecret(value)) return hidden;
  if (signature === outputSignature) return value.value ?? "not known yet";
  const hash = typeof value.hash === "string" ? ` ${value.hash.slice(0, 12)}` : "";
  if (signature === assetSignature) return `asset${hash}`;
  if (signature === archiveSignature) return `archive${hash}`;
  return typeof value.urn === "string" ? value.urn : "special value";
}
