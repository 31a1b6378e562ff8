import { advance } from "../engine/advance";
import type { Holding } from "../engine/core/holding";
import type { Engine } from "../engine/engine";
import { holdingsOf, machinesConcerned, suspendOthers } from "../engine/holding";
import { madeByRestores, type RestoredThing, stillThere } from "../engine/leftover";
import type { StackResource } from "./stack-state";

/** Data that a destroy takes away. */
export type Loss = Pick<Holding, "machineId" | "machineName" | "kind" | "place"> & {
  readonly count: number;
  readonly bytes: number;
};

/** What a destroy leaves of a stack's data, and what it takes away. */
export interface DataAfter {
  readonly kept: readonly Holding[];
  readonly lost: readonly Loss[];
  readonly restored: readonly RestoredThing[];
}

/** The data of the machines that a stack is about, before and after. */
export class DataOfStack {
  readonly #parts: { engine: Engine; ids: readonly string[]; machines: Awaited<ReturnType<typeof machinesOf>> }[] = [];
  #before: readonly Holding[] = [];
  #restored: readonly (readonly RestoredThing[])[] = [];

  constructor(
    private readonly resources: readonly StackResource[],
    private readonly engines: ReadonlyMap<string, Engine>,
    private readonly isOwn: (type: string) => boolean,
  ) {}

  /** The latest of the engines' clocks. */
  async now(): Promise<number> {
    const times = await Promise.all([...this.engines.values()].map((engine) => engine.ask(async ({ now }) => now, 0)));
    return times.reduce((latest, time) => Math.max(latest, time), 0);
  }

  async look(): Promise<void> {
    const ids = new Map<Engine, string[]>();
    const known = new Map<string, Engine>();
    for (const { provider, custom, type, id } of this.resources) {
      const engine = this.engines.get(provider);
      if (engine === undefined || !custom || !this.isOwn(type)) continue;
      // Providers of one account and one store see the same data.
      const key = `${engine.store.location} ${engine.settings.account}`;
      const shared = known.get(key) ?? engine;
      known.set(key, shared);
      ids.set(shared, [...(ids.get(shared) ?? []), id]);
    }
    const restored: (readonly RestoredThing[])[] = [];
    for (const [engine, own] of ids) {
      this.#parts.push({ engine, ids: own, machines: await machinesOf(engine, own) });
      restored.push(await engine.ask(madeByRestores, own));
    }
    this.#restored = restored;
    this.#before = await this.#holdings();
  }

  async lookAgain(): Promise<DataAfter> {
    const kept = await this.#holdings();
    const restored: RestoredThing[] = [];
    for (const [index, { engine }] of this.#parts.entries()) {
      restored.push(...(await engine.ask(stillThere, this.#restored[index] ?? [])));
    }
    return { kept, lost: lossesOf(this.#before, kept), restored };
  }

  /** Only the backups of the machines concerned go on. */
  async passTime(until: number): Promise<void> {
    for (const { engine, machines } of this.#parts) await engine.run(suspendOthers, machines);
    for (const { engine } of this.#parts) await engine.run(advance, { until });
  }

  async #holdings(): Promise<readonly Holding[]> {
    const holdings: Holding[] = [];
    for (const { engine, machines } of this.#parts) holdings.push(...(await engine.ask(holdingsOf, machines)));
    return holdings;
  }
}

async function machinesOf(engine: Engine, ids: readonly string[]) {
  return engine.ask(machinesConcerned, ids);
}

/** What there was and is no more; another state (soft-deleted, stopped) is still there. */
function lossesOf(before: readonly Holding[], after: readonly Holding[]): readonly Loss[] {
  const keyOf = ({ machineId, kind, place }: Holding) => `${machineId} ${kind} ${place}`;
  const losses = new Map<string, { -readonly [K in keyof Loss]: Loss[K] }>();
  for (const [sign, holdings] of [[1, before] as const, [-1, after] as const]) {
    for (const holding of holdings) {
      const { machineId, machineName, kind, place } = holding;
      const loss = losses.get(keyOf(holding)) ?? { machineId, machineName, kind, place, count: 0, bytes: 0 };
      loss.count += sign * holding.count;
      loss.bytes += sign * holding.bytes;
      losses.set(keyOf(holding), loss);
    }
  }
  // A snapshot that outlives its point is only seen once the point is gone.
  return [...losses.values()].filter(({ count }) => count > 0);
}
