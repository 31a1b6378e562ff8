import * as fc from "fast-check";
import type { PolicyProperties } from "../../provider/engine/azure/policy";
import type { FileChange } from "../../provider/engine/azure/script-deployment";
import { configText } from "./azure-estate";
import { policies } from "./azure-policies";

const pick = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 1000 }));
const machine = fc.constantFrom("vm-0", "vm-0", "vm-1", "vm-2");

/** UNIX seconds; odd, so that slots are met, missed and hit exactly. */
const pause = fc.oneof(
  { arbitrary: fc.constantFrom(1, 600, 3600, 21_600, 86_400), weight: 2 },
  { arbitrary: fc.integer({ min: 1, max: 12 * 86_400 }), weight: 4 },
  { arbitrary: fc.constantFrom(31 * 86_400, 45 * 86_400 + 77, 100 * 86_400, 200 * 86_400), weight: 2 },
);

const file = fc.constantFrom(
  "/opt/pre.sh",
  "/opt/post.sh",
  "/opt/post.sh",
  "/etc/azure/VMSnapshotScriptPluginConfig.json",
);

/** How scripts behave from now on; each is an edit of theirs. */
const behaviours = fc.record({
  exitCode: fc.constantFrom(0, 0, 3),
  durationSeconds: fc.constantFrom(1, 9.5, 40),
  failingTries: fc.constantFrom(0, 0, 1, 4),
});

const fileChanges: fc.Arbitrary<FileChange> = fc.oneof(
  fc.constantFrom<FileChange>(
    { kind: "chmod", mode: "755" },
    { kind: "chmod", mode: "0700" },
    { kind: "chmod", mode: "600" },
    { kind: "chown", owner: "mysql" },
    { kind: "chown", owner: "root" },
    { kind: "delete" },
    { kind: "restore" },
    { kind: "restore" },
  ),
  behaviours.map((behaviour): FileChange => ({ kind: "edit", text: "#!/bin/sh\n", behaviour })),
);

/** Texts of the config file with what they say, so that the auditor need not read them; null: it can't be read. */
export interface ConfigEdit {
  readonly text: string;
  readonly says: Readonly<Record<string, unknown>> | null;
}

const says = fc.record(
  {
    preScriptNoOfRetries: fc.integer({ min: 0, max: 3 }),
    postScriptNoOfRetries: fc.integer({ min: 0, max: 3 }),
    timeoutInSeconds: fc.constantFrom(1, 10, 45, 1800),
    continueBackupOnFailure: fc.boolean(),
    fsFreezeEnabled: fc.boolean(),
    ScriptsExecutionPollTimeSeconds: fc.integer({ min: 1, max: 5 }),
    postScriptLocation: fc.constantFrom("/opt/post.sh", "/opt/pre.sh", "/opt/none.sh"),
  },
  { requiredKeys: [] },
);

const configEdits: fc.Arbitrary<ConfigEdit> = fc.oneof(
  { arbitrary: says.map((words) => ({ text: configText(words), says: words })), weight: 6 },
  fc.constantFrom(
    { text: "{", says: null },
    { text: configText({ timeoutInSeconds: 1801 }), says: null },
    { text: configText({ ScriptsExecutionPollTimeSeconds: 2.5 }), says: null },
  ),
);

const models = {
  advance: { seconds: pause },
  policy: { policy: fc.nat({ max: 1 }), properties: policies },
  protect: {
    machine,
    policy: fc.nat({ max: 1 }),
    recover: fc.boolean(),
    exclude: fc.constantFrom(null, null, [0], [1]),
  },
  stop: { machine, policy: fc.constantFrom(null, 0, 1), suspend: fc.boolean(), recover: fc.boolean() },
  remove: { machine, points: fc.constantFrom("retain" as const, "delete" as const) },
  manual: { machine, days: fc.constantFrom(null, 0, 1, 40, 400) },
  vault: {
    immutability: fc.constantFrom("Disabled" as const, "Disabled" as const, "Unlocked" as const, "Locked" as const),
    softDelete: fc.constantFrom("Enabled" as const, "Disabled" as const, "AlwaysON" as const),
    days: fc.constantFrom(14, 60),
  },
  deletePoint: { pick },
  deleteSnapshot: { pick },
  key: { isEnabled: fc.boolean() },
  power: {
    machine,
    powerState: fc.constantFrom("VM running" as const, "VM running" as const, "VM deallocated" as const),
  },
  agent: { machine, guestAgent: fc.constantFrom("Ready" as const, "Ready" as const, "NotReady" as const) },
  vss: { healthy: fc.boolean() },
  hostFile: {
    state: fc.constantFrom(...(["VALID", "VALID", "UNPARSABLE", "MISSING", "WRONG_MODE", "WRONG_OWNER"] as const)),
  },
  uninstall: { machine },
  attach: { machine, lun: fc.nat({ max: 3 }) },
  detach: { machine, lun: fc.nat({ max: 3 }) },
  file: { path: file, change: fileChanges },
  config: { edit: configEdits },
  release: { machine },
} as const;

type Models = typeof models;
type Of<M> = { [K in keyof M]: M[K] extends fc.Arbitrary<infer T> ? T : never };

/** Something that happens to an estate on Azure. `pick` chooses, counted round, among what is there by then. */
export type AzureEvent = { [K in keyof Models]: { readonly kind: K } & Of<Models[K]> }[keyof Models];
export type AzureEventOf<K extends keyof Models> = Extract<AzureEvent, { kind: K }>;

type Weights = Partial<Record<keyof Models, number>>;

/** Events of the kinds that weigh something. */
function eventsOf(weights: Weights): fc.Arbitrary<AzureEvent> {
  const kinds = (Object.keys(models) as (keyof Models)[]).filter((kind) => (weights[kind] ?? 0) > 0);
  return fc.oneof(
    ...kinds.map((kind) => ({
      arbitrary: fc.record({ kind: fc.constant(kind), ...models[kind] } as never) as fc.Arbitrary<AzureEvent>,
      weight: weights[kind] ?? 1,
    })),
  );
}

const guest: Weights = {
  power: 2,
  agent: 1,
  vss: 1,
  hostFile: 2,
  uninstall: 1,
  attach: 1,
  detach: 1,
  file: 6,
  config: 6,
};

/** Months and years of an estate in which everything happens. */
const long = fc.array(
  eventsOf({
    ...guest,
    file: 1,
    config: 1,
    release: 1,
    advance: 18,
    policy: 6,
    protect: 6,
    stop: 4,
    remove: 3,
    manual: 3,
    vault: 3,
    deletePoint: 2,
    deleteSnapshot: 2,
    key: 2,
  }),
  { minLength: 4, maxLength: 16 },
);

function protectedBy(properties: PolicyProperties, second: PolicyProperties): AzureEvent[] {
  return [
    { kind: "policy", policy: 0, properties },
    { kind: "policy", policy: 1, properties: second },
    { kind: "protect", machine: "vm-0", policy: 0, recover: false, exclude: null },
    { kind: "protect", machine: "vm-1", policy: 1, recover: false, exclude: null },
  ];
}

/** What happens to an estate, from the day on which its policies are made. */
export const azureEventLists: fc.Arbitrary<AzureEvent[]> = fc
  .tuple(policies, policies, long)
  .map(([first, second, events]) => [...protectedBy(first, second), ...events]);

/** What happens to the scripts of the one machine that has some, between its backups. */
export const azureScriptLists: fc.Arbitrary<AzureEvent[]> = fc
  .tuple(policies, fc.array(eventsOf({ ...guest, advance: 8, manual: 4 }), { maxLength: 24 }))
  .map(([policy, events]) => {
    const brief = events.map((event) =>
      event.kind === "advance" ? { ...event, seconds: event.seconds % 200_000 } : event,
    );
    return [...protectedBy(policy, policy), ...brief];
  });
