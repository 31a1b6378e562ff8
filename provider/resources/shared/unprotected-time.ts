import type { Finding } from "../../definition/finding";
import { type ComingSlots, describeCover, isLateStart, type MachineCover } from "../../engine/core/protection-gap";
import { readableTime } from "../../engine/core/time";

/** The rule that a cloud's warning goes by, and where it is written. */
export interface Rule {
  readonly id: string;
  readonly source: string;
}

interface Gap {
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

function warning(rule: Rule, { path, message, remedy }: Gap): Finding {
  return { severity: "warning", path, rule: rule.id, message, remedy, source: rule.source };
}

/** The machine that a protection leaves has no backup any more. */
export function leftMachine(rule: Rule, path: string, cover: MachineCover, now: number): Finding {
  const message =
    `machine ${cover.machineName} is left without protection: no backup from ${readableTime(now)} on; ` +
    describeCover(cover);
  return warning(rule, {
    path,
    message,
    remedy: "give it a protection of its own in the same program, before this one goes to another machine",
  });
}

/** Backups are switched off. */
export function stoppedBackups(
  rule: Rule,
  gap: { path: string; back: string },
  cover: MachineCover,
  now: number,
): Finding {
  const message = `machine ${cover.machineName} has no backup from ${readableTime(now)} on; ${describeCover(cover)}`;
  return warning(rule, { path: gap.path, message, remedy: `${gap.back}; until then no new recovery point is made` });
}

/** A machine whose protection starts on another place or machine has nothing there until its first backup. */
export function freshStart(
  rule: Rule,
  { path, what, kept, backup }: { path: string; what: string; kept: string; backup: string },
  slots: ComingSlots,
): Finding {
  const until = slots.first === null ? "and no backup is in sight" : `until ${readableTime(slots.first)}`;
  const message = `${what} has no recovery point ${until}; ${kept}`;
  return warning(rule, { path, message, remedy: `take one now: ${backup}` });
}

/** What backs the same machine up. */
interface Beside {
  readonly name: string;
  readonly slots: ComingSlots;
}

/**
 * A first backup that is farther away than the schedule lets one expect, or than the one lets that runs beside it and
 * whose place it may take.
 */
export function lateStart(
  rule: Rule,
  {
    name,
    backup,
    newest,
    beside,
  }: { name: string; backup: string; newest: number | null; beside?: Beside | undefined },
  slots: ComingSlots,
  now: number,
): Finding | undefined {
  const isLate = isLateStart(slots, now);
  const isLater = beside !== undefined && isLateStart({ ...slots, interval: beside.slots.interval }, now);
  if ((!isLate && !isLater) || slots.first === null) return undefined;
  const since =
    newest === null ? "it has no recovery point" : `its newest recovery point is of ${readableTime(newest)}`;
  const until = readableTime(slots.first);
  const condition = beside === undefined ? "" : `without ${beside.name} `;
  const keep = beside === undefined ? "" : `keep ${beside.name} until then, `;
  const message = `${condition}machine ${name} is unprotected until ${until}, when its first backup runs; ${since}`;
  return warning(rule, {
    path: "",
    message,
    remedy: `${keep}take a backup now (${backup}), or let the schedule begin earlier`,
  });
}

/** A disk that a list leaves out, though it came later. */
export function leftOutDisk(
  rule: Rule,
  {
    disk,
    machine,
    list,
    remedy,
    about,
  }: { disk: string; machine: string; list: string; remedy: string; about?: string },
): Finding {
  const message = `disk ${disk} of machine ${machine} is new and not backed up: ${list} doesn't name it`;
  return { ...warning(rule, { path: "", message, remedy }), ...(about === undefined ? {} : { about }) };
}
