import { parseSchedule } from "../engine/core/schedule";
import { readableTime } from "../engine/core/time";
import { type Change, changes, numberOf, type Properties, recordsOf, shown, textOf } from "./drift-change";
import { type DriftFinding, found } from "./drift-finding";
import { compareMeasures, type Measure } from "./drift-measure";
import { longestGapInHours } from "./drift-rhythm";

/** What a policy of Alibaba Cloud, or a plan, does for the machines under it. */
export interface Regime {
  readonly schedules: readonly string[];
  /** Days, of each schedule; Infinity: for ever. */
  readonly retentions: readonly number[];
  /** Days that the first point of a period lives, by period. */
  readonly periods: ReadonlyMap<string, number>;
  readonly copiesTo: string | undefined;
  /** Days that a copy lives; undefined: as long as its point. */
  readonly copyDays: number | undefined;
  /** Days in the standard tier; Infinity: never archived. */
  readonly archiveDays: number;
  readonly isImmutable: boolean;
  /** Each TAG rule in words. */
  readonly tags: readonly string[];
}

/** Permanent retention is written as −1, or not at all. */
function daysOf(retention: unknown): number {
  const days = numberOf(retention);
  return days === undefined || days < 0 ? Number.POSITIVE_INFINITY : days;
}

/** What the rules of a policy come to: a TRANSITION rule's retention beats the BACKUP rules' (A-36). */
export function regimeOfPolicy({ rules: given }: Properties): Regime {
  const rules = recordsOf(given);
  const ofType = (type: string) => rules.filter(({ ruleType }) => ruleType === type);
  const [transition = {}] = ofType("TRANSITION");
  const [replication] = ofType("REPLICATION");
  const backups = ofType("BACKUP");
  return {
    schedules: backups.flatMap(({ schedule }) => textOf(schedule) ?? []),
    retentions: backups.map(({ retention }) => daysOf(transition.retention ?? retention)),
    periods: new Map(
      recordsOf(transition.retentionRules).map((rule) => [
        String(rule.advancedRetentionType).toLowerCase(),
        daysOf(rule.retention),
      ]),
    ),
    copiesTo: textOf(replication?.replicationRegionId),
    copyDays: numberOf(replication?.retention),
    archiveDays: numberOf(transition.archiveDays) ?? Number.POSITIVE_INFINITY,
    isImmutable: ofType("SECURITY").some(({ immutable }) => immutable === true),
    tags: ofType("TAG").map(({ tagFilters }) => inWords(recordsOf(tagFilters))),
  };
}

function regimeOfPlan(plan: Properties): Regime {
  const schedules = recordsOf(plan.rules).flatMap(({ schedule }) => textOf(schedule) ?? []);
  return {
    schedules,
    retentions: schedules.map(() => daysOf(plan.retention)),
    periods: new Map(),
    copiesTo: plan.doCopy === true ? textOf(plan.destinationRegionId) : undefined,
    copyDays: numberOf(plan.destinationRetention),
    archiveDays: Number.POSITIVE_INFINITY,
    isImmutable: false,
    tags: [],
  };
}

function inWords(filters: readonly Properties[]): string {
  const words = filters.map(
    ({ key, operator, value }) => `${shown(key)} ${operator === "NOT" ? "≠" : "="} ${shown(value)}`,
  );
  return words.sort().join(" and ");
}

/** What a finding tells beside itself. */
export interface Telling {
  /** The machines that it is about. */
  readonly why: string;
  /** The engine's clock, UNIX seconds, where it is known. */
  readonly now: number | undefined;
}

/** What becomes of the machines when one regime takes the place of another. */
export function compareRegimes(before: Regime, after: Regime, telling: Telling): readonly DriftFinding[] {
  const { why } = telling;
  if (before.schedules.length > 0 && after.schedules.length === 0) {
    const what = "no rule backs up any more";
    return [found({ class: "LOST", property: "rules", what, why, rule: "A-35", amount: runs(1, 0) })];
  }
  const periods = [...new Set([...before.periods.keys(), ...after.periods.keys()])].sort();
  const measured = compareMeasures("rules", measuresOf(before, periods), measuresOf(after, periods), why);
  return [
    ...measured.filter((finding, index) => !isRepeated(finding, measured.slice(0, index))),
    ...compareStarts(before, after, telling),
    ...compareCopies(before, after, why),
    ...compareLocks(before, after, why),
    ...compareTags(before, after, why),
  ];
}

function runs(before: number, after: number) {
  return { unit: "runs", before, after } as const;
}

/** With one retention for all points, the longest and the shortest are one. */
function isRepeated({ amount }: DriftFinding, earlier: readonly DriftFinding[]): boolean {
  return earlier.some((other) => JSON.stringify(other.amount) === JSON.stringify(amount));
}

function measuresOf({ schedules, retentions, periods, archiveDays }: Regime, names: readonly string[]): Measure[] {
  const days = { noun: "days", unit: "days of retention", better: "more", endless: "for ever", rule: "A-36" } as const;
  const longest = Math.max(...retentions);
  return [
    {
      key: "rpo",
      name: "RPO",
      value: longestGapInHours(schedules),
      noun: "hours",
      unit: "hours of RPO",
      better: "less",
      endless: "a single backup",
      rule: "A-35",
    },
    { key: "retention", name: "retention", value: longest, ...days },
    { key: "shortest", name: "shortest retention", value: Math.min(...retentions), ...days },
    ...names.map((name) => {
      const value = Math.max(periods.get(name) ?? 0, longest);
      return { key: name, name: `retention of ${name} points`, value, ...days };
    }),
    {
      ...{ key: "archive", name: "in the standard tier", value: archiveDays, noun: "days", endless: "always" },
      ...{ unit: "days in the fast tier", better: "more", rule: "A-48" },
    },
  ];
}

/** A start that is still to come leaves a time without backups; one that has passed only sets the hour. */
function compareStarts(before: Regime, after: Regime, { why, now }: Telling): readonly DriftFinding[] {
  const start = ({ schedules }: Regime) => Math.min(...schedules.map((text) => parseSchedule(text).startTime));
  if (before.schedules.length === 0) return [];
  const [old, live] = [start(before), start(after)];
  if (live === old) return [];
  const told = { property: "rules", why, rule: "A-35" };
  const gapInHours = now === undefined ? 0 : Math.round((live - Math.max(old, now)) / 3600);
  const rpo = longestGapInHours(before.schedules);
  if (gapInHours <= rpo) {
    const what = `schedules start at ${readableTime(live)}, not ${readableTime(old)}`;
    return [found({ ...told, class: "COSMETIC", what })];
  }
  const amount = { unit: "hours of RPO", before: rpo, after: gapInHours } as const;
  return [found({ ...told, class: "WEAKENED", what: `no backup before ${readableTime(live)}`, amount })];
}

function compareCopies(before: Regime, after: Regime, why: string): readonly DriftFinding[] {
  const [old, live] = [before.copiesTo, after.copiesTo];
  const told = { property: "rules", why, rule: "A-65" };
  if (old !== live) {
    const amount = { unit: "copies", before: old === undefined ? 0 : 1, after: live === undefined ? 0 : 1 } as const;
    if (old === undefined) return [found({ ...told, class: "STRONGER", what: `copies to ${live} added`, amount })];
    const what = live === undefined ? `no more copies to ${old}` : `copies go to ${live}, no longer to ${old}`;
    return [found({ ...told, class: "WEAKENED", what, amount })];
  }
  if (old === undefined) return [];
  const measure = (regime: Regime): Measure => ({
    ...{ key: "copy", name: `retention of copies in ${old}`, value: regime.copyDays ?? Math.max(...regime.retentions) },
    ...{ noun: "days", unit: "days of retention", better: "more", endless: "for ever", rule: "A-65" },
  });
  // A copy that lives as long as its point follows the point's retention, which is told already.
  if (before.copyDays === undefined && after.copyDays === undefined) return [];
  return compareMeasures("rules", [measure(before)], [measure(after)], why);
}

function compareLocks(before: Regime, after: Regime, why: string): readonly DriftFinding[] {
  if (before.isImmutable === after.isImmutable) return [];
  const isOn = after.isImmutable;
  const what = isOn
    ? "immutable: new points can't be deleted before their expiry"
    : "no longer immutable: new points can be deleted before their expiry";
  const amount = { unit: "lock", before: isOn ? 0 : 1, after: isOn ? 1 : 0 } as const;
  return [found({ class: isOn ? "STRONGER" : "WEAKENED", property: "rules", what, why, rule: "A-43", amount })];
}

/** Machines that carry the tags are bound by them alone: without the rule nothing protects them. */
function compareTags(before: Regime, after: Regime, why: string): readonly DriftFinding[] {
  const told = { property: "rules", why, rule: "A-03" };
  const gone = before.tags.filter((each) => !after.tags.includes(each));
  const added = after.tags.filter((each) => !before.tags.includes(each));
  return [
    ...gone.map((tags) => found({ ...told, class: "LOST", what: `machines with ${tags} are no longer bound` })),
    ...added.map((tags) => found({ ...told, class: "STRONGER", what: `machines with ${tags} are bound` })),
  ];
}

/** What somebody did to the rules of a policy. */
export function policyFindings(change: Change, telling: Telling): readonly DriftFinding[] {
  if (!changes(change, "rules")) return [];
  return compareRegimes(regimeOfPolicy(change.before), regimeOfPolicy(change.after), telling);
}

const planProperties = ["rules", "retention", "doCopy", "destinationRegionId", "destinationRetention"];

/** The same of a plan, which has its rules itself. */
export function planFindings(change: Change, telling: Telling): readonly DriftFinding[] {
  if (!planProperties.some((property) => changes(change, property))) return [];
  return compareRegimes(regimeOfPlan(change.before), regimeOfPlan(change.after), telling);
}
