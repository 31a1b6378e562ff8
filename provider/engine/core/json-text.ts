import type { Json } from "../../store/tables";

/** A JSON text as it was written, with what a plain parser passes over in silence. */
export interface JsonText {
  readonly value: Json;
  /** Keys that come again in their object: the last one counts. JSON pointers. */
  readonly duplicates: readonly string[];
  /** Numbers with a fraction or an exponent, also where their value is whole (`3.0`). JSON pointers. */
  readonly fractions: readonly string[];
}

/** Why a text is no JSON, without quoting it. */
export interface JsonProblem {
  readonly problem: string;
  readonly line: number;
  readonly column: number;
}

/** One step of a JSON pointer (RFC 6901). */
export function pointerStep(key: string | number): string {
  return `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Reads strict JSON (RFC 8259); every version of Node tells the same place and the same reason. */
export function parseJsonText(text: string): JsonText | JsonProblem {
  const reader = new JsonReader(text);
  try {
    return { value: reader.document(), duplicates: reader.duplicates, fractions: reader.fractions };
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const before = text.slice(0, error.at).split("\n");
    return { problem: error.message, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}

class Misfit extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** Nothing that people write nests deeper; beyond it the stack would not last. */
const depthLimit = 200;

const words: Readonly<Record<string, Json>> = { true: true, false: false, null: null };

class JsonReader {
  readonly duplicates: string[] = [];
  readonly fractions: string[] = [];
  #at = 0;

  constructor(private readonly text: string) {}

  document(): Json {
    if (this.text.startsWith("\uFEFF")) this.#fail("a byte order mark stands before the JSON");
    this.#skipSpace();
    if (this.#at === this.text.length) throw new Misfit("the text is empty", 0);
    const value = this.#value("", 0);
    this.#skipSpace();
    if (this.#at < this.text.length) this.#fail("something follows the end of the JSON");
    return value;
  }

  #fail(message: string): never {
    const isOver = this.#at === this.text.length;
    throw new Misfit(isOver ? "the text ends before the JSON does" : message, this.#at);
  }

  #peek(): string {
    return this.text.charAt(this.#at);
  }

  /** Matches at the place that is read. */
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.text)?.[0];
  }

  #skipSpace(): void {
    this.#at += this.#match(/[ \t\r\n]*/y)?.length ?? 0;
    if (/\/[/*]|#/y.test(this.text.slice(this.#at, this.#at + 2))) this.#fail("JSON has no comments");
  }

  #value(path: string, depth: number): Json {
    if (depth > depthLimit) this.#fail("the JSON nests too deep");
    const first = this.#peek();
    if (first === "{") return this.#object(path, depth);
    if (first === "[") return this.#list(path, depth);
    if (first === '"') return this.#string();
    if (first === "'") this.#fail("texts stand between double quotes, not single ones");
    const number = this.#match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y);
    if (number !== undefined) {
      this.#at += number.length;
      if (/[.eE]/.test(number)) this.fractions.push(path);
      return Number(number);
    }
    const word = this.#match(/\w+/y);
    const value = word === undefined || !Object.hasOwn(words, word) ? undefined : words[word];
    if (word !== undefined && value !== undefined) {
      this.#at += word.length;
      return value;
    }
    if (word !== undefined && Object.hasOwn(words, word.toLowerCase())) {
      this.#fail("true, false and null are written in small letters");
    }
    return this.#fail(word === undefined ? "a value is missing" : "a text stands here without double quotes");
  }

  #object(path: string, depth: number): Json {
    const members = new Map<string, Json>();
    this.#members("}", "member", () => {
      if (this.#peek() !== '"') this.#fail("a key must stand between double quotes");
      const key = this.#string();
      const at = path + pointerStep(key);
      if (members.has(key)) this.duplicates.push(at);
      this.#skipSpace();
      if (this.#peek() !== ":") this.#fail("a colon is missing after a key");
      this.#at++;
      this.#skipSpace();
      members.set(key, this.#value(at, depth + 1));
    });
    return Object.fromEntries(members);
  }

  #list(path: string, depth: number): Json {
    const items: Json[] = [];
    this.#members("]", "item", () => items.push(this.#value(path + pointerStep(items.length), depth + 1)));
    return items;
  }

  #members(end: string, what: string, read: () => void): void {
    this.#at++;
    this.#skipSpace();
    if (this.#peek() === end) {
      this.#at++;
      return;
    }
    for (;;) {
      read();
      this.#skipSpace();
      const next = this.#peek();
      if (next !== "," && next !== end) this.#fail(`a comma is missing before a ${what}`);
      const comma = this.#at++;
      if (next === end) return;
      this.#skipSpace();
      if (this.#peek() === end) {
        this.#at = comma;
        this.#fail(`a comma stands after the last ${what}`);
      }
    }
  }

  #string(): string {
    const escaped = String.raw`\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})`;
    const whole = this.#match(new RegExp(String.raw`"(?:[^"\\\u0000-\u001f]|${escaped})*"`, "y"));
    if (whole === undefined) this.#fail("a text never ends, or holds a bare line break or an unknown escape");
    this.#at += whole.length;
    return JSON.parse(whole) as string;
  }
}
