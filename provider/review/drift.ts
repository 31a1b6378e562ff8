import { listed } from "../engine/core/listed";
import { linkCauses } from "./drift-cause";
import { type Change, describeChange, keyOf, toChange, topOf } from "./drift-change";
import { type DriftClass, type DriftFinding, driftClasses, found, worstOf } from "./drift-finding";
import { goneFindings } from "./drift-gone";
import {
  diskEncryptionFindings,
  groupFindings,
  instanceFindings,
  roleAttachmentFindings,
  tagFindings,
  virtualMachineFindings,
} from "./drift-machine";
import { meaningOf } from "./drift-meaning";
import { pointFindings } from "./drift-point";
import { planFindings, policyFindings } from "./drift-policy";
import { type DriftFacts, isTimeAlone, protectionFindings } from "./drift-protection";
import { deploymentFindings, frameworkFindings } from "./drift-script";
import { indexStack, type Machine, protectionsOn, type StackIndex, unprotectedMachines } from "./drift-stack";
import { standingInWords } from "./drift-standing";
import { subjectsOf } from "./drift-subject";
import { vaultFindings } from "./drift-vault";
import { vaultPolicyFindings } from "./drift-vault-policy";
import type { Step } from "./step";

/** One resource that is not as the state says, with all that this means. */
export interface DriftedResource {
  readonly urn: string;
  readonly name: string;
  readonly type: string;
  readonly id: string;
  readonly isGone: boolean;
  /** Of the worst finding. */
  readonly class: DriftClass;
  /** The worst first. */
  readonly findings: readonly DriftFinding[];
  /** URNs of the protections whose findings tell all that this resource's do; it is not counted beside them. */
  readonly causeOf: readonly string[];
}

export interface Drift {
  /** The worst first, causes after what they bring about. */
  readonly resources: readonly DriftedResource[];
  /** How many resources are in each class; causes are not counted. */
  readonly counts: Readonly<Record<DriftClass, number>>;
  /** Resources that are as the state says. */
  readonly inOrder: number;
  /** Machines of the stack that no protection of it covers. */
  readonly unprotected: readonly Machine[];
}

type Explain = (change: Change, index: StackIndex, facts: DriftFacts) => readonly DriftFinding[];

const explainProtection: Explain = (change, index, facts) => {
  const protection = index.protections.get(change.step.urn);
  return protection === undefined ? [] : protectionFindings(change, protection, index, facts);
};

/** The machines under a policy, as a finding's reason. */
function under({ step }: Change, index: StackIndex): string {
  const names = protectionsOn(index, [keyOf(step.id)]).map(({ name }) => name);
  return names.length === 0 ? "no protection of the stack uses it" : `for ${listed(names)}`;
}

const explainers: Readonly<Record<string, Explain>> = {
  "cloudbackup:ecs:Instance": (change, index) => [
    ...instanceFindings(change, index),
    ...diskEncryptionFindings(change, "systemDisk"),
  ],
  "cloudbackup:ecs:Disk": (change) => diskEncryptionFindings(change, "encrypted"),
  "cloudbackup:ecs:RamRoleAttachment": roleAttachmentFindings,
  "cloudbackup:ecs:ScriptDeployment": deploymentFindings,
  "cloudbackup:hbr:Policy": (change, index, { clocks }) => {
    const telling = { why: under(change, index), now: clocks.get(change.step.urn) };
    return tagFindings(policyFindings(change, telling), change, index);
  },
  "cloudbackup:hbr:InstanceProtection": explainProtection,
  "cloudbackup:hbr:BackupPlan": (change, index, facts) => [
    ...explainProtection(change, index, facts),
    ...planFindings(change, { why: "", now: facts.clocks.get(change.step.urn) }),
  ],
  "cloudbackup:hbr:Backup": pointFindings,
  "cloudbackup:hbr:RetentionOverride": pointFindings,
  "cloudbackup:hbr:ConsistencyGroup": groupFindings,
  "cloudbackup:compute:VirtualMachine": virtualMachineFindings,
  "cloudbackup:compute:ScriptFramework": frameworkFindings,
  "cloudbackup:recoveryservices:Vault": vaultFindings,
  "cloudbackup:recoveryservices:ProtectionPolicy": (change, index) => vaultPolicyFindings(change, under(change, index)),
  "cloudbackup:recoveryservices:ProtectedItem": explainProtection,
  "cloudbackup:recoveryservices:Backup": pointFindings,
};

const noFacts: DriftFacts = { clocks: new Map(), lostPoints: new Map(), successors: new Map() };

/**
 * What the differences that a refresh found mean for recovery. Pure: the same steps give the same answer, in the same
 * order, in whatever order they came: a refresh reads many resources at once.
 */
export function classifyDrift(steps: readonly Step[], facts: DriftFacts = noFacts): Drift {
  const ordered = [...steps].sort((a, b) => (a.urn < b.urn ? -1 : 1));
  const index = indexStack(ordered);
  const changed = ordered.filter(({ operation }) => operation !== "same").map(toChange);
  const drifted = changed.filter((change) => !isTimeAlone(change));
  const explained = drifted.map((change) => ({ change, findings: explain(change, index, facts) }));
  const resources = linkCauses(explained).map(({ change, findings, causeOf }): DriftedResource => {
    const { urn, name, type, id } = change.step;
    const kept = inOrder(findings);
    // What a protection tells already does not count, unless it is all there is.
    const own = causeOf.length > 0 ? kept : kept.filter(({ lowers }) => lowers === undefined);
    const worst = worstOf(own.map((finding) => finding.class));
    return { urn, name, type, id: id ?? "", isGone: change.isGone, class: worst, findings: kept, causeOf };
  });
  return {
    resources: resources.sort(compare),
    counts: countClasses(resources),
    inOrder: steps.length - drifted.length,
    unprotected: [...unprotectedMachines(index)].sort((a, b) => (a.urn < b.urn ? -1 : 1)),
  };
}

function inOrder(findings: readonly DriftFinding[]): readonly DriftFinding[] {
  return [...findings].sort((a, b) => driftClasses.indexOf(a.class) - driftClasses.indexOf(b.class));
}

function compare(a: DriftedResource, b: DriftedResource): number {
  const isCause = ({ causeOf }: DriftedResource) => (causeOf.length > 0 ? 1 : 0);
  const byClass = driftClasses.indexOf(a.class) - driftClasses.indexOf(b.class);
  return isCause(a) - isCause(b) || byClass || (a.urn < b.urn ? -1 : 1);
}

function countClasses(resources: readonly DriftedResource[]): Drift["counts"] {
  const counts = { LOST: 0, WEAKENED: 0, STRONGER: 0, COSMETIC: 0 };
  for (const { class: worst, causeOf } of resources) if (causeOf.length === 0) counts[worst] += 1;
  return counts;
}

function explain(change: Change, index: StackIndex, facts: DriftFacts): readonly DriftFinding[] {
  if (change.isGone) return goneFindings(change, index, facts);
  const told = explainers[change.step.type]?.(change, index, facts) ?? [];
  const properties = new Set(told.map(({ property }) => property));
  const rest = untold(change, properties).map((path) => findingAt(change, path, index));
  const all = [...told, ...rest];
  return all.length > 0 ? all : [found({ class: "COSMETIC", property: "", what: "written in another way" })];
}

/** Paths that no finding speaks of; of a property's parts the first few are enough. */
function untold({ step, paths }: Change, told: ReadonlySet<string>): readonly string[] {
  const mostParts = 3;
  const counts = new Map<string, number>();
  // A document is told as one: which of its parts was edited says nothing of what it grants.
  const whole = paths.map((path) => (topOf(path).endsWith("Document") ? topOf(path) : path));
  return [...new Set(whole)].filter((path) => {
    const top = topOf(path);
    const meaning = meaningOf(step.type, top);
    if (told.has(top) || (meaning?.kind === "told" && meaning.by.some((property) => told.has(property)))) return false;
    const count = (counts.get(top) ?? 0) + 1;
    counts.set(top, count);
    return count <= mostParts;
  });
}

function findingAt(change: Change, path: string, index: StackIndex): DriftFinding {
  const property = topOf(path);
  const meaning = meaningOf(change.step.type, property);
  const what = describeChange(change, path);
  // Nobody can say that it does no harm.
  if (meaning === undefined) {
    return found({ class: "WEAKENED", property, what, why: "this version does not know what it means" });
  }
  if (meaning.kind !== "needed") {
    return found({ class: "COSMETIC", property, what, why: meaning.kind === "told" ? "the outcome is the same" : "" });
  }
  const subjects = subjectsOf(change, index);
  const why = standingInWords(protectionsOn(index, subjects));
  const cause = { rules: meaning.rules, subjects };
  return found({ class: "COSMETIC", property, what, why, rule: meaning.rules[0] ?? "", cause });
}
