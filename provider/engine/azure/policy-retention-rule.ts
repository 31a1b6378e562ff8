import type { EngineError } from "../error";
import {
  type DayOfMonth,
  invalidPolicy,
  type MonthDays,
  type MonthOfYear,
  monthsOfYear,
  type PolicyProperties,
} from "./policy";
import { refusal } from "./rule";

const path = "retentionPolicy";

function retentionRefusal(property: string, message: string, remedy: string): EngineError {
  return refusal("Z-27", invalidPolicy, `${path}.${property}`, message, remedy);
}

/** What is wrong with how long the points of a policy live (Z-27). */
export function retentionRefusals(properties: PolicyProperties): EngineError[] {
  const { daily, weekly, monthly, yearly } = properties.retentionPolicy;
  return [
    ...presenceRefusals(properties),
    ...(daily === null ? [] : countRefusals("daily", daily.count, 7, "days")),
    ...(weekly === null ? [] : countRefusals("weekly", weekly.count, 1, "weeks")),
    ...(monthly === null ? [] : countRefusals("monthly", monthly.count, 1, "months")),
    ...(yearly === null ? [] : countRefusals("yearly", yearly.count, 1, "years")),
    ...weekDayRefusals(properties),
    ...(monthly === null ? [] : monthDayRefusals(properties, "monthly", monthly)),
    ...(yearly === null ? [] : monthDayRefusals(properties, "yearly", yearly)),
    ...(yearly === null ? [] : yearRefusals(yearly)),
    ...snapshotLifeRefusals(properties),
  ];
}

function presenceRefusals({ schedulePolicy, retentionPolicy }: PolicyProperties): EngineError[] {
  const { scheduleRunFrequency } = schedulePolicy;
  if (scheduleRunFrequency !== "Weekly" && retentionPolicy.daily === null) {
    const message = `a schedule that runs ${scheduleRunFrequency} needs a daily retention`;
    const remedy = "give { retentionDuration: { count: 30 } }";
    return [retentionRefusal("dailySchedule", message, remedy)];
  }
  if (scheduleRunFrequency !== "Weekly") return [];
  const refusals: EngineError[] = [];
  if (retentionPolicy.daily !== null) {
    const message = "a schedule that runs Weekly has no daily retention";
    refusals.push(retentionRefusal("dailySchedule", message, "leave it out, and keep points by weeklySchedule"));
  }
  if (retentionPolicy.weekly === null) {
    const message = "a schedule that runs Weekly needs a weekly retention";
    const remedy = "give { daysOfTheWeek: the backup days, retentionDuration: { count: 12 } }";
    refusals.push(retentionRefusal("weeklySchedule", message, remedy));
  }
  return refusals;
}

const longest = 9999;

function countRefusals(name: string, count: number, least: number, unit: string): EngineError[] {
  if (Number.isInteger(count) && count >= least && count <= longest) return [];
  const message = `${name} retention is ${least} to ${longest} ${unit}, not ${count}`;
  const remedy = `give ${least} to ${longest} ${unit}`;
  return [retentionRefusal(`${name}Schedule.retentionDuration.count`, message, remedy)];
}

/** Weekly schedules: every backup day has its retention, and no other day has one. */
function weekDayRefusals({ schedulePolicy, retentionPolicy }: PolicyProperties): EngineError[] {
  const { weekly } = retentionPolicy;
  if (weekly === null) return [];
  const property = "weeklySchedule.daysOfTheWeek";
  if (weekly.daysOfTheWeek.length === 0) {
    return [retentionRefusal(property, "a weekly retention needs the days that it keeps", 'give them, as ["Sunday"]')];
  }
  if (schedulePolicy.scheduleRunFrequency !== "Weekly" || schedulePolicy.scheduleRunDays.length === 0) return [];
  const runDays = schedulePolicy.scheduleRunDays;
  const idle = weekly.daysOfTheWeek.filter((day) => !runDays.includes(day));
  const unkept = runDays.filter((day) => !weekly.daysOfTheWeek.includes(day));
  const remedy = `name the backup days: ${runDays.join(", ")}`;
  return [
    ...(idle.length === 0 ? [] : [retentionRefusal(property, `no backup runs on ${idle.join(", ")}`, remedy)]),
    ...(unkept.length === 0
      ? []
      : [retentionRefusal(property, `the backups of ${unkept.join(", ")} have no retention`, remedy)]),
  ];
}

function monthDayRefusals(properties: PolicyProperties, name: string, days: MonthDays): EngineError[] {
  const byDate = `${name}Schedule.retentionScheduleDaily`;
  const byWeekday = `${name}Schedule.retentionScheduleWeekly`;
  const { retentionScheduleFormatType: format, daysOfTheMonth, daysOfTheWeek, weeksOfTheMonth } = days;
  if (format === "Daily") {
    const strange = daysOfTheWeek.length + weeksOfTheMonth.length > 0;
    return [
      ...(strange ? [strangeFormat(byWeekday, format)] : []),
      ...(daysOfTheMonth.length > 0
        ? daysOfTheMonth.flatMap((day, index) => dateRefusals(day, `${byDate}.daysOfTheMonth[${index}]`))
        : [retentionRefusal(byDate, "the days of the month are missing", "give daysOfTheMonth: [{ date: 1 }]")]),
    ];
  }
  const refusals = daysOfTheMonth.length > 0 ? [strangeFormat(byDate, format)] : [];
  if (daysOfTheWeek.length === 0 || weeksOfTheMonth.length === 0) {
    const remedy = 'give daysOfTheWeek: ["Sunday"] and weeksOfTheMonth: ["First"]';
    return [...refusals, retentionRefusal(byWeekday, "weekdays and weeks of the month are needed", remedy)];
  }
  const { scheduleRunFrequency, scheduleRunDays } = properties.schedulePolicy;
  const idle = daysOfTheWeek.filter((day) => !scheduleRunDays.includes(day));
  if (scheduleRunFrequency !== "Weekly" || scheduleRunDays.length === 0 || idle.length === 0) return refusals;
  const remedy = `choose among the backup days: ${scheduleRunDays.join(", ")}`;
  return [...refusals, retentionRefusal(`${byWeekday}.daysOfTheWeek`, `no backup runs on ${idle.join(", ")}`, remedy)];
}

function strangeFormat(property: string, format: string): EngineError {
  const message = `retentionScheduleFormatType ${format} has no use for it`;
  const other = format === "Daily" ? "Weekly" : "Daily";
  return retentionRefusal(property, message, `leave it out, or set retentionScheduleFormatType: "${other}"`);
}

function dateRefusals({ date, isLast }: DayOfMonth, property: string): EngineError[] {
  const remedy = "give { date: 1 } to { date: 31 }, or { isLast: true } for the last day of every month";
  if (date === null) return isLast ? [] : [retentionRefusal(property, "a day of the month needs its date", remedy)];
  if (isLast) {
    const message = `it can't be both day ${date} and the last day of the month`;
    return [retentionRefusal(property, message, remedy)];
  }
  if (Number.isInteger(date) && date >= 1 && date <= 31) return [];
  return [retentionRefusal(`${property}.date`, `a month has no day ${date}`, remedy)];
}

/** February may have 29 days. */
const longestMonths: readonly number[] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function yearRefusals(yearly: MonthDays & { readonly monthsOfYear: readonly MonthOfYear[] }): EngineError[] {
  if (yearly.monthsOfYear.length === 0) {
    const message = "a yearly retention needs the months that it keeps";
    return [retentionRefusal("yearlySchedule.monthsOfYear", message, 'give them, as ["January"]')];
  }
  if (yearly.retentionScheduleFormatType === "Weekly") return [];
  const most = Math.max(...yearly.monthsOfYear.map((month) => longestMonths[monthsOfYear.indexOf(month)] ?? 0));
  return yearly.daysOfTheMonth.flatMap(({ date }, index) => {
    if (date === null || date <= most || date > 31) return [];
    const message = `there is no day ${date} in ${yearly.monthsOfYear.join(", ")}`;
    const property = `yearlySchedule.retentionScheduleDaily.daysOfTheMonth[${index}].date`;
    return [retentionRefusal(property, message, "use { isLast: true } for a month's last day")];
  });
}

/** What goes to the vault stays there at least as long as its snapshot does. */
function snapshotLifeRefusals(properties: PolicyProperties): EngineError[] {
  const { instantRpRetentionRangeInDays: snapshotDays, retentionPolicy, schedulePolicy } = properties;
  const { daily, weekly } = retentionPolicy;
  const isWeekly = schedulePolicy.scheduleRunFrequency === "Weekly";
  const days = isWeekly ? (weekly?.count ?? Number.POSITIVE_INFINITY) * 7 : (daily?.count ?? Number.POSITIVE_INFINITY);
  // Less than a week is refused already.
  if (days >= snapshotDays || days < 7) return [];
  const name = isWeekly ? "weekly" : "daily";
  const message = `${name} points would leave the vault after ${days} days, before their snapshots (${snapshotDays})`;
  const remedy = `keep them for ${snapshotDays} days or more, or give fewer days in instantRpRetentionRangeInDays`;
  return [retentionRefusal(`${name}Schedule.retentionDuration.count`, message, remedy)];
}
