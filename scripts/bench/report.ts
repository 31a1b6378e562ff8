import { arch, cpus, platform, totalmem } from "node:os";
import { type Result, type Summary, summarise, type Unit } from "./measure";

export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryMiB: number;
  readonly platform: string;
  readonly node: string;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cores: processors.length,
    processor: processors[0]?.model.trim() ?? "unknown",
    memoryMiB: Math.round(totalmem() / 1024 ** 2),
    platform: `${platform()}-${arch()}`,
    node: process.version,
  };
}

export interface JsonReport {
  readonly machine: Machine;
  readonly notes: readonly string[];
  readonly results: readonly (Omit<Result, "baseline"> & Summary & { readonly baseline?: string })[];
}

/** What `--json` prints. */
export function jsonReport(machine: Machine, results: readonly Result[], notes: readonly string[]): JsonReport {
  return {
    machine,
    notes,
    results: results.map(({ baseline, ...result }) => ({
      ...result,
      ...summarise({ baseline, ...result }),
      ...(baseline === undefined ? {} : { baseline: baseline.contender }),
    })),
  };
}

const headings = ["", "min", "median", "max", "ratio", "target", ""];

/** What people read: one table per group. */
export function textReport(machine: Machine, results: readonly Result[], notes: readonly string[]): string {
  const { cores, processor, memoryMiB, node } = machine;
  const lines = [`${cores} cores (${processor}), ${memoryMiB} MiB, ${machine.platform}, Node ${node}`];
  for (const group of new Set(results.map((result) => result.group))) {
    const rows = results.filter((result) => result.group === group).map(rowOf);
    lines.push("", ...alignColumns([[group, ...headings.slice(1)], ...rows]));
  }
  return [...lines, ...notes.map((note) => `note: ${note}`), ""].join("\n");
}

function rowOf(result: Result): string[] {
  const summary = summarise(result);
  const { unit, target, baseline } = result;
  const value = (number: number) => format(number, unit);
  return [
    `  ${result.quantity}: ${result.contender}`,
    value(summary.minimum),
    value(summary.median),
    value(summary.maximum),
    baseline === undefined ? "" : `${summary.ratio?.toFixed(2)} × ${baseline.contender}`,
    target === undefined ? "" : `≤ ${target.of === "ratio" ? `${target.maximum} ×` : value(target.maximum)}`,
    summary.met === undefined ? "" : summary.met ? "met" : "MISSED",
  ];
}

function format(number: number, unit: Unit): string {
  if (unit === "times") return `${number.toFixed(2)} ×`;
  if (unit === "ms" && number >= 10_000) return `${(number / 1000).toFixed(1)} s`;
  return `${Math.round(number).toLocaleString("en")} ${unit}`;
}

/** The first column to the left, numbers to the right, the rest to the left. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return column >= 1 && column <= 3 ? text.padStart(width) : text.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}
