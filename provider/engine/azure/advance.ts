import type { Counts } from "../core/counts";
import { secondsPerDay } from "../core/time";
import type { Command, CommandContext } from "../engine";
import { emptyLedger, jobHistoryDays, type Ledger, runItems } from "./item-run";
import { propertiesOf } from "./policy";
import { SlotList } from "./slot";

/** Rows that are held in memory before they are written: few enough to be gone before they are moved about. */
const rowsPerWrite = 1000;
/** Items whose facts are loaded together. */
const itemsPerLoad = 500;

/**
 * What happens in Azure until a time: runs each item's slots, then expires points and deletes for good what was
 * soft-deleted long enough. An item's runs depend on nothing but its own machine, so each is run through to the end by
 * itself; the rows left behind are the same however the way is split.
 */
export const advanceAzure: Command<{ until: number }, Counts> = async (context, { until }) => {
  const { store, settings } = context;
  const { account } = settings;
  const ledger = emptyLedger();
  for (const policy of await store.find("protectionPolicy", { account })) {
    const items = await store.find("protectedItem", { account, policyId: policy.id });
    const slots = new SlotList(propertiesOf(policy), until);
    for (let start = 0; start < items.length; start += itemsPerLoad) {
      const part = items.slice(start, start + itemsPerLoad);
      const planned = part.map((item) => ({ item, slots }));
      await runItems(context, planned, ledger, () => flush(context, ledger, rowsPerWrite));
    }
  }
  await flush(context, ledger, 0);
  const expired = await expire(context, until);
  return { ...ledger.counts, expired: ledger.counts.expired + expired };
};

/** Writes what has been gathered when it is more than `limit` rows. */
async function flush({ store }: CommandContext, ledger: Ledger, limit: number): Promise<void> {
  if (ledger.jobs.length + ledger.points.length + ledger.items.length <= limit) return;
  await store.put("vaultJob", ledger.jobs.splice(0));
  await store.put("vaultPoint", ledger.points.splice(0));
  await store.put("protectedItem", ledger.items.splice(0));
  await store.put("virtualMachine", ledger.machines.splice(0));
}

/** Takes away what has expired by a time, and the jobs that nobody remembers; counts points. */
async function expire({ store, settings }: CommandContext, until: number): Promise<number> {
  const { account } = settings;
  const forgotten = until - jobHistoryDays * secondsPerDay;
  await store.removeWhere("vaultJob", { account, userTriggered: false, startTime: { lt: forgotten } });
  let purged = 0;
  const deleted = await store.find("protectedItem", { account, deferredDeleteTime: { lte: until } });
  for (const { id } of deleted) purged += await store.removeWhere("vaultPoint", { itemId: id });
  await store.remove(
    "protectedItem",
    deleted.map(({ id }) => id),
  );
  return purged + (await store.removeWhere("vaultPoint", { account, expireTime: { lte: until } }));
}
