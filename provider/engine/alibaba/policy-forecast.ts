import type { SharedSlots } from "../core/forecast";
import { mostLookedAt, type PolicyForecast, sumUp } from "../core/policy-forecast";
import type { Query } from "../engine";
import { forecastProtection } from "./forecast";
import type { SlotList } from "./slot";

/** Looks ahead at what runs under a policy; undefined when nothing does. */
export const forecastPolicy: Query<{ policyId: string; until: number }, PolicyForecast | undefined> = async (
  context,
  { policyId, until },
) => {
  const running = { account: context.settings.account, policyId, disabled: false };
  const protections = await context.store.find("protection", running, { limit: mostLookedAt });
  if (protections.length === 0) return undefined;
  const slots: SharedSlots<SlotList> = new Map();
  const outcomes = [];
  for (const { id } of protections) {
    outcomes.push((await forecastProtection(context, { protectionId: id, until, slots })) ?? []);
  }
  return sumUp(await context.store.count("protection", running), outcomes.flat());
};
