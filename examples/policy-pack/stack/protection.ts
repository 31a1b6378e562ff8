import { type Machine, machineOf } from "./machine";
import { flagOf, idKey, recordsOf, type StackResource, textIn, textOf, textsOf, UnknownValue } from "./resource";
import type { Stack } from "./stack";

export type Level = "APPLICATION" | "FILE_SYSTEM" | "CRASH" | "NONE";

/** What makes backups of machines, on either cloud: what the rules judge. */
export interface Protection {
  readonly cloud: "alibaba" | "azure";
  /** The resource: a protection, a backup plan, a protected item, or the policy whose TAG rule binds the machines. */
  readonly resource: StackResource;
  readonly machines: readonly Machine[];
  /** Why no backup runs, in words; undefined when they run. */
  readonly idle: string | undefined;
  readonly level: Level;
  /** The policy, or the plan that is its own; undefined when it is not part of the stack. */
  readonly policy: StackResource | undefined;
  /** What the program calls the policy. */
  readonly policyId: string;
}

/** All protections of a stack, and what can't be said before the update. */
export interface Protections {
  readonly protections: readonly Protection[];
  readonly unknown: readonly string[];
}

const readers: Readonly<Record<string, (stack: Stack, resource: StackResource) => Protection>> = {
  "cloudbackup:hbr:InstanceProtection": readInstanceProtection,
  "cloudbackup:hbr:BackupPlan": readBackupPlan,
  "cloudbackup:recoveryservices:ProtectedItem": readProtectedItem,
};

export function protectionsOf(stack: Stack): Protections {
  const protections: Protection[] = [];
  const unknown: string[] = [];
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof UnknownValue)) throw error;
      unknown.push(error.message);
    }
  };
  for (const [type, read] of Object.entries(readers)) {
    for (const resource of stack.ofType(type)) attempt(() => protections.push(read(stack, resource)));
  }
  const bound = new Set(protections.flatMap(({ machines }) => machines.map(({ id }) => idKey(id))));
  for (const policy of stack.ofType("cloudbackup:hbr:Policy")) {
    attempt(() => protections.push(...readTagRules(stack, policy, bound)));
  }
  return { protections, unknown };
}

function levelOf(resource: StackResource): Level {
  const level = textOf(resource, "achievedLevel");
  return level === "APPLICATION" || level === "FILE_SYSTEM" || level === "CRASH" ? level : "NONE";
}

/** Why no backup runs: somebody suspended them, or none can succeed. */
function idleOf(resource: StackResource): string | undefined {
  if (flagOf(resource, "disabled")) return "it is disabled";
  if (levelOf(resource) !== "NONE") return undefined;
  const [reason] = recordsOf(resource, "reasons");
  return reason === undefined ? "no backup succeeds" : `${textIn(reason, "rule")} ${textIn(reason, "message")}`;
}

function readInstanceProtection(stack: Stack, resource: StackResource): Protection {
  const instanceId = textOf(resource, "instanceId");
  const policyId = textOf(resource, "policyId") ?? "";
  const group = stack.find("cloudbackup:hbr:ConsistencyGroup", textOf(resource, "groupId"));
  const members = group === undefined ? [] : textsOf(group, "instanceIds");
  const ids = instanceId === undefined ? members : [instanceId];
  return {
    cloud: "alibaba",
    resource,
    machines: ids.map((id) => machineOf(stack, id, resource)),
    idle: idleOf(resource),
    level: levelOf(resource),
    policy: stack.find("cloudbackup:hbr:Policy", policyId),
    policyId,
  };
}

function readBackupPlan(stack: Stack, resource: StackResource): Protection {
  return {
    cloud: "alibaba",
    resource,
    machines: [machineOf(stack, textOf(resource, "instanceId") ?? "", resource)],
    idle: idleOf(resource),
    level: levelOf(resource),
    policy: resource,
    policyId: textOf(resource, "planId") ?? "",
  };
}

function readProtectedItem(stack: Stack, resource: StackResource): Protection {
  const state = textOf(resource, "protectionState") ?? "Protected";
  const policyId = textOf(resource, "policyId") ?? "";
  return {
    cloud: "azure",
    resource,
    machines: [machineOf(stack, textOf(resource, "sourceResourceId") ?? "", resource)],
    idle: state === "Protected" ? idleOf(resource) : `its protectionState is ${state}`,
    level: levelOf(resource),
    policy: stack.find("cloudbackup:recoveryservices:ProtectionPolicy", policyId),
    policyId,
  };
}

/** Machines of the stack that a TAG rule binds unless something else does; crash consistent. */
function readTagRules(stack: Stack, resource: StackResource, bound: ReadonlySet<string>): readonly Protection[] {
  const rules = recordsOf(resource, "rules").filter(({ ruleType }) => ruleType === "TAG");
  if (rules.length === 0) return [];
  const machines = stack
    .ofType("cloudbackup:ecs:Instance")
    .map((instance) => machineOf(stack, textOf(instance, "instanceId") ?? "", instance))
    .filter((machine) => !bound.has(machine.id) && rules.some(({ tagFilters }) => isTagged(machine, tagFilters)));
  if (machines.length === 0) return [];
  const policyId = textOf(resource, "policyId") ?? "";
  return [{ cloud: "alibaba", resource, machines, idle: undefined, level: "CRASH", policy: resource, policyId }];
}

/** Within a rule all filters must hold. */
function isTagged({ tags }: Machine, filters: unknown): boolean {
  if (!Array.isArray(filters)) return true;
  return filters.every(({ key, operator, value }) => (tags[key] === value) === ((operator ?? "EQUAL") === "EQUAL"));
}
