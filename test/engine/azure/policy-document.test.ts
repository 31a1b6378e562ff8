import { expect } from "chai";
import { daysOfWeek, type PolicyProperties } from "../../../provider/engine/azure/policy";
import { policyRecord, readPolicyDocument } from "../../../provider/engine/azure/policy-document";
import type { Json } from "../../../provider/store/tables";
import { daily as at, hourly as every, policyWith, weekly } from "./policies";
import { policyRow } from "./vault-rows";

const daily = policyWith({ schedulePolicy: at("02:30") });

const days = { retentionScheduleFormatType: "Weekly", daysOfTheMonth: [], daysOfTheWeek: ["Sunday"] } as const;
const everything: PolicyProperties = {
  policyType: "V2",
  timeZone: "W. Europe Standard Time",
  instantRpRetentionRangeInDays: 9,
  snapshotConsistencyType: "OnlyCrashConsistent",
  schedulePolicy: weekly("02:30", "Sunday", "Friday"),
  retentionPolicy: {
    daily: null,
    weekly: { count: 12, daysOfTheWeek: ["Sunday", "Friday"] },
    monthly: { count: 24, ...days, weeksOfTheMonth: ["First", "Last"] },
    yearly: {
      count: 7,
      retentionScheduleFormatType: "Daily",
      daysOfTheMonth: [
        { date: 1, isLast: false },
        { date: null, isLast: true },
      ],
      daysOfTheWeek: [],
      weeksOfTheMonth: [],
      monthsOfYear: ["January"],
    },
  },
  tieringPolicy: { tieringMode: "TierAfter", duration: 4, durationType: "Months" },
};

const hourly = policyWith({ policyType: "V2", schedulePolicy: every("08:00", 6, 12) });

/** The `properties` that the service prints of a policy. */
function printed(properties: PolicyProperties): Json {
  const record = policyRecord({ ...policyRow("daily"), properties: properties as unknown as Json }, 3);
  return (record as { properties: Json }).properties;
}

/** What is wrong with a document, by its property path. */
function wrong(document: Json, old?: PolicyProperties): string[] {
  return (readPolicyDocument(document, old).refusals ?? []).map(({ property, message, remedy, source }) => {
    expect([message, remedy, source], property).to.not.include("");
    return property;
  });
}

describe("a protection policy in ARM's shape", () => {
  for (const [name, properties] of Object.entries({ daily, everything, hourly })) {
    it(`can be given back as it is printed: ${name}`, () => {
      expect(readPolicyDocument(printed(properties), undefined).properties).to.deep.equal(properties);
      expect(readPolicyDocument(printed(properties), daily).properties?.schedulePolicy).to.deep.equal(
        properties.schedulePolicy,
      );
    });
  }

  it("leaves what isn't given as it is, and takes away what is null", () => {
    expect(readPolicyDocument({}, everything).properties).to.deep.equal(everything);
    const emptied = { ...everything, snapshotConsistencyType: null, tieringPolicy: null };
    const nothing = { snapshotConsistencyType: null, tieringPolicy: null };
    expect(readPolicyDocument(nothing, everything).properties).to.deep.equal(emptied);
  });

  it("tells all that is wrong with it at once", () => {
    expect(wrong({})).to.deep.equal(["schedulePolicy", "retentionPolicy"]);
    expect(wrong([])).to.deep.equal(["properties"]);
    const document = {
      policytype: "V2",
      timeZone: 3,
      schedulePolicy: { scheduleRunDays: ["sunday"], hourlySchedule: { interval: 0 } },
      retentionPolicy: { monthlySchedule: { retentionDuration: { count: "1", durationType: "Days" } } },
    };
    expect(wrong(document)).to.have.members([
      "policytype",
      "timeZone",
      "schedulePolicy.scheduleRunFrequency",
      "schedulePolicy.scheduleRunDays[0]",
      "schedulePolicy.hourlySchedule.interval",
      "schedulePolicy.hourlySchedule.scheduleWindowStartTime",
      "schedulePolicy.hourlySchedule.scheduleWindowDuration",
      "retentionPolicy.monthlySchedule.retentionScheduleFormatType",
      "retentionPolicy.monthlySchedule.retentionDuration.count",
      "retentionPolicy.monthlySchedule.retentionDuration.durationType",
    ]);
    const [unknown] = readPolicyDocument({ policytype: "V2" }, undefined).refusals ?? [];
    expect(unknown?.remedy).to.contain("did you mean policyType?");
  });

  it("refuses what says the same thing twice, and differently", () => {
    const retentionTimes = ["2026-01-01T03:00:00Z"];
    const retentionDuration = { count: 30, durationType: "Days" };
    const retentionPolicy = { dailySchedule: { retentionTimes, retentionDuration } };
    expect(wrong({ retentionPolicy }, daily)).to.deep.equal(["retentionPolicy.dailySchedule.retentionTimes"]);
    const schedulePolicy = {
      schedulePolicyType: "SimpleSchedulePolicyV2",
      scheduleRunFrequency: "Weekly",
      scheduleRunTimes: ["02:30"],
      weeklySchedule: { scheduleRunDays: [...daysOfWeek] },
    };
    expect(wrong({ schedulePolicy }, daily)).to.deep.equal([
      "schedulePolicy.schedulePolicyType",
      "schedulePolicy.weeklySchedule",
    ]);
  });
});
