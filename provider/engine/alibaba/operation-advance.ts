import { loadClock } from "../core/clock";
import type { Command } from "../engine";
import { type AdvanceSummary, advance } from "./advance";
import { apiRefusal } from "./rule";

/** Moves the clock on the operator's word; a clock that follows real time takes none. */
export const advanceByHand: Command<{ until: number }, AdvanceSummary> = async (context, { until }) => {
  const clock = await loadClock(context.store);
  if (clock?.mode === "wall") {
    throw apiRefusal(
      "Engine.WallClock",
      "until",
      "the engine's clock is `wall`: it follows real time and can't be moved by hand",
      "use an engine with `clock: manual` (another engineUrl) to look ahead",
    );
  }
  return advance(context, { until });
};
