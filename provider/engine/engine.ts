import type { Reader, Store, Writer } from "../store/store";

/** What every command and query of the engine gets to know. */
export interface Settings {
  readonly account: string;
  readonly caller: string | null;
  readonly region: string;
  readonly edition: "2025-11" | "2021";
  readonly seed: number;
  readonly clock: "manual" | "wall";
}

export interface QueryContext {
  readonly settings: Settings;
  readonly store: Reader;
  /** UNIX seconds of the simulated clock. */
  readonly now: number;
}

export interface CommandContext extends QueryContext {
  readonly store: Writer;
}

export type Query<I, O> = (context: QueryContext, input: I) => Promise<O>;
export type Command<I, O> = (context: CommandContext, input: I) => Promise<O>;

/** The simulated service's only door. */
export interface Engine {
  readonly settings: Settings;
  readonly store: Store;
  ask<I, O>(query: Query<I, O>, input: I): Promise<O>;
  /** Load, decide, save in one transaction: when it throws nothing has happened. */
  run<I, O>(command: Command<I, O>, input: I): Promise<O>;
  /** A private copy: what is done there is never seen outside, and its cost is what it touches. */
  branch(): Engine;
}
