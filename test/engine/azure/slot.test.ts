import { expect } from "chai";
import type { PolicyProperties } from "../../../provider/engine/azure/policy";
import { SlotList } from "../../../provider/engine/azure/slot";
import { day, start } from "./vault-rows";

const everyFourHours: PolicyProperties = {
  policyType: "V2",
  timeZone: "W. Europe Standard Time",
  instantRpRetentionRangeInDays: 7,
  snapshotConsistencyType: null,
  schedulePolicy: {
    scheduleRunFrequency: "Hourly",
    scheduleRunTimes: [],
    scheduleRunDays: [],
    hourlySchedule: { interval: 4, scheduleWindowStartTime: "22:00", scheduleWindowDuration: 12 },
  },
  retentionPolicy: { daily: { count: 30 }, weekly: null, monthly: null, yearly: null },
  tieringPolicy: null,
};
/** With the leap of the clock in March. */
const until = start + 120 * day;

describe("slots of an Azure policy", () => {
  const times = [100, 20, 86, 20.25, 87, 0, 119, 120].map((days) => start + days * day);

  it("are the same for each item, whichever items asked before it and however far they had run", () => {
    const shared = new SlotList(everyFourHours, until);
    for (const time of times) {
      expect(shared.after(time), `after ${time}`).to.deep.equal(new SlotList(everyFourHours, until).after(time));
    }
  });

  it("come after the time that was asked for, in order, up to the end", () => {
    for (const time of times) {
      const found = new SlotList(everyFourHours, until).after(time).map((slot) => slot.time);
      expect(found).to.deep.equal([...new Set(found)].sort((a, b) => a - b));
      expect(found.every((each) => each > time && each <= until)).to.equal(true);
      expect(found.length > 0, `${time}`).to.equal(time < until);
    }
  });
});
