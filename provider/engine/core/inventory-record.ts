import type { CommandContext } from "../engine";
import { sha256Hex } from "./identifier";
import { canonicalJson, type Json } from "./json";

/** One record of an inventory that says what a cloud has already, and how it comes into the engine. */
export interface InventoryStep {
  /** Its kind and id: what it is about. */
  readonly key: string;
  readonly record: unknown;
  load(context: CommandContext): Promise<void>;
}

/** The records of one kind as steps. */
export function stepsOf<T>(
  kind: string,
  records: readonly T[],
  idOf: (record: T) => string,
  load: (context: CommandContext, record: T) => Promise<void>,
): readonly InventoryStep[] {
  return records.map((record) => ({
    key: `${kind} ${idOf(record)}`,
    record,
    load: (context) => load(context, record),
  }));
}

/**
 * Loads the records that are new, or have changed since they were loaded last, in their order; tells whether there were
 * any. A record that stays as it was is not loaded again: what happened in the engine since then stays. `name` keeps
 * lists apart.
 */
export async function loadChanged(
  context: CommandContext,
  name: string,
  steps: readonly InventoryStep[],
): Promise<boolean> {
  if (steps.length === 0) return false;
  const { store, settings } = context;
  const id = `inventory${name}/${settings.account}`;
  const known = ((await store.get("setting", id))?.value ?? {}) as Readonly<Record<string, string>>;
  const hashed = steps.map((step) => ({ step, hash: sha256Hex(canonicalJson(step.record as Json)) }));
  const changed = hashed.filter(({ step, hash }) => known[step.key] !== hash);
  if (changed.length === 0) return false;
  for (const { step } of changed) await step.load(context);
  const hashes = Object.fromEntries(changed.map(({ step, hash }) => [step.key, hash]));
  await store.put("setting", [{ id, value: { ...known, ...hashes } }]);
  return true;
}
