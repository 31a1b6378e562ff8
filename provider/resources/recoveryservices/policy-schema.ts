import { z } from "zod";
import { daysOfWeek, monthsOfYear, weeksOfMonth } from "../../engine/azure/policy";
import { ruled } from "../shared/azure-rule";

const time = z.string().min(1);
const timeShape = 'on the hour or half past: "02:30", or "2026-01-01T02:30:00Z", whose date counts for nothing';

function inWords(values: readonly string[]): Record<string, string> {
  return Object.fromEntries(values.map((value) => [value, `${value}.`]));
}

const dayOfWeek = z.enum(daysOfWeek).meta({ typeName: "DayOfWeek", valueDescriptions: inWords(daysOfWeek) });

function days(description: string) {
  return z.array(dayOfWeek).meta({ description, set: true });
}

const runTimes = z
  .array(time)
  .min(1)
  .optional()
  .meta({ description: `Daily, Weekly: the one time of the backup on the policy's clock, ${timeShape}.` });

const hourlySchedule = z
  .strictObject({
    interval: z
      .int()
      .min(1)
      .meta({
        ...ruled("Z-21", "give 4, 6, 8 or 12"),
        description: "Hours between two backups: 4, 6, 8 or 12 (Z-21).",
        units: "hours",
      }),
    scheduleWindowStartTime: time.meta({ description: `When the window opens on the policy's clock, ${timeShape}.` }),
    scheduleWindowDuration: z
      .int()
      .min(1)
      .meta({
        ...ruled("Z-21", "give 4 to 24 hours, a multiple of interval"),
        description: "How long the window is open, hours, 4 to 24 and a multiple of interval; may cross midnight.",
        units: "hours",
      }),
  })
  .meta({ typeName: "HourlySchedule", description: "Several backups a day." });

const dailySchedule = z
  .strictObject({ scheduleRunTimes: runTimes })
  .meta({ typeName: "DailySchedule", description: "One backup a day, as SimpleSchedulePolicyV2 writes it." });

const runDays = days("Weekly: the days of the backups.").optional();

const weeklySchedule = z.strictObject({ scheduleRunDays: runDays, scheduleRunTimes: runTimes }).meta({
  typeName: "WeeklySchedule",
  description: "Backups on days of the week, as SimpleSchedulePolicyV2 writes it.",
});

export const schedulePolicy = z
  .strictObject({
    scheduleRunFrequency: z
      .enum(["Hourly", "Daily", "Weekly"])
      .meta({
        typeName: "ScheduleRunFrequency",
        valueDescriptions: {
          Hourly: "Several times a day; needs policyType V2.",
          Daily: "Once a day.",
          Weekly: "On days of the week.",
        },
      })
      .meta({ ...ruled("Z-21", "write Hourly, Daily or Weekly"), description: "How often backups run." }),
    scheduleRunTimes: runTimes,
    scheduleRunDays: runDays,
    hourlySchedule: hourlySchedule.optional().meta({ description: "Hourly: the window and the interval." }),
    dailySchedule: dailySchedule
      .optional()
      .meta({ description: "Daily: another way to write scheduleRunTimes, as enhanced policies do." }),
    weeklySchedule: weeklySchedule
      .optional()
      .meta({ description: "Weekly: another way to write scheduleRunDays and scheduleRunTimes." }),
  })
  .meta({ typeName: "SchedulePolicy", description: "When backups run." });

function retentionDuration(unit: "Days" | "Weeks" | "Months" | "Years", least: number) {
  return z
    .strictObject({
      count: z
        .int()
        .min(1)
        .meta({
          ...ruled("Z-27", `give ${least} to 9999 ${unit.toLowerCase()}`),
          description: `How many ${unit.toLowerCase()}, ${least} to 9999 (Z-27).`,
        }),
      durationType: z
        .literal(unit)
        .default(unit)
        .meta({
          ...ruled("Z-27", `write ${unit}, or leave durationType out`),
          description: `The unit: always ${unit}. Default: ${unit}.`,
        }),
    })
    .meta({ typeName: `RetentionIn${unit}`, description: `How long points live, ${unit.toLowerCase()}.` });
}

const dailyRetention = z
  .strictObject({
    retentionDuration: retentionDuration("Days", 7).meta({ description: "How long the day's vault point lives." }),
  })
  .meta({ typeName: "DailyRetentionSchedule", description: "How long the vault point of each day lives." });

const weeklyRetention = z
  .strictObject({
    daysOfTheWeek: days("The days whose points live that long; with a Weekly schedule, its days."),
    retentionDuration: retentionDuration("Weeks", 1).meta({ description: "How long these points live." }),
  })
  .meta({ typeName: "WeeklyRetentionSchedule", description: "How long the vault points of certain weekdays live." });

const dayOfMonth = z
  .strictObject({
    date: z.int().min(0).max(31).optional().meta({
      description: "The day's number, 1 to 31; a month without it has no such point. 0 or absent: see isLast.",
    }),
    isLast: z
      .boolean()
      .default(false)
      .meta({ description: "The last day of the month, whatever its number. Default: false." }),
  })
  .meta({ typeName: "DayOfMonth", description: "A day of a month." });

const monthDays = {
  retentionScheduleFormatType: z
    .enum(["Daily", "Weekly"])
    .meta({
      typeName: "RetentionScheduleFormat",
      valueDescriptions: { Daily: "By the day's number.", Weekly: "By weekday, as the first Sunday." },
    })
    .meta({ description: "How the days are named." }),
  retentionScheduleDaily: z
    .strictObject({
      daysOfTheMonth: z.array(dayOfMonth).meta({ description: "The days of the month.", set: true }),
    })
    .meta({ typeName: "DailyRetentionFormat", description: "Days of a month by number." })
    .optional()
    .meta({ description: "Format Daily: the days by number." }),
  retentionScheduleWeekly: z
    .strictObject({
      daysOfTheWeek: days("The weekdays."),
      weeksOfTheMonth: z
        .array(z.enum(weeksOfMonth).meta({ typeName: "WeekOfMonth", valueDescriptions: inWords(weeksOfMonth) }))
        .meta({ description: "Which of them in the month.", set: true }),
    })
    .meta({ typeName: "WeeklyRetentionFormat", description: "Days of a month by weekday." })
    .optional()
    .meta({ description: "Format Weekly: the days by weekday." }),
};

const monthlyRetention = z
  .strictObject({
    ...monthDays,
    retentionDuration: retentionDuration("Months", 1).meta({ description: "How long these points live." }),
  })
  .meta({
    typeName: "MonthlyRetentionSchedule",
    description: "How long the vault points of certain days of a month live.",
  });

const yearlyRetention = z
  .strictObject({
    monthsOfYear: z
      .array(z.enum(monthsOfYear).meta({ typeName: "MonthOfYear", valueDescriptions: inWords(monthsOfYear) }))
      .meta({ description: "The months.", set: true }),
    ...monthDays,
    retentionDuration: retentionDuration("Years", 1).meta({ description: "How long these points live." }),
  })
  .meta({
    typeName: "YearlyRetentionSchedule",
    description: "How long the vault points of certain days of a year live.",
  });

export const retentionPolicy = z
  .strictObject({
    dailySchedule: dailyRetention
      .optional()
      .meta({ description: "Hourly, Daily: how long each day's point lives. Needed with these frequencies." }),
    weeklySchedule: weeklyRetention
      .optional()
      .meta({ description: "How long points of certain weekdays live. Needed with the frequency Weekly." }),
    monthlySchedule: monthlyRetention.optional().meta({ description: "Points kept by the month. Default: none." }),
    yearlySchedule: yearlyRetention.optional().meta({ description: "Points kept by the year. Default: none." }),
  })
  .meta({
    typeName: "RetentionPolicy",
    description: "How long vault points live; the retention that keeps a day's point longest counts.",
  });

const archiveTiering = z
  .strictObject({
    tieringMode: z
      .enum(["TierRecommended", "TierAfter", "DoNotTier"])
      .meta({
        typeName: "TieringMode",
        valueDescriptions: {
          TierRecommended: "As soon as points may be archived.",
          TierAfter: "After a duration.",
          DoNotTier: "Never.",
        },
      })
      .meta({ description: "When monthly and yearly points are archived." }),
    duration: z.int().min(1).optional().meta({
      description: "TierAfter: the age at which points are archived, three months or more; they need six months left.",
    }),
    durationType: z
      .enum(["Days", "Weeks", "Months", "Years"])
      .meta({
        typeName: "TieringDurationType",
        valueDescriptions: {
          Days: "24 hours.",
          Weeks: "7 days.",
          Months: "Calendar months.",
          Years: "Calendar years.",
        },
      })
      .optional()
      .meta({ description: "TierAfter: the unit of duration." }),
  })
  .meta({ typeName: "ArchiveTiering", description: "When points move to vault-archive." });

export const tieringPolicy = z
  .strictObject({ ArchivedRP: archiveTiering.optional().meta({ description: "The way to vault-archive." }) })
  .meta({ typeName: "TieringPolicy", description: "How points move between tiers." });
