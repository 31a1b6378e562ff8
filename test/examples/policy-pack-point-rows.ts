import { type StackResource, unknown } from "../../examples/policy-pack/stack/resource";
import {
  alibaba,
  azure,
  azurePolicy,
  copied,
  fullBackup,
  immutable,
  item,
  machine,
  outcome,
  plan,
  policy,
  protection,
  resource,
  vault,
  vm,
} from "./policy-pack-stack";

export type RuleName = "frequency" | "retention" | "immutability" | "copy" | "consistency" | "coverage";

export type Row = readonly [
  rule: RuleName,
  what: string,
  stack: readonly StackResource[],
  /** Parts of what is said, one per violation; none: nothing. */
  expected: readonly RegExp[],
  config?: object,
];

const tagged = policy({ rules: [fullBackup, { ruleType: "TAG", tagFilters: [{ key: "team", value: "shop" }] }] });
const gap = (longestGapInHours: number) => ({ outcome: { ...outcome, longestGapInHours } });
const life = (shortestLifeInDays: number, shortestDailyLifeInDays: number) => ({
  outcome: { ...outcome, shortestLifeInDays, shortestDailyLifeInDays },
});
const onlySql = [vm(), vault(), azurePolicy()];

/** What points are made, how long they live and where they are. */
export const pointRows: readonly Row[] = [
  ["frequency", "a day between points", [...alibaba, ...azure], []],
  [
    "frequency",
    "a weekend between points",
    [machine(), policy(gap(72)), protection()],
    [/db-backup: machine "db": up to 72 hours lie between .* policy "daily", 25 are allowed\n {2}fix: /],
  ],
  ["frequency", "as long as is allowed", [machine(), policy(gap(72)), protection()], [], { maxGapInHours: 72 }],
  [
    "frequency",
    "a week, on Azure",
    [...onlySql, azurePolicy(gap(168)), item()].filter((each) => each.props.outcome !== outcome),
    [/sql-backup: machine "sql": up to 168 hours/],
  ],
  [
    "frequency",
    "a plan's own schedule",
    [machine(), plan(gap(48))],
    [/nightly: machine "db": up to 48 hours .* plan "nightly"/],
  ],
  [
    "frequency",
    "a schedule that begins in years",
    [machine(), policy({ firstSlotTime: "2033-01-01T00:00:00Z" }), protection()],
    [/first backup of policy "daily" is due on 2033-01-01T00:00:00Z only/],
  ],
  [
    "frequency",
    "a schedule that begins tomorrow",
    [machine(), policy({ firstSlotTime: "2026-02-02T00:00:00Z" }), protection()],
    [],
  ],
  [
    "frequency",
    "a policy that binds no machines",
    [machine(), policy({ outcome: undefined }), protection()],
    [/policy "daily" yields no points/],
  ],
  [
    "frequency",
    "a policy of another stack",
    [machine(), protection()],
    [/machine "db": can't be judged: policy po-1 is not part of this stack/],
  ],
  [
    "frequency",
    "a disabled protection, which the coverage rule names",
    [machine(), policy(gap(72)), protection({ disabled: true })],
    [],
  ],
  [
    "frequency",
    "a machine that a TAG rule binds",
    [machine(), resource("hbr:Policy", "daily", { ...tagged.props, ...gap(72) })],
    [/daily: machine "db": up to 72 hours/],
  ],
  [
    "frequency",
    "a machine of the inventory",
    [policy(gap(72)), protection()],
    [/machine i-1 \(of the inventory, named by "db-backup"\): up to 72 hours/],
  ],
  [
    "frequency",
    "a machine that is exempt by the resource's name",
    [machine(), policy(gap(72)), protection()],
    [],
    { exempt: ["db"] },
  ],
  ["frequency", "one that is exempt by the machine's id", [policy(gap(72)), protection()], [], { exempt: ["i-1"] }],
  [
    "frequency",
    "one that is exempt by its tags",
    [machine(), policy(gap(72)), protection()],
    [],
    { exemptTags: { team: "shop" } },
  ],
  [
    "frequency",
    "one of whose tags one is missing",
    [machine(), policy(gap(72)), protection()],
    [/up to 72 hours/],
    { exemptTags: { team: "shop", backup: "none" } },
  ],
  [
    "frequency",
    "a policy that is not known yet",
    [machine(), policy(), protection({ policyId: unknown })],
    [/^\? policyId of "db-backup" can't be known before the update/],
  ],
  [
    "frequency",
    "an unknown outcome, beside one that is known",
    [
      machine(),
      policy({ outcome: { ...outcome, longestGapInHours: unknown } }),
      protection(),
      ...onlySql.slice(0, 2),
      azurePolicy(gap(90)),
      item(),
    ],
    [/sql-backup: .* up to 90 hours/, /^\? outcome of "daily"/],
  ],

  ["retention", "30 days", [...alibaba, ...azure], []],
  [
    "retention",
    "7 days, by a rule that beats the other (A-36)",
    [machine(), policy(life(7, 7)), protection()],
    [/machine "db": recovery points of policy "daily" live 7 days only, 30 are required\n.*a TRANSITION rule's beats/],
  ],
  [
    "retention",
    "snapshots that never reach the vault",
    [vm(), vault(), azurePolicy(life(2, 30)), item()],
    [/"sql": some recovery points of a day of policy "nightly" live 2 days only.*\n.*goes to the vault \(Z-25\)/],
  ],
  [
    "retention",
    "the same, where one point a day is enough",
    [vm(), vault(), azurePolicy(life(2, 30)), item()],
    [],
    { points: "onePerDay" },
  ],
  [
    "retention",
    "too short in the vault as well",
    [vm(), vault(), azurePolicy(life(2, 20)), item()],
    [/recovery points of policy "nightly" live 20 days only/],
  ],
  ["retention", "a policy of another stack", [vm(), item()], [/policy P is not part of this stack/]],

  ["immutability", "a SECURITY rule and a locked vault", [...alibaba, ...azure], []],
  [
    "immutability",
    "no SECURITY rule",
    [machine(), policy({ rules: [fullBackup] }), protection()],
    [/machine "db": points of policy "daily" can be deleted before they expire\n {2}fix: add the rule/],
  ],
  [
    "immutability",
    "a SECURITY rule that is off",
    [machine(), policy({ rules: [{ ...immutable, immutable: false }] }), protection()],
    [/can be deleted/],
  ],
  [
    "immutability",
    "another policy's rule",
    [
      machine(),
      policy({ policyId: "po-2" }),
      resource("hbr:Policy", "own", { policyId: "po-1", rules: [fullBackup], outcome }),
      protection(),
    ],
    [/points of policy "own" can be deleted/],
  ],
  [
    "immutability",
    "a plan, which has no such rule",
    [machine(), plan()],
    [/plan "nightly" can't make immutable points/],
  ],
  [
    "immutability",
    "a vault without it",
    [vm(), vault({ immutability: "Disabled" }), azurePolicy(), item()],
    [/machine "sql": points in vault "vault" can be deleted.*\n {2}fix: set immutability to "Unlocked"/],
  ],
  ["immutability", "an unlocked one", [vm(), vault({ immutability: "Unlocked" }), azurePolicy(), item()], []],
  [
    "immutability",
    "an unlocked one that must be locked",
    [vm(), vault({ immutability: "Unlocked" }), azurePolicy(), item()],
    [/can be turned off again\n {2}fix: set immutability to "Locked"/],
    { requireLocked: true },
  ],
  ["immutability", "a vault of another stack", [vm(), azurePolicy(), item()], [/its vault is not part of this stack/]],

  ["copy", "a REPLICATION rule, and a vault that can be restored from elsewhere", [...alibaba, ...azure], []],
  [
    "copy",
    "no REPLICATION rule",
    [machine(), policy({ rules: [fullBackup] }), protection()],
    [/points of policy "daily" have no copy in another region/],
  ],
  [
    "copy",
    "a copy whose key can't be used",
    [
      machine(),
      policy(),
      protection({ copyProblem: { rule: "A-78", message: "KMS key k is Disabled", remedy: "enable it" } }),
    ],
    [/every copy will fail: A-78 KMS key k is Disabled\n {2}fix: enable it/],
  ],
  [
    "copy",
    "copies that go too early",
    [machine(), policy({ rules: [fullBackup, { ...copied, retention: 7 }] }), protection()],
    [/copies of policy "daily" live 7 days only, 14 are required/],
    { minCopyRetentionDays: 14 },
  ],
  [
    "copy",
    "copies that live as long as their points",
    [machine(), policy(), protection()],
    [],
    { minCopyRetentionDays: 14 },
  ],
  ["copy", "a plan that copies", [machine(), plan()], []],
  ["copy", "a plan that doesn't", [machine(), plan({ doCopy: false })], [/fix: set doCopy and destinationRegionId/]],
  [
    "copy",
    "a vault in one region",
    [vm(), vault({ redundancy: "ZoneRedundant" }), azurePolicy(), item()],
    [/vault "vault" keeps its points in one region only/],
  ],
  [
    "copy",
    "a second copy that can't be restored from",
    [vm(), vault({ crossRegionRestore: false }), azurePolicy(), item()],
    [/nothing can be restored from the second copy.*\n {2}fix: set crossRegionRestore/],
  ],

  ["consistency", "what is required", [...alibaba, ...azure], []],
];
