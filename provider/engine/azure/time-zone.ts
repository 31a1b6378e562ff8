import { Temporal } from "temporal-polyfill";
import { nearest } from "../core/nearest";
import { type EngineError, invariant } from "../error";
import { invalidPolicy } from "./policy";
import { refusal } from "./rule";

/** The table of all zones is loaded when the first zone is asked for that is not UTC. */
const zoneTable = (): typeof import("windows-iana") => require("windows-iana");

/** Every zone id of Windows, which is what the API takes. */
export function windowsZones(): readonly string[] {
  return [...new Set(zoneTable().WINDOWS_TO_IANA_MAP.map(({ windowsName }) => windowsName))];
}

/** Looking a zone up walks through all of them, and every slot asks. */
const known = new Map<string, string | undefined>([["UTC", "UTC"]]);

function findZone(timeZone: string): string | undefined {
  if (!known.has(timeZone)) known.set(timeZone, zoneTable().findIana(timeZone)[0]);
  return known.get(timeZone);
}

/** Refuses a text that is no Windows zone id, naming the one that was probably meant. */
export function timeZoneRefusals(timeZone: string, property: string): EngineError[] {
  if (findZone(timeZone) !== undefined) return [];
  // People who know the IANA name of their zone write that one.
  const meant = nearest(timeZone, windowsZones()) ?? zoneTable().findWindows(timeZone)[0];
  const remedy =
    meant === undefined
      ? 'give an id such as "UTC", "W. Europe Standard Time" or "Pacific Standard Time" (tzutil /l lists them)'
      : `write ${JSON.stringify(meant)}`;
  const message = `there is no Windows time zone ${JSON.stringify(timeZone)}`;
  return [refusal("Z-21", invalidPolicy, property, message, remedy)];
}

/** The IANA zone of a checked Windows zone id. */
export function ianaZoneOf(timeZone: string): string {
  const zone = findZone(timeZone);
  invariant(zone !== undefined, "a policy's time zone was checked");
  return zone;
}

/** A moment on the clock of a Windows zone. */
export function zonedTime(seconds: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO(ianaZoneOf(timeZone));
}

/**
 * When the clock of a zone shows so many minutes after the midnight of a day, UNIX seconds. A time that the clock
 * leaps over comes as much later as the clock leaps; of one that it shows twice, the first counts.
 */
export function momentOf(day: Temporal.PlainDate, minutes: number, timeZone: string): number {
  const local = day.toPlainDateTime().add({ minutes });
  return local.toZonedDateTime(ianaZoneOf(timeZone), { disambiguation: "compatible" }).epochMilliseconds / 1000;
}
