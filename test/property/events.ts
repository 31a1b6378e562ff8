import * as fc from "fast-check";

/** A rule of a policy, as the API writes it. */
export interface EventRule {
  readonly ruleType: "BACKUP" | "TRANSITION" | "REPLICATION" | "SECURITY" | "TAG";
  readonly schedule?: string;
  readonly retention?: number;
  readonly archiveDays?: number;
  readonly retentionRules?: { advancedRetentionType: "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY"; retention: number }[];
  readonly replicationRegionId?: string;
  readonly immutable?: boolean;
  readonly tagFilters?: { key: string; operator: "EQUAL" | "NOT"; value: string }[];
}

/** 2026-01-01T00:00:00Z, when engines begin, and odd moments near it. */
const schedules = [
  "I|1767225600|P1D",
  "I|1767225600|PT6H",
  "I|1767225590|PT8H",
  "I|1767225600|P1W",
  "I|1769817600|P1M",
  "C|1767225600|0 0 2 ? * 3,5,7",
  "C|1767225600|30 59 23 * * ?",
  "C|1767225600|0 30 1 1 * ?",
  "C|1767225600|0 10 */12 * * ?",
];

const period = fc.constantFrom("DAILY", "WEEKLY", "MONTHLY", "YEARLY");

const transitions = fc.record(
  {
    retention: fc.constantFrom(5, 120),
    archiveDays: fc.constant(30),
    retentionRules: fc.uniqueArray(
      fc.record({ advancedRetentionType: period, retention: fc.constantFrom(2, 10, 40, 200) }),
      { minLength: 1, maxLength: 3, selector: ({ advancedRetentionType }) => advancedRetentionType },
    ),
  },
  { requiredKeys: [] },
);

const replications = fc.record(
  { replicationRegionId: fc.constantFrom("cn-shanghai", "cn-beijing"), retention: fc.constantFrom(1, 15, 90) },
  { requiredKeys: ["replicationRegionId"] },
);

function isRight({ archiveDays, retention }: EventRule): boolean {
  return archiveDays === undefined || retention === 120;
}

/** Rules of every type, such as may be bound to ECS instances. */
export const ruleSets: fc.Arbitrary<EventRule[]> = fc
  .record({
    backups: fc.uniqueArray(
      fc.record({ schedule: fc.constantFrom(...schedules), retention: fc.constantFrom(1, 3, 7, 30, 100) }),
      { minLength: 1, maxLength: 2, selector: ({ schedule }) => schedule },
    ),
    transition: fc.option(transitions, { nil: undefined }),
    replication: fc.option(replications, { nil: undefined, freq: 2 }),
    immutable: fc.constantFrom(undefined, undefined, true, false),
    tag: fc.constantFrom(undefined, undefined, undefined, "gold"),
  })
  .map(({ backups, transition, replication, immutable, tag }) => [
    ...backups.map((each): EventRule => ({ ruleType: "BACKUP", ...each })),
    ...(transition !== undefined && isRight({ ruleType: "TRANSITION", ...transition })
      ? [{ ruleType: "TRANSITION" as const, ...transition }]
      : []),
    ...(replication === undefined ? [] : [{ ruleType: "REPLICATION" as const, ...replication }]),
    ...(immutable === undefined ? [] : [{ ruleType: "SECURITY" as const, immutable }]),
    ...(tag === undefined
      ? []
      : [{ ruleType: "TAG" as const, tagFilters: [{ key: "tier", operator: "EQUAL" as const, value: tag }] }]),
  ]);

/** Often one of the first few, so that several things happen to one point. */
const pick = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 1000 }));
const source = fc.constantFrom("i-0", "i-0", "i-1", "i-3", "cg-1");
const instance = fc.constantFrom("i-0", "i-1", "i-2", "i-3", "i-4");

/** UNIX seconds; odd, so that slots are met, missed and hit exactly; never so long that jobs are forgotten. */
const pause = fc.oneof(
  { arbitrary: fc.constantFrom(1, 600, 3600, 21_600, 86_400), weight: 2 },
  { arbitrary: fc.integer({ min: 1, max: 12 * 86_400 }), weight: 4 },
  { arbitrary: fc.constantFrom(31 * 86_400, 45 * 86_400 + 77, 80 * 86_400), weight: 2 },
);

const retention = { value: fc.integer({ min: 1, max: 14 }), unit: fc.constantFrom("DAY", "WEEK", "MONTH", "YEAR") };

const models = {
  advance: { seconds: pause },
  policy: { policy: fc.nat({ max: 1 }), rules: ruleSets },
  /** The policy's own rules, but for how long they keep points. */
  retention: {
    policy: fc.nat({ max: 1 }),
    days: fc.constantFrom(1, 3, 7, 30, 100),
    longer: fc.constantFrom(null, { advancedRetentionType: "WEEKLY" as const, retention: 40 }),
  },
  protect: {
    source,
    policy: fc.nat({ max: 1 }),
    appConsistent: fc.boolean(),
    disks: fc.constantFrom("all", "all", "system", "withoutSystem"),
    key: fc.boolean(),
  },
  unprotect: { pick, deletePoints: fc.boolean() },
  disable: { pick, disabled: fc.boolean() },
  plan: { pick, retention: fc.constantFrom(2, 9, 30), copy: fc.boolean(), openCenter: fc.boolean() },
  runNow: { pick, ruleIndex: fc.nat({ max: 1 }) },
  manual: {
    source,
    ...retention,
    copy: fc.option(fc.record({ regionId: fc.constant("cn-shanghai"), months: fc.constantFrom(null, 1, 6) }), {
      nil: null,
      freq: 2,
    }),
  },
  extendManual: { pick, ...retention },
  forget: { pick, deletePoint: fc.boolean() },
  override: {
    dimension: fc.constantFrom("GROUP" as const, "INSTANCE" as const, "INSTANCE" as const, "DISK" as const),
    by: fc.constantFrom("id" as const, "id" as const, "latest" as const, "before" as const),
    pick,
    days: fc.constantFrom(null, 1, 20, 60, 200, 400),
  },
  delete: { pick },
  deleteSnapshot: { pick, force: fc.boolean() },
  useSnapshot: { pick, image: fc.boolean() },
  share: { pick },
  fault: {
    what: fc.constantFrom("THROTTLING" as const, "METADATA_SYNC" as const),
    regionId: fc.constantFrom(null, "cn-shanghai"),
    seconds: fc.constantFrom(2, 20, 86_400, 20 * 86_400),
  },
  key: { keyState: fc.constantFrom("Enabled" as const, "Disabled" as const), granted: fc.boolean() },
  machine: { instance, status: fc.constantFrom("Running", "Stopped") },
  release: { instance },
  tag: { instance, tier: fc.constantFrom("gold", "silver") },
  script: {
    path: fc.constantFrom("/tmp/prescript.sh", "/tmp/postscript.sh"),
    change: fc.constantFrom<ScriptChange>(
      { fileMode: "0755" },
      { fileMode: "0700" },
      { exitCode: 3 },
      { exitCode: 0 },
      { durationSeconds: 40 },
      { durationSeconds: 2 },
      { fileOwner: "mysql" },
      "remove",
    ),
  },
  restore: { pick },
  clone: { instance },
} as const;

type ScriptChange = "remove" | { fileMode?: string; exitCode?: number; durationSeconds?: number; fileOwner?: string };

type Models = typeof models;
type Of<M> = { [K in keyof M]: M[K] extends fc.Arbitrary<infer T> ? T : never };

/** Something that happens to an engine. `pick` chooses, counted round, among what is there by then. */
export type Event = { [K in keyof Models]: { readonly kind: K } & Of<Models[K]> }[keyof Models];
export type EventOf<K extends keyof Models> = Extract<Event, { kind: K }>;

type Weights = Partial<Record<keyof Models, number>>;

/** Events of the kinds that weigh something. */
function eventsOf(weights: Weights): fc.Arbitrary<Event> {
  const kinds = (Object.keys(models) as (keyof Models)[]).filter((kind) => (weights[kind] ?? 0) > 0);
  return fc.oneof(
    ...kinds.map((kind) => ({
      arbitrary: fc.record({ kind: fc.constant(kind), ...models[kind] } as never) as fc.Arbitrary<Event>,
      weight: weights[kind] ?? 1,
    })),
  );
}

const once = Object.fromEntries(Object.keys(models).map((kind) => [kind, 1]));

const weights = { ...once, advance: 14, protect: 4, override: 4, delete: 3, manual: 3, policy: 2, retention: 3 };

/** Months of an estate in which everything happens. */
const long = fc.array(eventsOf(weights), {
  minLength: 4,
  maxLength: 16,
});

/** A few points to which much happens. */
const dense = fc
  .array(
    eventsOf({
      advance: 3,
      override: 6,
      useSnapshot: 4,
      deleteSnapshot: 5,
      delete: 4,
      share: 1,
      manual: 2,
      extendManual: 1,
      forget: 1,
      unprotect: 1,
      restore: 1,
      retention: 3,
      protect: 1,
    }),
    { minLength: 6, maxLength: 24 },
  )
  .map((events): Event[] => [{ kind: "advance", seconds: 2 * 86_400 + 7200 }, ...events]);

/** What happens to an estate, from the day on which its policies are made. */
export const eventLists: fc.Arbitrary<Event[]> = fc
  .tuple(ruleSets, ruleSets, fc.oneof(long, dense))
  .map(([first, second, events]) => [
    { kind: "policy", policy: 0, rules: first },
    { kind: "policy", policy: 1, rules: second },
    { kind: "protect", source: "i-0", policy: 0, appConsistent: true, disks: "all", key: false },
    { kind: "protect", source: "cg-1", policy: 1, appConsistent: false, disks: "all", key: true },
    ...events,
  ]);

/** What happens to the scripts of the one machine that has some, between its backups. */
export const scriptLists: fc.Arbitrary<Event[]> = fc
  .array(eventsOf({ script: 5, advance: 4, runNow: 2, manual: 2, machine: 1, protect: 1, fault: 1 }), { maxLength: 16 })
  .map((events) => [
    { kind: "policy", policy: 0, rules: [{ ruleType: "BACKUP", schedule: "I|1767225600|PT6H", retention: 7 }] },
    { kind: "protect", source: "i-0", policy: 0, appConsistent: true, disks: "all", key: false },
    ...events,
  ]);
