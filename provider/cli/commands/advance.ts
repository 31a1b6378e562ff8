import type { Command } from "commander";
import type { AdvanceSummary } from "../../engine/advance";
import { advanceByHand } from "../../engine/advance";
import { counted } from "../../engine/core/counted";
import { isoTime, readableDate, secondsPerDay } from "../../engine/core/time";
import type { Engine } from "../../engine/engine";
import type { GlobalOptions } from "../configuration";
import { type Io, printJson } from "../io";
import { parsePointInTime } from "../point-in-time";
import { withEngine } from "../with-engine";

/** Steps of the progress sign at most. */
const mostSlices = 60;
const barWidth = 28;

export function configureAdvance(command: Command, io: Io): void {
  command
    .argument("<time>", "how far (30d, 12h, 1w, 2mo, P30D) or until when (2026-02-01, 2026-02-01T06:00:00Z)")
    .option("--json", "print JSON")
    .action(async (time: string, _options: unknown, called: Command) => {
      const options = called.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const started = io.stopwatch();
      const summary = await withEngine(options, io, (engine) => advanceTo(engine, time, io));
      if (options.json === true) printJson(io, { ...summary, from: isoTime(summary.from), to: isoTime(summary.to) });
      else io.stdout(`${describe(summary)}   ${((io.stopwatch() - started) / 1000).toFixed(1)} s\n`);
    });
}

/** One step, or where somebody watches many: the rows are the same. */
async function advanceTo(engine: Engine, time: string, io: Io): Promise<AdvanceSummary> {
  const from = await engine.ask(async ({ now }) => now, undefined);
  const until = parsePointInTime(time, from);
  const days = Math.ceil((until - from) / secondsPerDay);
  const slices = io.isWatched ? Math.max(1, Math.min(mostSlices, days)) : 1;
  let total: AdvanceSummary | undefined;
  for (let slice = 1; slice <= slices; slice++) {
    const end = slice === slices ? until : from + Math.floor(((until - from) * slice) / slices);
    const summary = await engine.run(advanceByHand, { until: end });
    total = total === undefined ? summary : add(total, summary);
    if (io.isWatched) io.stderr(`\r${bar(slice / slices)} ${readableDate(end)}`);
  }
  if (io.isWatched) io.stderr(`\r${" ".repeat(barWidth + 12)}\r`);
  return total as AdvanceSummary;
}

function bar(part: number): string {
  const full = Math.round(part * barWidth);
  return "█".repeat(full) + "░".repeat(barWidth - full);
}

function add(a: AdvanceSummary, b: AdvanceSummary): AdvanceSummary {
  return {
    from: a.from,
    to: b.to,
    backups: {
      APPLICATION: a.backups.APPLICATION + b.backups.APPLICATION,
      FILE_SYSTEM: a.backups.FILE_SYSTEM + b.backups.FILE_SYSTEM,
      CRASH: a.backups.CRASH + b.backups.CRASH,
    },
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    expired: a.expired + b.expired,
    copied: a.copied + b.copied,
    failedCopies: a.failedCopies + b.failedCopies,
  };
}

function describe({ to, backups, expired, failed, skipped, copied, failedCopies }: AdvanceSummary): string {
  const kinds = [
    { count: backups.APPLICATION, name: "application" },
    { count: backups.FILE_SYSTEM, name: "file system" },
    { count: backups.CRASH, name: "crash" },
  ];
  const total = kinds.reduce((sum, { count }) => sum + count, 0);
  const made = kinds.filter(({ count }) => count > 0).map(({ count, name }) => `${count} ${name}`);
  const detail = made.length === 0 ? "" : ` (${made.join(", ")})`;
  const passed = skipped === 0 ? "" : `, ${skipped} skipped`;
  const copies = describeCopies(copied, failedCopies);
  return `${isoTime(to)}  ${counted(total, "backup")}${detail}, ${expired} expired, ${failed} failed${passed}${copies}`;
}

/** Nothing is said about copies where nothing is replicated. */
function describeCopies(copied: number, failed: number): string {
  if (copied + failed === 0) return "";
  return `, ${copied} copied${failed === 0 ? "" : ` (${failed} failed)`}`;
}
