import { type Row, row, weaker } from "./drift-row";
import { changed } from "./drift-steps";

const files = (...given: readonly object[]) => ({
  vmId: "vm",
  config: { preScriptLocation: "/p" },
  files: [{ path: "/c", present: true, mode: "600", owner: "root", sha256: "c" }, ...given],
});
const item = (title: string, before: object, after: object, ...expected: Row["expected"]) =>
  row(
    title,
    changed(
      "recoveryservices:ProtectedItem",
      "db",
      { sourceResourceId: "vm", ...before },
      { sourceResourceId: "vm", ...after },
    ),
    ...expected,
  );
const dailyAt = { scheduleRunFrequency: "Daily", scheduleRunTimes: ["02:30"] };
const vaultPolicy = (more: object) => ({
  policyType: "V2",
  timeZone: "UTC",
  instantRpRetentionRangeInDays: 7,
  schedulePolicy: dailyAt,
  retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } } },
  ...more,
});
const nightly = (title: string, before: object, after: object, ...expected: Row["expected"]) =>
  row(
    title,
    changed("recoveryservices:ProtectionPolicy", "nightly", vaultPolicy(before), vaultPolicy(after)),
    ...expected,
  );
const kept = (more: object) => ({ retentionPolicy: { dailySchedule: { retentionDuration: { count: 30 } }, ...more } });
const monthly = (count: number) => ({
  monthlySchedule: {
    retentionScheduleFormatType: "Daily",
    retentionScheduleDaily: { daysOfTheMonth: [{ date: 1, isLast: false }] },
    retentionDuration: { count },
  },
});
const hourly = {
  scheduleRunFrequency: "Hourly",
  hourlySchedule: { interval: 4, scheduleWindowStartTime: "08:00", scheduleWindowDuration: 12 },
};
const vault = (title: string, before: object, after: object, ...expected: Row["expected"]) =>
  row(title, changed("recoveryservices:Vault", "vault", { ...before }, { ...after }), ...expected);

export const driftRowsOfAzure: readonly Row[] = [
  item(
    "stopped",
    { protectionState: "Protected", achievedLevel: "APPLICATION" },
    { protectionState: "ProtectionStopped", achievedLevel: "NONE" },
    "LOST",
    "Protected → ProtectionStopped",
    "Z-33",
    "1→0 runs",
  ),
  item(
    "protected again",
    { protectionState: "ProtectionStopped" },
    { protectionState: "Protected" },
    "STRONGER",
    "ProtectionStopped → Protected",
    "Z-33",
    "0→1 runs",
  ),
  item(
    "asked for less",
    { requestedLevel: "APPLICATION", achievedLevel: "APPLICATION", reasons: [] },
    { requestedLevel: "FILE_SYSTEM", achievedLevel: "FILE_SYSTEM", reasons: [] },
    ...weaker("APPLICATION → FILE_SYSTEM", "Z-34", "3→2 levels of consistency"),
  ),
  item(
    "a LUN less",
    {
      coveredDisks: [
        { lun: -1, name: "os" },
        { lun: 0, name: "data" },
      ],
    },
    { coveredDisks: [{ lun: -1, name: "os" }] },
    ...weaker("covered disks 2 → 1", "", "2→1 disks"),
  ),
  item(
    "a damaged point",
    { damagedPoints: [] },
    { damagedPoints: ["/v/recoveryPoints/7"] },
    "LOST",
    "point can't be restored: 7",
    "Z-37",
    "0→1 points",
  ),
  nightly(
    "weekly",
    {},
    { schedulePolicy: { scheduleRunFrequency: "Weekly", scheduleRunDays: ["Sunday"], scheduleRunTimes: ["02:30"] } },
    ...weaker("RPO 24 → 168 hours", "Z-21", "24→168 hours of RPO"),
  ),
  nightly(
    "hourly: the night is the longest gap",
    {},
    { schedulePolicy: hourly },
    "STRONGER",
    "RPO 24 → 16 hours",
    "Z-21",
    "24→16 hours of RPO",
  ),
  nightly(
    "fewer days",
    {},
    { retentionPolicy: { dailySchedule: { retentionDuration: { count: 7 } } } },
    ...weaker("retention 30 → 7 days", "Z-27", "30→7 days of retention"),
  ),
  nightly(
    "no monthly points",
    kept(monthly(12)),
    kept({}),
    ...weaker("retention of monthly points 365 → 30 days", "Z-27", "365→30 days of retention"),
  ),
  nightly(
    "fewer months",
    kept(monthly(12)),
    kept(monthly(6)),
    ...weaker("retention of monthly points 365 → 181 days", "Z-27", "365→181 days of retention"),
  ),
  nightly(
    "fewer weekdays",
    kept({ weeklySchedule: { daysOfTheWeek: ["Sunday", "Friday"], retentionDuration: { count: 12 } } }),
    kept({ weeklySchedule: { daysOfTheWeek: ["Sunday"], retentionDuration: { count: 12 } } }),
    ...weaker("weekly points a week 2 → 1", "Z-27", "2→1 points"),
  ),
  nightly(
    "instant restore",
    {},
    { instantRpRetentionRangeInDays: 2 },
    ...weaker("instant restore 7 → 2 days", "Z-22", "7→2 days in the fast tier"),
  ),
  nightly(
    "to the archive",
    {},
    { tieringPolicy: { ArchivedRP: { tieringMode: "TierAfter", duration: 3, durationType: "Months" } } },
    ...weaker("outside the archive always → 90 days", "Z-27", "null→90 days in the fast tier"),
  ),
  nightly(
    "another clock",
    {},
    { timeZone: "W. Europe Standard Time" },
    "COSMETIC",
    "timeZone UTC → W. Europe Standard Time",
    "",
    "",
  ),
  vault(
    "soft delete off",
    { softDelete: { state: "Enabled", retentionDays: 14 } },
    { softDelete: { state: "Disabled", retentionDays: 14 } },
    ...weaker("soft delete Enabled → Disabled", "Z-29", "1→0 lock"),
  ),
  vault(
    "soft delete shorter",
    { softDelete: { state: "Enabled", retentionDays: 30 } },
    { softDelete: { state: "Enabled", retentionDays: 14 } },
    ...weaker("soft delete keeps 30 → 14 days", "Z-29", "30→14 days of soft delete"),
  ),
  vault(
    "immutability off",
    { immutability: "Unlocked" },
    { immutability: "Disabled" },
    ...weaker("immutability Unlocked → Disabled", "Z-30", "1→0 lock"),
  ),
  vault(
    "immutability locked",
    { immutability: "Unlocked" },
    { immutability: "Locked" },
    "STRONGER",
    "immutability Unlocked → Locked",
    "Z-30",
    "1→2 lock",
  ),
  vault(
    "redundancy",
    { redundancy: "GeoRedundant" },
    { redundancy: "LocallyRedundant" },
    ...weaker("redundancy GeoRedundant → LocallyRedundant", "Z-31", "2→0 redundancy"),
  ),
  vault(
    "the key",
    { encryption: { keyUri: "https://k/1" } },
    { encryption: { keyUri: "https://k/2" } },
    ...weaker("encrypted with https://k/2, no longer with https://k/1", "Z-28", ""),
  ),
  vault(
    "somebody who may restore",
    { roleAssignments: [] },
    { roleAssignments: [{ principalId: "eve", roleDefinitionName: "Backup Operator" }] },
    ...weaker("eve is Backup Operator, not by the program", "Z-20", ""),
  ),
  vault(
    "a reader less",
    { roleAssignments: [{ principalId: "bob", roleDefinitionName: "Backup Reader" }] },
    { roleAssignments: [] },
    "COSMETIC",
    "bob is no longer Backup Reader",
    "Z-20",
    "",
  ),
  vault("tags", { tags: { a: "1" } }, { tags: { a: "2" } }, "COSMETIC", "tags edited", "", ""),
  row(
    "a file's mode, where nothing falls by it",
    changed(
      "compute:ScriptFramework",
      "f",
      files({ path: "/p", present: true, mode: "700", owner: "root", sha256: "p" }),
      files({ path: "/p", present: true, mode: "755", owner: "root", sha256: "p" }),
    ),
    "COSMETIC",
    "/p: mode 700 → 755",
    "Z-10",
    "",
  ),
];
