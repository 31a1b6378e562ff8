import type { QueryContext } from "../engine";
import { machinesBehind, protectionsOver } from "./consistency-group";
import { type PolicyRow, planType } from "./policy";
import type { Protection } from "./protection-row";

/** Protections that run side by side. */
export type Bundle = readonly Protection[];

/** In one order, whoever asks: what falls into one moment is done in it. */
function inOrder(bundle: Iterable<Protection>): Bundle {
  return [...bundle].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Protections that have machines in common, in bundles: only plans share a machine with others. */
export async function protectionsInCommon(
  context: QueryContext,
  policies: readonly PolicyRow[],
): Promise<readonly Bundle[]> {
  if (!policies.some(({ policyType }) => policyType === planType)) return [];
  const machinesOf = new Map<Protection, readonly string[]>();
  const bundleOf = new Map<string, Set<Protection>>();
  for (const protection of await context.store.find("protection", { account: context.settings.account })) {
    const machines = await machinesBehind(context, protection.instanceId);
    machinesOf.set(protection, machines);
    const bundle = new Set([...machines.flatMap((id) => [...(bundleOf.get(id) ?? [])]), protection]);
    for (const each of bundle) for (const id of machinesOf.get(each) ?? []) bundleOf.set(id, bundle);
  }
  const bundles = [...new Set(bundleOf.values())].filter(({ size }) => size > 1);
  return bundles.map(inOrder);
}

/** The bundle that one protection runs in: most are alone in theirs. */
export async function bundleOf(context: QueryContext, protection: Protection): Promise<Bundle> {
  const bundle = new Map([[protection.id, protection]]);
  const machines = new Set<string>();
  for (const { instanceId } of bundle.values()) {
    for (const id of await machinesBehind(context, instanceId)) {
      if (machines.has(id)) continue;
      machines.add(id);
      for (const other of await protectionsOver(context, id)) if (!bundle.has(other.id)) bundle.set(other.id, other);
    }
  }
  if (bundle.size === 1) return [protection];
  const plans = await context.store.count("policy", { account: context.settings.account, policyType: planType });
  return plans === 0 ? [protection] : inOrder(bundle.values());
}
