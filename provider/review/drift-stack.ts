import { keyOf, type Properties, recordsOf, textOf, textsOf } from "./drift-change";
import { type Standing, standingOf } from "./drift-standing";
import type { Step } from "./step";

const machineTypes = ["cloudbackup:ecs:Instance", "cloudbackup:compute:VirtualMachine"];
const policyTypes = ["cloudbackup:hbr:Policy", "cloudbackup:recoveryservices:ProtectionPolicy"];
const protectionTypes = [
  "cloudbackup:hbr:InstanceProtection",
  "cloudbackup:hbr:BackupPlan",
  "cloudbackup:recoveryservices:ProtectedItem",
];

export interface Machine {
  readonly name: string;
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly isGone: boolean;
  readonly tagsBefore: Properties;
  readonly tagsNow: Properties;
}

export interface Protection {
  readonly name: string;
  readonly urn: string;
  readonly isGone: boolean;
  readonly standing: Standing;
  /** Of the machines, by the state: a group's members. */
  readonly machines: readonly string[];
  /** What it rests on, ids and names in lower case: machines, role, scripts, policy, vault. */
  readonly subjects: readonly string[];
}

export interface Policy {
  readonly name: string;
  readonly before: Properties;
  readonly now: Properties;
}

/** The resources of a stack by what they are for each other; ids are in lower case. */
export interface StackIndex {
  readonly machines: ReadonlyMap<string, Machine>;
  /** By URN. */
  readonly protections: ReadonlyMap<string, Protection>;
  readonly protectionsBySubject: ReadonlyMap<string, readonly Protection[]>;
  readonly policies: ReadonlyMap<string, Policy>;
  /** Names of disks by id. */
  readonly disks: ReadonlyMap<string, string>;
  /** Names of roles that were deleted: policies were taken from them before. */
  readonly goneRoles: ReadonlySet<string>;
  /** Policies of RAM by name, to the roles that they are attached to. */
  readonly rolesOfPolicy: ReadonlyMap<string, readonly string[]>;
}

/** Once for all steps, so that a stack's size counts once. */
export function indexStack(steps: readonly Step[]): StackIndex {
  const groups = new Map<string, readonly string[]>();
  const rolesOfPolicy = new Map<string, string[]>();
  const machines = new Map<string, Machine>();
  const policies = new Map<string, Policy>();
  const disks = new Map<string, string>();
  const goneRoles = new Set<string>();
  for (const step of steps) {
    const { type, name } = step;
    const before = { ...step.oldInputs, ...step.oldOutputs };
    const now = { ...step.newInputs, ...step.newOutputs };
    const id = keyOf(step.id);
    if (type === "cloudbackup:hbr:ConsistencyGroup") groups.set(id, textsOf(before.instanceIds).map(keyOf));
    if (type === "cloudbackup:ecs:Disk") disks.set(id, name);
    if (type === "cloudbackup:ram:Role" && step.operation === "delete") goneRoles.add(keyOf(before.roleName));
    if (policyTypes.includes(type)) policies.set(id, { name, before, now });
    if (machineTypes.includes(type)) machines.set(id, toMachine(step, id, before, now));
    const systemDisk = textOf((before as Properties).systemDiskId);
    if (systemDisk !== undefined) disks.set(keyOf(systemDisk), `${name}'s system disk`);
    if (type === "cloudbackup:ram:RolePolicyAttachment") {
      const [policy, role] = [keyOf(before.policyName), keyOf(before.roleName)];
      rolesOfPolicy.set(policy, [...(rolesOfPolicy.get(policy) ?? []), role]);
    }
  }
  // Groups first: what they hold is known only when all steps were seen.
  const protections = new Map<string, Protection>();
  const protectionsBySubject = new Map<string, Protection[]>();
  for (const step of steps) {
    if (!protectionTypes.includes(step.type)) continue;
    const protection = toProtection(step, groups);
    protections.set(step.urn, protection);
    for (const subject of new Set(protection.subjects)) {
      const known = protectionsBySubject.get(subject);
      if (known === undefined) protectionsBySubject.set(subject, [protection]);
      else known.push(protection);
    }
  }
  return { machines, protections, protectionsBySubject, policies, disks, goneRoles, rolesOfPolicy };
}

function toMachine(step: Step, id: string, before: Properties, now: Properties): Machine {
  const tags = (properties: Properties) => (properties.tags ?? {}) as Properties;
  const { name, urn, type } = step;
  return { name, urn, type, id, isGone: step.operation === "delete", tagsBefore: tags(before), tagsNow: tags(now) };
}

function toProtection(step: Step, groups: ReadonlyMap<string, readonly string[]>): Protection {
  const before = { ...step.oldInputs, ...step.oldOutputs };
  const now = { ...step.newInputs, ...step.newOutputs };
  const group = textOf(before.groupId);
  const machines =
    group === undefined ? [keyOf(before.instanceId ?? before.sourceResourceId)] : (groups.get(keyOf(group)) ?? []);
  const rests = [before.ramRoleName, before.scriptDeploymentId, before.policyId, before.vaultId].map(keyOf);
  return {
    name: step.name,
    urn: step.urn,
    isGone: step.operation === "delete",
    standing: standingOf(step, before, now),
    machines,
    subjects: [...machines, keyOf(group), ...rests].filter((subject) => subject !== ""),
  };
}

/** The protections that rest on one of these things. */
export function protectionsOn(index: StackIndex, subjects: readonly string[]): readonly Protection[] {
  return [...new Set(subjects.flatMap((subject) => index.protectionsBySubject.get(subject) ?? []))];
}

/** Whether one of a policy's TAG rules means a machine. */
function isTagged(policy: Properties, tags: Properties): boolean {
  return recordsOf(policy.rules).some(
    ({ ruleType, tagFilters }) =>
      ruleType === "TAG" &&
      recordsOf(tagFilters).every(({ key, operator, value }) => (tags[String(key)] === value) === (operator !== "NOT")),
  );
}

/** The policies of the stack that bind a machine by its tags, as they and it were, or are now. */
export function policiesByTag({ policies }: StackIndex, tags: Properties, when: "before" | "now"): readonly string[] {
  return [...policies.values()].filter((policy) => isTagged(policy[when], tags)).map(({ name }) => name);
}

/** Machines that no protection of the stack was made for; one that is gone is told as drift. */
export function unprotectedMachines(index: StackIndex): readonly Machine[] {
  const covered = new Set([...index.protections.values()].flatMap(({ machines }) => machines));
  const tagged = [...index.policies.values()].some(({ now }) =>
    recordsOf(now.rules).some(({ ruleType }) => ruleType === "TAG"),
  );
  return [...index.machines.values()].filter(
    ({ id, isGone, tagsNow, type }) =>
      !isGone &&
      !covered.has(id) &&
      !(tagged && type === "cloudbackup:ecs:Instance" && policiesByTag(index, tagsNow, "now").length > 0),
  );
}
