import { listed } from "../engine/core/listed";
import { type Change, keyOf, shown } from "./drift-change";
import { type Cause, type DriftFinding, found } from "./drift-finding";
import { coverageRule, type DriftFacts, successorFindings } from "./drift-protection";
import { frameworkRules } from "./drift-script";
import { policiesByTag, protectionsOn, type StackIndex } from "./drift-stack";
import { standingInWords } from "./drift-standing";
import { subjectsOf } from "./drift-subject";

type Explain = (change: Change, index: StackIndex) => DriftFinding;

const told = { property: "" } as const;

/** Nothing backs up what it backed up. */
function lost(what: string, rule: string): Explain {
  return () => found({ ...told, class: "LOST", what, rule, amount: { unit: "runs", before: 1, after: 0 } });
}

/** What others rest on: whoever's level falls tells it. */
function prerequisite(inWords: (change: Change) => string, rules: readonly string[]): Explain {
  return (change, index) => {
    const what = inWords(change);
    const subjects = subjectsOf(change, index);
    const why = standingInWords(protectionsOn(index, subjects));
    return found({ ...told, class: "COSMETIC", what, why, rule: rules[0] ?? "", cause: { rules, subjects } });
  };
}

/** What hangs on roles goes with them: that they were deleted explains more. */
function ofRole(explain: Explain, rolesOf: (change: Change, index: StackIndex) => readonly string[]): Explain {
  return (change, index) => {
    const finding = explain(change, index);
    const roles = rolesOf(change, index);
    const isGone = roles.length > 0 && roles.every((role) => index.goneRoles.has(role));
    if (!isGone || finding.cause === undefined) return finding;
    const rules = [...new Set(["A-08", "A-09", ...finding.cause.rules])];
    return { ...finding, cause: { ...finding.cause, rules, isConsequence: true } };
  };
}

function machine(verb: string, rules: readonly string[]): Explain {
  return ({ step }) => {
    const what = `machine ${step.name} ${verb}`;
    const cause: Cause = { rules, subjects: [keyOf(step.id)] };
    return found({ ...told, class: "LOST", what, rule: rules[0] ?? "", cause });
  };
}

const disk: Explain = (change, index) => {
  const [own = "", owner = ""] = subjectsOf(change, index);
  const isReleased = index.machines.get(owner)?.isGone === true;
  const cause: Cause = isReleased
    ? { rules: ["A-59"], subjects: [owner], isConsequence: true }
    : { rules: [coverageRule], subjects: [own] };
  const what = isReleased ? "went with its machine" : `disk ${change.step.name} deleted or detached`;
  return found({ ...told, class: "WEAKENED", what, rule: isReleased ? "A-59" : "", cause });
};

/** A framework that went with its machine explains nothing. */
const framework: Explain = (change, index) => {
  const subjects = subjectsOf(change, index);
  if (index.machines.get(subjects[0] ?? "")?.isGone !== true) {
    return prerequisite(() => "scripts and config deleted", frameworkRules)(change, index);
  }
  const cause: Cause = { rules: ["Z-37"], subjects, isConsequence: true };
  return found({ ...told, class: "COSMETIC", what: "went with its machine", cause });
};

/** A policy, or a group, is worth what it protects. */
const shared: Explain = (change, index) => {
  const all = protectionsOn(index, [keyOf(change.step.id)]);
  const users = all.filter(({ isGone }) => !isGone);
  const tagged = [...index.machines.values()].filter(({ isGone, tagsNow }) => {
    return !isGone && policiesByTag(index, tagsNow, "before").includes(change.step.name);
  });
  const names = [...users, ...tagged].map(({ name }) => name);
  if (names.length > 0) return found({ ...told, class: "LOST", what: `deleted: it protected ${listed(names)}` });
  const why =
    all.length === 0
      ? "no protection of the stack uses it"
      : `with what used it: ${listed(all.map(({ name }) => name))}`;
  return found({ ...told, class: "COSMETIC", what: "deleted", why });
};

const done: Explain = () =>
  found({ ...told, class: "COSMETIC", what: "deleted", why: "it was done; no recovery point depends on it" });

const explainers: Readonly<Record<string, Explain>> = {
  "cloudbackup:ram:Role": prerequisite(
    ({ before }) => `role ${shown(before.roleName)} deleted`,
    ["A-08", "A-09", "A-10"],
  ),
  "cloudbackup:ram:Policy": ofRole(
    prerequisite(({ before }) => `policy ${shown(before.policyName)} deleted`, ["A-10"]),
    subjectsOf,
  ),
  "cloudbackup:ram:RolePolicyAttachment": ofRole(
    prerequisite(
      ({ before }) => `policy ${shown(before.policyName)} detached from role ${shown(before.roleName)}`,
      ["A-10"],
    ),
    subjectsOf,
  ),
  "cloudbackup:ecs:Instance": machine("released", ["A-59"]),
  "cloudbackup:ecs:Disk": disk,
  "cloudbackup:ecs:RamRoleAttachment": ofRole(
    prerequisite(({ before }) => `role ${shown(before.ramRoleName)} detached from all machines`, ["A-08", "A-59"]),
    ({ before }) => [keyOf(before.ramRoleName)],
  ),
  "cloudbackup:ecs:ScriptDeployment": prerequisite(() => "scripts deleted", ["A-13", "A-14"]),
  "cloudbackup:hbr:Policy": shared,
  "cloudbackup:hbr:InstanceProtection": lost("deleted: no backup runs any more", "A-45"),
  "cloudbackup:hbr:BackupPlan": lost("deleted: no backup runs any more", "A-59"),
  "cloudbackup:hbr:Backup": () => found({ ...told, class: "LOST", what: "its recovery point is gone", rule: "A-42" }),
  "cloudbackup:hbr:ConsistencyGroup": shared,
  "cloudbackup:hbr:RetentionOverride": () =>
    found({ ...told, class: "LOST", what: "the points that it kept are gone", rule: "A-38" }),
  "cloudbackup:hbr:Restore": done,
  "cloudbackup:hbr:Clone": done,
  "cloudbackup:compute:VirtualMachine": machine("deleted", ["Z-37"]),
  "cloudbackup:compute:ScriptFramework": framework,
  "cloudbackup:recoveryservices:Vault": () => found({ ...told, class: "LOST", what: "deleted, with all it held" }),
  "cloudbackup:recoveryservices:ProtectionPolicy": shared,
  "cloudbackup:recoveryservices:ProtectedItem": lost("deleted: no backup runs any more", "Z-33"),
  "cloudbackup:recoveryservices:Backup": () => found({ ...told, class: "LOST", what: "its recovery point is gone" }),
  "cloudbackup:recoveryservices:Restore": done,
};

/** What it means that a resource is gone. */
export function goneFindings(change: Change, index: StackIndex, facts: DriftFacts): readonly DriftFinding[] {
  const successor = facts.successors.get(change.step.urn);
  if (successor !== undefined) return successorFindings(change, successor, index, facts);
  const explain = explainers[change.step.type];
  if (explain !== undefined) return [explain(change, index)];
  return [found({ ...told, class: "LOST", what: "deleted", why: "this version does not know what it means" })];
}
