import { ruleSources as alibabaSources } from "../engine/alibaba/rule";
import { ruleSources as azureSources } from "../engine/azure/rule";
import { listed } from "../engine/core/listed";
import { nameOfUrn } from "../engine/core/urn";
import { classifyDrift, type Drift, type DriftedResource } from "./drift";
import { topOf } from "./drift-change";
import type { DriftClass } from "./drift-finding";
import { driftClasses } from "./drift-finding";
import type { DriftFacts } from "./drift-protection";
import type { Diagnostic, Step } from "./step";

/** A resource that could not be read, and what was said of it. */
interface Unread {
  readonly urn: string;
  readonly name: string;
  readonly type: string;
  readonly message: string;
}

/** An operation that was interrupted: nobody knows how its resource is. */
export interface Pending {
  readonly urn: string;
  /** `creating`, `updating`, … */
  readonly operation: string;
}

/** What the command knows of a stack beside what the refresh told. */
export interface StackFacts extends DriftFacts {
  readonly project: string;
  readonly stack: string;
  /** How many resources each other package has in the stack. */
  readonly otherPackages: Readonly<Record<string, number>>;
  readonly pending: readonly Pending[];
  /** URNs of resources that the engine never heard of. */
  readonly unknownToEngine: readonly string[];
  /** Property paths of which the program ignores changes, by URN. */
  readonly ignored: ReadonlyMap<string, readonly string[]>;
}

/** A resource that is not as the state says, but where its program says that this is no matter. */
interface Ignored {
  readonly urn: string;
  readonly name: string;
  readonly properties: readonly string[];
}

export interface DriftReport extends Drift {
  readonly project: string;
  readonly stack: string;
  readonly unread: readonly Unread[];
  readonly otherPackages: Readonly<Record<string, number>>;
  readonly pending: readonly Pending[];
  readonly unknownToEngine: readonly string[];
  readonly ignored: readonly Ignored[];
}

const ownPackage = "cloudbackup:";

/** Everything that a run of drift has to tell; the same run gives the same report. */
export function reportDrift(
  steps: readonly Step[],
  diagnostics: readonly Diagnostic[],
  facts: StackFacts,
): DriftReport {
  // A component is made of others and has nothing of its own to read.
  const own = steps.filter(({ type, id }) => type.startsWith(ownPackage) && id !== undefined);
  const unknown = new Set(facts.unknownToEngine);
  const isRead = (step: Step) => !isUnread(step) && !unknown.has(step.urn);
  const { project, stack, otherPackages, pending } = facts;
  return {
    ...classifyDrift(own.filter(isRead), facts),
    ...{ project, stack },
    unread: own
      .filter(isUnread)
      .map(({ urn, name, type }) => ({ urn, name, type, message: messageFor(urn, diagnostics) }))
      .sort(byUrn),
    otherPackages: Object.fromEntries(Object.entries(otherPackages).sort(([a], [b]) => (a < b ? -1 : 1))),
    pending: [...pending].sort(byUrn),
    unknownToEngine: [...unknown].sort(),
    ignored: own
      .filter(isRead)
      .flatMap((step) => ignoredIn(step, facts.ignored))
      .sort(byUrn),
  };
}

/** Pulumi calls such a resource the same, and shows what it is like all the same. */
function ignoredIn(step: Step, ignored: StackFacts["ignored"]): readonly Ignored[] {
  const { urn, name, operation, oldInputs, newInputs } = step;
  const paths = operation === "delete" ? [] : (ignored.get(urn) ?? []);
  const isIgnored = (property: string) => paths.some((path) => path === "*" || topOf(path) === property);
  const names = [...new Set([...Object.keys(oldInputs), ...Object.keys(newInputs)])].filter(isIgnored).sort();
  const properties = names.filter((each) => JSON.stringify(oldInputs[each]) !== JSON.stringify(newInputs[each]));
  return properties.length === 0 ? [] : [{ urn, name, properties }];
}

/** A refresh that came to no end: a preview of one tells of a failed read by that alone, and by what is said of it. */
export function isUnread({ failed, operation }: Step): boolean {
  return failed || operation === "refresh";
}

function byUrn(a: { readonly urn: string }, b: { readonly urn: string }): number {
  return a.urn < b.urn ? -1 : 1;
}

function messageFor(urn: string, diagnostics: readonly Diagnostic[]): string {
  const said = diagnostics.filter((each) => each.urn === urn && each.severity === "error");
  // Before what the provider says Pulumi puts what failed, though everybody knows it.
  return (
    said.map(({ message }) => message.replace(/^Preview failed: /, "")).join("\n") || "the provider gave no reason"
  );
}

/** The worst class there is; undefined where everything is in order. */
export function worstClass({ counts }: Drift): DriftClass | undefined {
  return driftClasses.find((each) => counts[each] > 0);
}

/** Whether everything that should be read was read. */
export function isComplete({ unread, unknownToEngine }: DriftReport): boolean {
  return unread.length === 0 && unknownToEngine.length === 0;
}

/** The document that a rule comes from; undefined for what has no rule. */
export function sourceOf(rule: string): string | undefined {
  return ({ ...alibabaSources, ...azureSources } as Readonly<Record<string, string>>)[rule];
}

const classWords: Readonly<Record<DriftClass, string>> = {
  LOST: "lost",
  WEAKENED: "weakened",
  STRONGER: "stronger",
  COSMETIC: "cosmetic",
};

/** The order in which classes are counted for people. */
const countedClasses: readonly DriftClass[] = ["LOST", "WEAKENED", "COSMETIC", "STRONGER"];

/** `1 lost, 1 weakened, 1 cosmetic`, or `no drift`, as far as it can be said. */
export function countsInWords(report: DriftReport): string {
  const { counts } = report;
  const told = countedClasses.filter((each) => counts[each] > 0).map((each) => `${counts[each]} ${classWords[each]}`);
  if (told.length > 0) return told.join(", ");
  return isComplete(report) ? "no drift" : "no drift in what could be read";
}

/** Names for people: a resource whose name another one has too tells its type. */
export function labelsOf({ resources }: Drift): ReadonlyMap<DriftedResource, string> {
  const counts = new Map<string, number>();
  for (const { name } of resources) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map(
    resources.map((resource) => {
      const { name, type } = resource;
      return [resource, counts.get(name) === 1 ? name : `${name} (${type.split(":").at(-1)})`];
    }),
  );
}

/** What was not looked at, or is of note beside the drift, a line each. */
export function notesOf(report: DriftReport): readonly string[] {
  const { unread, otherPackages, pending, unknownToEngine, unprotected, ignored } = report;
  const others = Object.entries(otherPackages).map(([name, count]) => `${name} ${count}`);
  const ignoredNames = ignored.map(({ name, properties }) => `${name} (${properties.join(", ")})`);
  const isEmpty = report.inOrder + report.resources.length + unread.length + unknownToEngine.length === 0;
  return [
    ...(isEmpty ? ["nothing was checked: the stack holds no resource of cloudbackup"] : []),
    ...unread.map(({ name, message }) => `could not be read: ${name}: ${message.replaceAll(/\s*[\r\n]+\s*/g, " ")}`),
    ...(unknownToEngine.length === 0
      ? []
      : [`not checked, as the engine does not know them: ${listed(unknownToEngine.map(nameOfUrn), mostNames)}`]),
    ...(others.length === 0 ? [] : [`not checked, as they are other providers': ${others.join(", ")}`]),
    ...(ignored.length === 0 ? [] : [`not as the program says, which ignores it: ${listed(ignoredNames, mostNames)}`]),
    ...pending.map(
      ({ urn, operation }) => `not known: ${nameOfUrn(urn)}, as Pulumi was interrupted while ${operation} it`,
    ),
    ...(unprotected.length === 0
      ? []
      : [`no protection of the stack covers: ${listed(unprotected, mostNames, ({ name }) => name)}`]),
  ];
}

const mostNames = 20;
