import type { Journal } from "../store/journal";
import { OverlayStore } from "../store/overlay";
import type { Reader, Store, Writer } from "../store/store";
import { readClock } from "./core/clock";

/** What every command and query of the engine gets to know. */
export interface Settings {
  /** The account's uid; everything of the engine belongs to one account. */
  readonly account: string;
  /** Who calls; null is the account itself. */
  readonly caller: string | null;
  /** The Azure subscription of everything that lies in one. */
  readonly subscriptionId: string;
  readonly region: string;
  readonly edition: "2025-11" | "2021";
  /** The level that every protection must reach unless it says otherwise; null gates nothing. */
  readonly requireConsistency: "APPLICATION" | "FILE_SYSTEM" | "CRASH" | null;
  /** Used when an engine is made; afterwards the engine's own counts. */
  readonly seed: number;
  readonly clock: "manual" | "wall";
  /** UNIX seconds of real time; asked for only by an engine whose clock is the wall's, when it is opened. */
  readonly wallTime: () => number;
}

export interface QueryContext {
  readonly settings: Settings;
  readonly store: Reader;
  /** UNIX seconds of the engine's clock. */
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
  /**
   * A private copy: what is done there is never seen outside, and its cost is what it touches. Branches with the same
   * journal, in whatever process, are one.
   */
  branch(journal?: Journal): Engine;
}

/** What must have happened before anything else: the engine is made, its clock catches up, the inventory is loaded. */
export type Preparation = (context: CommandContext) => Promise<void>;

/**
 * The engine over a store. Preparation is saved with the first command; until then queries see it
 * on a private overlay, so that asking never writes.
 */
export class SimulatedEngine implements Engine {
  #view: Promise<Store> | undefined;
  #prepared = false;

  constructor(
    readonly settings: Settings,
    readonly store: Store,
    private readonly prepare: Preparation,
  ) {}

  async ask<I, O>(query: Query<I, O>, input: I): Promise<O> {
    const view = await this.#prepareView();
    return view.read(async (reader) => query(await this.#context(reader), input));
  }

  async run<I, O>(command: Command<I, O>, input: I): Promise<O> {
    const result = await this.store.write(async (writer) => {
      if (!this.#prepared) await this.prepare(await this.#context(writer));
      return command(await this.#context(writer), input);
    });
    this.#prepared = true;
    this.#view = undefined;
    return result;
  }

  branch(journal?: Journal): Engine {
    const branch = new SimulatedEngine(this.settings, new OverlayStore(this.store, journal), this.prepare);
    branch.#prepared = this.#prepared;
    return branch;
  }

  #prepareView(): Promise<Store> {
    if (this.#prepared) return Promise.resolve(this.store);
    this.#view ??= this.#makeView();
    return this.#view;
  }

  async #makeView(): Promise<Store> {
    const overlay = new OverlayStore(this.store);
    await overlay.write(async (writer) => this.prepare(await this.#context(writer)));
    return overlay;
  }

  async #context<S extends Reader>(store: S): Promise<QueryContext & { store: S }> {
    return { settings: this.settings, store, now: await readClock(store) };
  }
}
