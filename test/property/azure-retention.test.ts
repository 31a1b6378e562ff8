import { expect } from "chai";
import * as fc from "fast-check";
import type { PolicyProperties } from "../../provider/engine/azure/policy";
import { daily, policyWith } from "../engine/azure/policies";
import { AzureRetentionAuditor } from "../support/azure-retention-auditor";
import { openAzureEstate } from "./azure-estate";
import { type AzureEvent, azureEventLists } from "./azure-events";
import { watchAzure } from "./azure-watch";

const day = 86_400;
const days = (count: number): AzureEvent => ({ kind: "advance", seconds: count * day });
const written = (properties: PolicyProperties): AzureEvent => ({ kind: "policy", policy: 0, properties });
const vault = (change: Partial<Extract<AzureEvent, { kind: "vault" }>>): AzureEvent => ({
  kind: "vault",
  immutability: "Disabled",
  softDelete: "Enabled",
  days: 14,
  ...change,
});
const protect = (recover = false): AzureEvent => ({
  kind: "protect",
  machine: "vm-1",
  policy: 0,
  recover,
  exclude: null,
});
const remove = (points: "retain" | "delete"): AzureEvent => ({ kind: "remove", machine: "vm-1", points });

const firsts = {
  retentionScheduleFormatType: "Daily",
  daysOfTheMonth: [{ date: 1, isLast: false }],
  daysOfTheWeek: [],
  weeksOfTheMonth: [],
} as const;

/** Every midnight for a week, the first of a month for two. */
function monthly(dailyCount: number, timeZone = "UTC"): PolicyProperties {
  const retentionPolicy = {
    daily: { count: dailyCount },
    weekly: null,
    monthly: { ...firsts, count: 2 },
    yearly: null,
  };
  return policyWith({ schedulePolicy: daily("00:00"), timeZone, retentionPolicy });
}

/** Histories that chance seldom meets; the first three were mistakes once. */
const examples: readonly [AzureEvent[]][] = [
  // The machine is protected anew after all of it was gone: nothing new may bear the name of something old.
  [[written(monthly(7)), protect(), days(8), remove("delete"), days(20), protect(), days(8)]],
  // What has just come to its end does not come back when its machine's points are kept for ever.
  [[written(monthly(30)), protect(), days(20), written(monthly(7)), remove("retain"), days(1)]],
  // An immutable vault keeps a point of the first although, on another clock, it was made on the last day of a month.
  [
    [
      ...[written(monthly(7)), protect(), days(35), vault({ immutability: "Unlocked" })],
      ...[written(monthly(7, "Pacific Standard Time")), written(monthly(8, "Pacific Standard Time")), days(40)],
    ],
  ],
  // Deleted, taken back in time, deleted where nothing is kept back.
  [
    [
      ...[
        written(monthly(30)),
        protect(),
        days(5),
        remove("delete"),
        days(10),
        remove("delete"),
        protect(),
        protect(true),
      ],
      ...[days(3), vault({ immutability: "Locked" }), remove("delete"), vault({}), days(1), remove("retain")],
    ],
  ],
  // The clock stops at the very end of a point.
  [[written(monthly(7)), protect(), days(1), days(7), remove("retain"), days(1)]],
  [[written(monthly(30)), protect(), days(5), vault({ softDelete: "Disabled" }), remove("delete"), days(1)]],
];

describe("law 6, retention on Azure", () => {
  it("kept and gone are all that there were, each as an auditor's own book says", async function () {
    this.timeout(240_000);
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(azureEventLists, async (events) => {
        const auditor = new AzureRetentionAuditor();
        const last = await watchAzure(await openAzureEstate(), events, auditor, seen);
        const points = [...auditor.points.values()];
        const gone = points.flatMap((point) => point.gone ?? []);
        const kept = last.point.filter(({ expireTime }) => expireTime === null || expireTime > last.now);
        expect(kept.length + gone.length, "kept and gone").to.equal(points.length);
        for (const { ruleName, gone: end } of points) seen.add(`${ruleName} ${end?.why ?? "kept"}`);
      }),
      { numRuns: 60, examples: [...examples] },
    );
    // What the histories must have met for the law to mean something.
    const kinds = ["policy refused", "remove refused", "stop accepted", "vault refused", "protect refused"];
    const ends = ["Snapshot expired", "Daily expired", "Daily deleted", "Monthly kept", "Weekly expired"];
    expect([...seen]).to.include.members([...kinds, ...ends]);
  });
});
