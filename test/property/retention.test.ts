import { expect } from "chai";
import * as fc from "fast-check";
import { RetentionAuditor } from "../support/retention-auditor";
import type { Rows } from "../support/retention-ledger";
import type { TestEngine } from "../support/test-engine";
import { actionOf, isAccepted } from "./actions";
import { openEstate, readRows } from "./estate";
import { type Event, type EventRule, eventLists } from "./events";

/** What was seen over all histories: kinds of events that were accepted or refused, and how points ended. */
type Seen = Map<string, number>;

function note(seen: Seen, what: string): void {
  seen.set(what, (seen.get(what) ?? 0) + 1);
}

/** What changed rules do to points that are there. */
function noteLives(seen: Seen, before: Rows, after: Rows): void {
  const ends = new Map(after.recoveryPoint.map(({ id, expireTime }) => [id, expireTime ?? Number.POSITIVE_INFINITY]));
  for (const { id, expireTime } of before.recoveryPoint) {
    const [old, end] = [expireTime ?? Number.POSITIVE_INFINITY, ends.get(id)];
    if (end === undefined) note(seen, "rules prune");
    else if (end !== old) note(seen, end < old ? "rules shorten" : "rules extend");
  }
}

/** Lives through the events with the auditor watching; gives what is there at the end. */
async function watch(engine: TestEngine, events: readonly Event[], auditor: RetentionAuditor, seen: Seen) {
  const sequence = { next: 0 };
  let before: Rows = await readRows(engine);
  auditor.look(before);
  for (const [index, event] of events.entries()) {
    const action = actionOf(event, before, sequence);
    if (action === undefined) continue;
    const may = action.may?.(auditor);
    const wasAccepted = await isAccepted(engine, action);
    const where = `event ${index}, ${JSON.stringify(event)}, at ${before.now}`;
    if (may !== undefined) expect(wasAccepted, `${where} is accepted`).to.equal(may);
    const after = await readRows(engine);
    if (wasAccepted) {
      action.done?.(auditor, before, after);
      auditor.follow(before, after);
      if (["policy", "retention", "protect", "plan"].includes(event.kind)) noteLives(seen, before, after);
    }
    auditor.look(after);
    expect(auditor.problems.join("\n"), where).to.equal("");
    note(seen, `${event.kind} ${wasAccepted ? "accepted" : "refused"}`);
    before = after;
  }
  return before;
}

const day = 86_400;
const daily: EventRule = { ruleType: "BACKUP", schedule: "I|1767225600|P1D", retention: 3 };

/** A machine that is protected by these rules, and what then happens to it. */
function told(rules: EventRule[], ...events: Event[]): [Event[]] {
  const policy: Event = { kind: "policy", policy: 0, rules };
  const protect: Event = { kind: "protect", source: "i-0", policy: 0, appConsistent: true, disks: "all", key: false };
  return [[policy, protect, ...events]];
}

/** Histories that chance seldom meets; each of them was a mistake once. */
const examples: readonly [Event[]][] = [
  // Throttled before midnight and made after it: the first point of the next day.
  told(
    [
      { ruleType: "BACKUP", schedule: "I|1767225590|PT8H", retention: 1 },
      { ruleType: "TRANSITION", retentionRules: [{ advancedRetentionType: "DAILY", retention: 10 }] },
    ],
    { kind: "advance", seconds: 30_000 },
    { kind: "fault", what: "THROTTLING", regionId: null, seconds: 56_399 },
    { kind: "advance", seconds: 2 * day },
  ),
  // A disk was made of a snapshot of an immutable point: the snapshot is held until the point's end, and then no more.
  told(
    [daily, { ruleType: "SECURITY", immutable: true }],
    { kind: "advance", seconds: day },
    { kind: "useSnapshot", pick: 0, image: false },
    { kind: "deleteSnapshot", pick: 0, force: true },
    { kind: "advance", seconds: 5 * day },
    { kind: "deleteSnapshot", pick: 0, force: true },
  ),
  // "Never" for one disk ends when somebody deletes the point by name.
  told(
    [daily],
    { kind: "advance", seconds: day },
    { kind: "override", dimension: "DISK", by: "id", pick: 0, days: null },
    { kind: "delete", pick: 0 },
    { kind: "advance", seconds: 600 },
  ),
  // A disk that an override holds outlives its point, which a shorter retention takes.
  told(
    [daily],
    { kind: "advance", seconds: 2 * day },
    { kind: "override", dimension: "DISK", by: "id", pick: 0, days: 20 },
    { kind: "retention", policy: 0, days: 1, longer: null },
    { kind: "advance", seconds: 19 * day },
  ),
  // The first whole point of a week stands in for one that is of no more use.
  told(
    [daily],
    { kind: "advance", seconds: 2 * day + 7200 },
    { kind: "deleteSnapshot", pick: 0, force: false },
    { kind: "retention", policy: 0, days: 3, longer: { advancedRetentionType: "WEEKLY", retention: 40 } },
    { kind: "advance", seconds: 10 * day },
  ),
  // What is on its way out holds nothing any more.
  told(
    [daily],
    { kind: "advance", seconds: day },
    { kind: "override", dimension: "DISK", by: "id", pick: 0, days: null },
    { kind: "delete", pick: 0 },
    { kind: "deleteSnapshot", pick: 0, force: false },
  ),
];

describe("law 6, retention", () => {
  it("kept and gone are all that there were, each as an auditor's own book says", async function () {
    this.timeout(240_000);
    const seen: Seen = new Map();
    await fc.assert(
      fc.asyncProperty(eventLists, async (events) => {
        const auditor = new RetentionAuditor();
        const last = await watch(await openEstate(), events, auditor, seen);
        const points = [...auditor.ledger.points.values()];
        const gone = points.flatMap((point) => point.gone ?? []);
        expect(last.recoveryPoint.length + gone.length, "kept and gone").to.equal(points.length);
        for (const { why } of gone) note(seen, `point ${why}`);
      }),
      { numRuns: 300, examples: [...examples] },
    );
    // What the histories must have met for the law to mean something.
    const kinds = [
      "delete refused",
      "deleteSnapshot refused",
      "override refused",
      "unprotect refused",
      "runNow refused",
    ];
    expect([...seen.keys()]).to.include.members([...kinds, "restore refused", "point expired", "point deleted"]);
    expect([...seen.keys()]).to.include.members(["rules prune", "rules shorten", "rules extend"]);
  });
});
