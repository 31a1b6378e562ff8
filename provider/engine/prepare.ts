import { advance } from "./advance";
import { type Inventory as AlibabaInventory, loadInventory } from "./alibaba/inventory";
import { type InventoryProtection, loadProtection } from "./alibaba/inventory-protection";
import { type InventoryVirtualMachine, loadVirtualMachines } from "./azure/inventory";
import { type InventoryVaults, loadVaults } from "./azure/inventory-vault";
import { loadClock, saveClock } from "./core/clock";
import { manualClockStart } from "./core/time";
import type { Preparation } from "./engine";

/** What both clouds have already. */
export interface Inventory extends AlibabaInventory {
  readonly virtualMachines?: readonly InventoryVirtualMachine[];
  readonly protection?: InventoryProtection;
  readonly vaults?: InventoryVaults;
}

/** An engine is made at its first use: clock and seed become rows. A wall clock then catches up with real time. */
export function preparationFor(inventory: Inventory): Preparation {
  return async (context) => {
    const { store, settings } = context;
    const clock = await loadClock(store);
    if (clock === undefined) {
      const now = settings.clock === "wall" ? settings.wallTime() : manualClockStart;
      await saveClock(store, { mode: settings.clock, now });
      await store.put("setting", [{ id: "seed", value: settings.seed }]);
    } else if (clock.mode === "wall") {
      const until = settings.wallTime();
      if (until > clock.now) await advance(context, { until });
    }
    await loadInventory(context, inventory);
    await loadVirtualMachines(context, inventory.virtualMachines ?? []);
    if (inventory.protection !== undefined) await loadProtection(context, inventory.protection);
    if (inventory.vaults !== undefined) await loadVaults(context, inventory.vaults);
  };
}
