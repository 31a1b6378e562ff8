import { advanceAlibaba } from "./alibaba/advance";
import { advanceAzure } from "./azure/advance";
import { loadClock, saveClock } from "./core/clock";
import { addCounts, type Counts } from "./core/counts";
import { documents } from "./core/document";
import { apiRefusal } from "./core/reason";
import type { Command } from "./engine";

/** What happened while the clock moved. */
export interface AdvanceSummary extends Readonly<Counts> {
  readonly from: number;
  readonly to: number;
}

/** Moves the clock of all clouds: the rows left behind are the same however the way is split. */
export const advance: Command<{ until: number }, AdvanceSummary> = async (context, { until }) => {
  const { store, now, settings } = context;
  const clock = await loadClock(store);
  if (until < now)
    throw clockRefusal("Engine.ClockRunsForward", "the engine's clock can't be turned back", "give a later time");
  const counts = addCounts(await advanceAlibaba(context, { until }), await advanceAzure(context, { until }));
  await saveClock(store, { mode: clock?.mode ?? settings.clock, now: until });
  return { from: now, to: until, ...counts };
};

/** Moves the clock on the operator's word; a clock that follows real time takes none. */
export const advanceByHand: Command<{ until: number }, AdvanceSummary> = async (context, { until }) => {
  const clock = await loadClock(context.store);
  if (clock?.mode === "wall") {
    const message = "the engine's clock is `wall`: it follows real time and can't be moved by hand";
    throw clockRefusal(
      "Engine.WallClock",
      message,
      "use an engine with `clock: manual` (another engineUrl) to look ahead",
    );
  }
  return advance(context, { until });
};

function clockRefusal(code: string, message: string, remedy: string): Error {
  return apiRefusal(documents.engine, code, "until", message, remedy);
}
