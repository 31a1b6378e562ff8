import type { PolicyProperties, RetentionPolicy, SchedulePolicy } from "../../../provider/engine/azure/policy";

export const atTwo: SchedulePolicy = {
  scheduleRunFrequency: "Daily",
  scheduleRunTimes: ["02:00"],
  scheduleRunDays: [],
  hourlySchedule: null,
};

export const thirtyDays: RetentionPolicy = { daily: { count: 30 }, weekly: null, monthly: null, yearly: null };

/** A standard policy that is right, but for what is given. */
export function policyWith(change: Partial<PolicyProperties> = {}): PolicyProperties {
  return {
    policyType: "V1",
    timeZone: "UTC",
    instantRpRetentionRangeInDays: 2,
    snapshotConsistencyType: null,
    schedulePolicy: atTwo,
    retentionPolicy: thirtyDays,
    tieringPolicy: null,
    ...change,
  };
}

export function daily(time: string): SchedulePolicy {
  return { ...atTwo, scheduleRunTimes: [time] };
}

export function weekly(time: string, ...days: SchedulePolicy["scheduleRunDays"]): SchedulePolicy {
  return { ...atTwo, scheduleRunFrequency: "Weekly", scheduleRunTimes: [time], scheduleRunDays: days };
}

export function hourly(start: string, interval: number, duration: number): SchedulePolicy {
  return {
    scheduleRunFrequency: "Hourly",
    scheduleRunTimes: [],
    scheduleRunDays: [],
    hourlySchedule: { interval, scheduleWindowStartTime: start, scheduleWindowDuration: duration },
  };
}

export const seconds = (time: string): number => Date.parse(time) / 1000;
