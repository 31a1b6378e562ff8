import type { PropertyMap } from "../../provider/definition/value";
import { advance } from "../../provider/engine/advance";
import type { Answer } from "../../provider/engine/core/operation";
import { type Command, type Query, type Settings, SimulatedEngine } from "../../provider/engine/engine";
import { callOperation, requireOperation } from "../../provider/engine/operations";
import { preparationFor } from "../../provider/engine/prepare";
import type { Host, Session } from "../../provider/session/contract";
import { defaultAccount, defaultSubscriptionId } from "../../provider/session/provider-config";
import { SimulatedSession } from "../../provider/session/session";
import { exportText } from "../../provider/store/export";
import { openStore } from "../../provider/store/open";
import { OverlayStore } from "../../provider/store/overlay";
import type { Store } from "../../provider/store/store";

export const testSettings: Settings = {
  account: defaultAccount,
  caller: null,
  subscriptionId: defaultSubscriptionId,
  region: "cn-hangzhou",
  edition: "2025-11",
  requireConsistency: null,
  seed: 0,
  clock: "manual",
  wallTime: () => 0,
};

/** A store that outlives the sessions that work on it, as a file does. */
export class LastingStore implements Store {
  constructor(private readonly store: Store) {}

  get location(): string {
    return this.store.location;
  }

  read<T>(work: Parameters<Store["read"]>[0]): Promise<T> {
    return this.store.read(work) as Promise<T>;
  }

  write<T>(work: Parameters<Store["write"]>[0]): Promise<T> {
    return this.store.write(work) as Promise<T>;
  }

  async close(): Promise<void> {}
}

/** A store that is nothing but memory: quick to make, and gone with the test. */
export async function memoryStore(): Promise<Store> {
  return new OverlayStore(await openStore("memory:", { projectDirectory: "." }));
}

/** A session that is not configured yet: it opens its store when it is. */
export function sessionOn(host: Host, open: () => Promise<Store>): Session {
  const noWallClock = (): number => {
    throw new Error("a manual clock never asks for the time");
  };
  return new SimulatedSession(host, noWallClock, open);
}

/** One engine for the runs of a test: its store, what sessions on it told, and what happens to it between runs. */
export class TestEngine {
  readonly log: string[] = [];
  /** The same with the severity in front: `info: …`. */
  readonly told: string[] = [];
  readonly #engine: SimulatedEngine;

  constructor(
    readonly store: Store,
    readonly config: PropertyMap = {},
    settings: Settings = testSettings,
  ) {
    this.#engine = new SimulatedEngine(settings, store, preparationFor({ instances: [], disks: [] }));
  }

  static async inMemory(config: PropertyMap = {}): Promise<TestEngine> {
    return new TestEngine(await memoryStore(), config);
  }

  /** A session of its own, as each run is a process of its own; `store` replaces the engine's own. */
  async open(store: Store = this.store): Promise<Session> {
    const host = {
      log: (severity: string, message: string) => {
        this.log.push(message);
        this.told.push(`${severity}: ${message}`);
      },
    };
    const session = sessionOn(host, async () => new LastingStore(store));
    await session.configure({ urn: undefined, args: this.config });
    return session;
  }

  /** What an outsider does, or the operator's command. */
  run<I, O>(command: Command<I, O>, input: I): Promise<O> {
    return this.#engine.run(command, input);
  }

  ask<I, O>(query: Query<I, O>, input: I): Promise<O> {
    return this.#engine.ask(query, input);
  }

  /** An operation of the simulated cloud by its real name, with parameters as texts. */
  call(name: string, given: Readonly<Record<string, string>>): Promise<Answer> {
    return callOperation(this.#engine, requireOperation(name), new Map(Object.entries(given)));
  }

  async advance(seconds: number): Promise<void> {
    const until = (await this.ask(async ({ now }) => now, undefined)) + seconds;
    await this.run(advance, { until });
  }

  export(): Promise<string> {
    return exportText(this.store);
  }
}
