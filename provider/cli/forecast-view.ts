import { nameOf, vaultOf } from "../engine/azure/arm-id";
import { counted } from "../engine/core/counted";
import type { ForecastOfOne, ToldForecast } from "./forecast-list";
import { type Io, paint } from "./io";
import { formatTable, readableSize } from "./table";

const head = [
  "machine",
  "level",
  "first backup",
  "first prune",
  "30 d",
  "90 d",
  "365 d",
  "worst gap",
  "high water",
  "lag",
  "at risk",
];

/** `2026-01-02 00:00 UTC`, of an ISO time. */
function readable(time: string): string {
  return `${short(time)} UTC`;
}

function short(time: string): string {
  return time.slice(0, 16).replace("T", " ");
}

/** All of them, a line each. */
export function formatForecasts(all: readonly ForecastOfOne[], days: number): string {
  if (all.length === 0) return "no protections\n";
  const table = formatTable(head, all.map(cellsOf(all)));
  const isLonger = all.some(({ forecast }) => forecast?.worstGap?.longerThanScheduled === true);
  const note = isLonger ? "; ! longer than the schedule leaves" : "";
  return `${table}points after 30, 90 and 365 days; the rest within ${counted(days, "day")}${note}\n`;
}

function cellsOf(all: readonly ForecastOfOne[]) {
  return (one: ForecastOfOne): string[] => {
    const isAlone = all.filter(({ machineId }) => machineId === one.machineId).length === 1;
    const machine = isAlone ? one.machineName : `${one.machineName} ${protectionOf(one)}`;
    const { forecast } = one;
    if (forecast === null) return [machine, levelOf(one), ...head.slice(2).map(() => "-")];
    const { firstBackup, firstPrune, horizons, worstGap, highWater, replicationLag } = forecast;
    return [
      machine,
      levelOf(one),
      firstBackup === undefined ? notYet(forecast, "-") : short(firstBackup),
      firstPrune === undefined ? "-" : short(firstPrune.time),
      ...horizons.map(({ points }) => String(points)),
      worstGap === undefined ? "-" : `${worstGap.hours} h${worstGap.longerThanScheduled ? " !" : ""}`,
      readableSize(highWater.bytes),
      replicationLag === undefined ? "-" : `${replicationLag.hours} h`,
      atRisk(forecast),
    ];
  };
}

/** No backup within the days that were asked for may be one after them, and is no machine without backups then. */
function notYet({ horizons }: ToldForecast, never: string): string {
  const first = horizons.find(({ backups }) => backups > 0);
  return first === undefined ? never : `later, within ${first.days} d`;
}

/** An item's own id says no more than its vault. */
function protectionOf({ cloud, protectionId }: ForecastOfOne): string {
  return cloud === "azure" ? `vault ${nameOf(vaultOf(protectionId))}` : protectionId;
}

function levelOf({ achievedLevel, requestedLevel, idle }: ForecastOfOne): string {
  if (idle !== null) return idle;
  return achievedLevel === requestedLevel ? achievedLevel : `${achievedLevel} (asked for ${requestedLevel})`;
}

function atRisk({ slotsAtRisk: { count, first } }: ToldForecast): string {
  const rules = [...new Set(first.map(({ reason }) => reason.rule))].join(", ");
  return count === 0 ? "0" : `${count} (${rules})`;
}

/** One protection in full. */
export function formatForecast(one: ForecastOfOne, io: Io): string {
  const { machineName, machineId, forecast } = one;
  const title = `${paint(io, "bold", levelOf(one))}  ${machineName} ${machineId}, ${protectionOf(one)}`;
  if (forecast === null) return `${title}\n  no policy: nothing is made, and nothing expires\n`;
  const facts = factsOf(forecast);
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  return `${[title, ...lines, ...slotLines(forecast, io)].join("\n")}\n`;
}

type Fact = readonly [name: string, value: string];

function factsOf(forecast: ToldForecast): readonly Fact[] {
  const { until, nextBackups, firstPrune, horizons, hoursToFirstPoint, highWater } = forecast;
  const after = ({ days, points, bytes }: ToldForecast["horizons"][number]) =>
    `${points} after ${days} days (${readableSize(bytes)})`;
  return [
    ["until", readable(until)],
    ["next backups", nextBackups.length === 0 ? notYet(forecast, "none") : nextBackups.map(readable).join(", ")],
    ...(hoursToFirstPoint === undefined ? [] : [["no point for", `${hoursToFirstPoint} h`] as const]),
    ["first prune", firstPrune === undefined ? "none within a year" : prune(firstPrune)],
    ["points", horizons.map(after).join(", ")],
    ...gapFacts(forecast),
    ["high water", `${readableSize(highWater.bytes)} at ${readable(highWater.time)}`],
    ...lagFacts(forecast),
    ["at risk", atRisk(forecast)],
  ];
}

function prune({ time, recoveryPointId, createdTime }: NonNullable<ToldForecast["firstPrune"]>): string {
  return `${readable(time)}: the point of ${readable(createdTime)}, ${recoveryPointId.split("/").at(-1)}`;
}

function gapFacts({ worstGap }: ToldForecast): readonly Fact[] {
  if (worstGap === undefined) return [];
  const { hours, from, until, open, longerThanScheduled } = worstGap;
  const longer = longerThanScheduled ? ", longer than the schedule leaves" : "";
  const span = open ? `from ${readable(from)} on` : `${readable(from)} to ${readable(until)}`;
  return [["worst gap", `${hours} h${open ? " and more" : ""}, ${span}${longer}`]];
}

function lagFacts(forecast: ToldForecast): readonly Fact[] {
  const { replicationLag: lag } = forecast;
  const facts: Fact[] = lag === undefined ? [] : [["lag", `${lag.hours} h to ${lag.destination}`]];
  if (!("pairedRegion" in forecast) || forecast.pairedRegion === undefined) return facts;
  const { location, replicationLag } = forecast.pairedRegion;
  return [...facts, ["paired region", `${location}, lag ${replicationLag}`]];
}

function slotLines({ slotsAtRisk: { count, first } }: ToldForecast, io: Io): readonly string[] {
  const lines = first.flatMap(({ time, kind, reason: { rule, message, remedy, source } }, index) => {
    const line = `    ${readable(time)}  ${kind}  ${rule}  ${message}`;
    // What mends several in a row is told once.
    const next = first[index + 1]?.reason;
    if (next?.rule === rule && next.remedy === remedy) return [line];
    return [line, `      fix: ${remedy}`, paint(io, "dim", `      source: ${source}`)];
  });
  return count > first.length ? [...lines, `    … and ${count - first.length} more`] : lines;
}
