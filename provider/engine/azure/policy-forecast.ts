import type { SharedSlots } from "../core/forecast";
import { mostLookedAt, type PolicyForecast, sumUp } from "../core/policy-forecast";
import type { Query } from "../engine";
import { armKey } from "./arm-id";
import { forecastItem } from "./forecast";
import type { SlotList } from "./slot";

/** Looks ahead at the items that run under a policy; undefined when none does. */
export const forecastPolicy: Query<{ policyId: string; until: number }, PolicyForecast | undefined> = async (
  context,
  { policyId, until },
) => {
  const { settings, store } = context;
  const running = { account: settings.account, policyId: armKey(policyId), protectionState: "Protected" };
  const items = await store.find("protectedItem", running, { limit: mostLookedAt });
  if (items.length === 0) return undefined;
  const slots: SharedSlots<SlotList> = new Map();
  const outcomes = [];
  for (const { id } of items) outcomes.push((await forecastItem(context, { itemId: id, until, slots })) ?? []);
  return sumUp(await store.count("protectedItem", running), outcomes.flat());
};
