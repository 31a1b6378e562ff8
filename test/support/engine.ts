import { join } from "node:path";
import { advance } from "../../provider/engine/advance";
import { SimulatedEngine } from "../../provider/engine/engine";
import { preparationFor } from "../../provider/engine/prepare";
import { defaultAccount, defaultSubscriptionId } from "../../provider/session/provider-config";
import { openStore } from "../../provider/store/open";
import type { Row, TableName } from "../../provider/store/tables";

/**
 * The engine of a stack in this process: how a test does what happens behind Pulumi's back. The address is a path from
 * the stack's project; without one it is the project's own file.
 */
export async function withEngine<T>(
  folder: string,
  work: (engine: SimulatedEngine) => Promise<T>,
  engineUrl?: string,
): Promise<T> {
  const store = await openStore(engineUrl, { projectDirectory: join(folder, "project") });
  const settings = {
    account: defaultAccount,
    caller: null,
    subscriptionId: defaultSubscriptionId,
    region: "cn-hangzhou",
    edition: "2025-11",
    requireConsistency: null,
    seed: 0,
    clock: "manual",
    wallTime: () => 0,
  } as const;
  try {
    return await work(new SimulatedEngine(settings, store, preparationFor({ instances: [], disks: [] })));
  } finally {
    await store.close();
  }
}

/** Moves the engine's clock. */
export async function advanceDays(folder: string, days: number): Promise<void> {
  await withEngine(folder, (engine) =>
    engine.run((context) => advance(context, { until: context.now + days * 86_400 }), undefined),
  );
}

/** All rows of a table. */
export async function rowsOf<T extends TableName>(folder: string, table: T, engineUrl?: string): Promise<Row<T>[]> {
  return withEngine(folder, (engine) => engine.ask(({ store }) => store.find(table), undefined), engineUrl);
}

/** Changes one row of a table, as somebody does who does not ask Pulumi. */
export async function changeRow<T extends TableName>(
  folder: string,
  table: T,
  id: string,
  change: Partial<Row<T>> | "remove",
): Promise<void> {
  await withEngine(folder, (engine) =>
    engine.run(async ({ store }) => {
      const row = await store.get(table, id);
      if (row === undefined) throw new Error(`no ${table} ${id}`);
      if (change === "remove") await store.remove(table, [id]);
      else await store.put(table, [{ ...row, ...change }]);
    }, undefined),
  );
}
