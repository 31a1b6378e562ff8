import type { Query, SimulatedEngine } from "../../engine/engine";
import { findAlibaba, joinAttachments } from "./alibaba-candidates";
import { findAzure } from "./azure-candidates";
import { type Candidate, isArmId, keyOf, type Left, rankOf } from "./candidate";
import { findDamage } from "./damage";
import type { KnownStack, NoStack } from "./known-stack";
import { findManaged, type Managed } from "./managed";
import { nameCandidates } from "./name";
import { type AdoptedProgram, declareResources } from "./program";
import { type Importable, readCandidates } from "./reading";
import { neededBy } from "./reference";
import { yamlProblem } from "./yaml-program";

export interface AdoptionRequest {
  readonly stack: KnownStack | NoStack;
  /** Ids of the machines that are meant, Azure's in lower case; null: all. */
  readonly machineIds: ReadonlySet<string> | null;
  readonly isYaml: boolean;
  readonly isProtecting: boolean;
}

/** A candidate that some stack has already. */
export interface ManagedCandidate {
  readonly candidate: Candidate;
  readonly stack: string;
}

/** What comes of adopting. */
export interface Adoption {
  readonly program: AdoptedProgram;
  readonly adopted: readonly Candidate[];
  readonly managed: readonly ManagedCandidate[];
  readonly left: readonly Left[];
  /** Recovery points that an outsider broke. */
  readonly damagedPoints: readonly string[];
}

/** Finds what no stack has, and makes a program of it that changes nothing once it is imported. */
export async function adopt(engine: SimulatedEngine, request: AdoptionRequest): Promise<Adoption> {
  const { stack, machineIds } = request;
  const isMeant = (machines: readonly string[]) =>
    machineIds === null || machines.length === 0 || machines.some((id) => machineIds.has(id));
  const survey = await engine.ask(findAll, stack);
  const meant = survey.candidates.filter(({ machines }) => isMeant(machines));
  const managed = meant.flatMap((candidate) => {
    const manager = survey.managed.managerOf(candidate);
    return manager === undefined ? [] : [{ candidate, stack: manager }];
  });
  const owned = new Set(managed.map(({ candidate }) => candidate));
  const free = joinAttachments(meant.filter((each) => !owned.has(each))).toSorted(inOrder);
  const { importable, refused } = await readAll(engine, free, request);
  const isWanted = (each: Candidate) => each.isProtection || survey.managed.formerName(each) !== undefined;
  const chosen = choose(importable, (each) => isWanted(each) && (machineIds === null || each.machines.length > 0));
  const names = nameCandidates(
    chosen.map(({ candidate }) => candidate),
    "name" in stack ? stack.resources.map(({ name }) => name) : [],
    survey.managed.formerName,
  );
  const nameOf = ({ candidate }: Importable): string => names.get(candidate) ?? "";
  // What machines share matters to those that are meant as far as they rest on it.
  const needed = new Set(chosen.flatMap(neededBy));
  const matters = ({ candidate: { token, id, machines } }: Refused) =>
    machineIds === null || machines.length > 0 || needed.has(keyOf(token, id));
  const isTold = ({ machines }: Left) => machineIds === null || machines.some((id) => machineIds.has(id));
  return {
    program: declareResources(chosen, nameOf, request.isProtecting),
    adopted: chosen.map(({ candidate }) => candidate),
    managed: managed.filter(({ candidate }) => candidate.isProtection),
    left: [...survey.left.filter(isTold), ...refused.filter(matters).map(tellRefused)],
    damagedPoints: await engine.ask(findDamage, machineIds),
  };
}

interface Survey {
  readonly candidates: readonly Candidate[];
  readonly left: readonly Left[];
  readonly managed: Managed;
}

const findAll: Query<KnownStack | NoStack, Survey> = async (context, stack) => {
  const [alibaba, azure] = [await findAlibaba(context, undefined), await findAzure(context, undefined)];
  return {
    candidates: [...alibaba.candidates, ...azure.candidates],
    left: [...alibaba.left, ...azure.left],
    managed: await findManaged(context, stack),
  };
};

/** Behind what it may refer to, then by name: the same engine gives the same program. */
function inOrder(a: Candidate, b: Candidate): number {
  const text = ({ label, id }: Candidate) => `${label}\n${id}`;
  return rankOf(a.token) - rankOf(b.token) || (text(a) < text(b) ? -1 : 1);
}

/** A candidate that can't be adopted as it is. */
interface Refused {
  readonly candidate: Candidate;
  readonly why: string;
}

async function readAll(engine: SimulatedEngine, free: readonly Candidate[], { isYaml }: AdoptionRequest) {
  const importable: Importable[] = [];
  const refused: Refused[] = [];
  for (const each of await readCandidates(engine, free)) {
    const problem = "why" in each ? each.why : isYaml ? yamlProblem(each.inputs as never) : undefined;
    if (!("why" in each) && problem === undefined) importable.push(each);
    else if (problem !== undefined && each.candidate.isProtection) {
      refused.push({ candidate: each.candidate, why: problem });
    }
  }
  return { importable, refused };
}

function tellRefused({ candidate: { token, label, id, machines }, why }: Refused): Left {
  const which = isArmId(id) ? "" : ` (${id})`;
  return { what: `${token.replace(/^cloudbackup:/, "")} ${label}${which}`, id, why, machines };
}

/** What is wanted by itself, and all that it rests on. */
function choose(importable: readonly Importable[], isRoot: (each: Candidate) => boolean): readonly Importable[] {
  const needed = new Set<string>();
  const chosen = new Set<Importable>();
  const isNeeded = ({ candidate: { token, id, comesWith } }: Importable) =>
    needed.has(keyOf(token, id)) || (comesWith !== undefined && needed.has(comesWith));
  for (let size = -1; size !== chosen.size; ) {
    size = chosen.size;
    for (const each of importable) {
      if (chosen.has(each) || !(isRoot(each.candidate) || isNeeded(each))) continue;
      chosen.add(each);
      for (const key of neededBy(each)) needed.add(key);
    }
  }
  return importable.filter((each) => chosen.has(each));
}
