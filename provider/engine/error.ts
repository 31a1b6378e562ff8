/** What goes wrong with the store is told with the engine's own errors. */
export { StoreError } from "../store/store";

/** Where a rule is written: a seed document, the API reference, or our own choice where no document speaks. */
export type Source = string;

/** A refusal of the simulated service: the user's matter. Anything else that is thrown is a bug. */
export class EngineError extends Error {
  readonly code: string;
  /** Names the input that caused it, if one did, as a property path. */
  readonly property: string;
  /** The rule's id, `A-30`; empty when it is a plain code of the API. */
  readonly rule: string;
  readonly remedy: string;
  readonly source: Source;
  /**
   * UNIX seconds: when it may work at the earliest, if waiting is enough; null: never by itself. Undefined: time is not
   * what it waits for.
   */
  readonly until: number | null | undefined;

  constructor(refusal: {
    code: string;
    message: string;
    remedy: string;
    source: Source;
    rule?: string;
    property?: string;
    until?: number | null | undefined;
  }) {
    super(refusal.message);
    this.name = "EngineError";
    this.code = refusal.code;
    this.property = refusal.property ?? "";
    this.rule = refusal.rule ?? "";
    this.remedy = refusal.remedy;
    this.source = refusal.source;
    this.until = refusal.until;
  }
}

/** States an invariant; when it fails the engine itself is wrong, and says so loudly. */
export function invariant(condition: unknown, fact: string): asserts condition {
  if (!condition) throw new Error(`engine bug: ${fact}`);
}
