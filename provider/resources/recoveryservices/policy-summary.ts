import type { PolicyProperties, SchedulePolicy } from "../../engine/azure/policy";
import { counted } from "../../engine/core/counted";

/** A policy in words: `daily at 02:30, UTC; snapshots 2 days; kept: daily 30 days, weekly 12 weeks`. */
export function describePolicy({ schedulePolicy: schedule, ...policy }: PolicyProperties): string {
  const { daily, weekly, monthly, yearly } = policy.retentionPolicy;
  const kept = [
    ...(daily === null ? [] : [`daily ${counted(daily.count, "day")}`]),
    ...(weekly === null ? [] : [`weekly ${counted(weekly.count, "week")}`]),
    ...(monthly === null ? [] : [`monthly ${counted(monthly.count, "month")}`]),
    ...(yearly === null ? [] : [`yearly ${counted(yearly.count, "year")}`]),
  ];
  const snapshots = `snapshots ${counted(policy.instantRpRetentionRangeInDays, "day")}`;
  return `${describeSchedule(schedule)}, ${policy.timeZone}; ${snapshots}; kept: ${kept.join(", ")}`;
}

function describeSchedule({ hourlySchedule, scheduleRunDays, scheduleRunTimes }: SchedulePolicy): string {
  if (hourlySchedule !== null) {
    const { interval, scheduleWindowStartTime, scheduleWindowDuration } = hourlySchedule;
    return `every ${interval} hours from ${scheduleWindowStartTime} for ${scheduleWindowDuration} hours`;
  }
  const days = scheduleRunDays.length === 0 ? "daily" : `on ${scheduleRunDays.join(", ")}`;
  return `${days} at ${scheduleRunTimes.join(", ")}`;
}
