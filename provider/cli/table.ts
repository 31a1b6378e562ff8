import Table from "cli-table3";

/** A plain table: columns side by side, no frame, so that it can be cut and searched. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const nothing = Object.fromEntries(
    ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"].map((part) => [
      part,
      "",
    ]),
  );
  const table = new Table({
    head: head.map((title) => title.toUpperCase()),
    chars: { ...nothing, left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "  " },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
  });
  table.push(...rows.map((row) => [...row]));
  return `${table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")}\n`;
}

const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** 1536 is 1.5 KiB. */
export function readableSize(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
