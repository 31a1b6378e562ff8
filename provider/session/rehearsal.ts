import type { ResourceDefinition } from "../definition/resource";
import type { Holding } from "../engine/core/holding";
import type { Engine } from "../engine/engine";
import type { RestoredThing } from "../engine/leftover";
import { resourceByToken } from "../registry";
import { type DeleteOrder, deleteOrder } from "./delete-order";
import { type Attempt, DeletionRehearsal, type Outcome, type Refusal } from "./deletion-rehearsal";
import { DataOfStack, type Loss } from "./stack-data";
import { isShown, type StackResource } from "./stack-state";

/** What a destroy would do to one resource. */
export interface RehearsedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly outcome: Outcome;
  readonly refusal: Refusal | undefined;
  /** URNs of the resources that fail, for whose sake this one stays. */
  readonly staysFor: readonly string[];
  /**
   * When a later destroy would take it, UNIX seconds, if nothing is changed meanwhile; null: none ever would.
   * Undefined where there is nothing to wait for.
   */
  readonly goesAt: number | null | undefined;
  readonly notes: readonly string[];
}

/** A later destroy, at a time at which it would take more. */
export interface LaterRound {
  /** UNIX seconds. */
  readonly time: number;
  /** URNs of what it would take. */
  readonly gone: readonly string[];
  /** How many would still be left. */
  readonly left: number;
}

export interface Rehearsal {
  /** UNIX seconds of the engine's clock. */
  readonly now: number;
  /** In the order in which Pulumi deletes them; components and providers are left out. */
  readonly resources: readonly RehearsedResource[];
  /** URNs of what would go, but not in a run that stops at its first failure: one without --continue-on-error. */
  readonly notReached: readonly string[];
  readonly later: readonly LaterRound[];
  /** What stays of the machines that are concerned. */
  readonly kept: readonly Holding[];
  readonly lost: readonly Loss[];
  /** Machines and disks that restores made and that no resource of the stack stands for any more. */
  readonly restored: readonly RestoredThing[];
}

export interface RehearsalInput {
  /** In the order of the state. */
  readonly resources: readonly StackResource[];
  /** By the URN of the provider: branches, which may be changed. Those of one store share it. */
  readonly engines: ReadonlyMap<string, Engine>;
  /** URNs that are to go, with all that depends on them; undefined: everything. */
  readonly targets: ReadonlySet<string> | undefined;
}

/** How often the end of what holds a resource may move away: then it is made anew all the time. */
const mostMoves = 2;
/** How far the look ahead goes: no farther than what forecasts call settled. */
const longestLookSeconds = 3660 * 86_400;

/**
 * Destroys a stack on private branches of its engines, as Pulumi would: dependents first, what fails keeps what it
 * depends on, each by the very code of the real deletion. Then looks when another destroy would take the rest.
 */
export async function rehearseDestroy({ resources, engines, targets }: RehearsalInput): Promise<Rehearsal> {
  const order = deleteOrder(resources);
  const condemned = condemnedBy(resources, order, targets);
  const data = new DataOfStack(resources, engines, (type) => resourceByToken.has(type));
  const now = await data.now();
  await data.look();
  const run = new DestroyRun(resources, order, engines);
  const first = await run.round(condemned);
  const { kept, lost, restored } = await data.lookAgain();
  const { later, goneAt } = await lookAhead({ resources, run, data, now, first });
  const shown = order.steps.flat().filter((index) => first.has(index) && isShown(resources[index]));
  const rehearsed = shown.map((index) => tell(resources, first, index, goneAt.get(index)));
  return { now, resources: rehearsed, notReached: notReached(resources, order, first), later, kept, lost, restored };
}

function condemnedBy(
  resources: readonly StackResource[],
  order: DeleteOrder,
  targets: ReadonlySet<string> | undefined,
): ReadonlySet<number> {
  const all = [...resources.keys()];
  if (targets === undefined) return new Set(all);
  const named = new Set(all.filter((index) => targets.has(resources[index]?.urn ?? "")));
  return new Set(all.filter((index) => named.has(index) || [...order.dependenciesOf(index)].some((i) => named.has(i))));
}

/** What became of each resource in one round, by its index. */
type Round = ReadonlyMap<number, Attempt>;

/** A destroy and those after it. */
class DestroyRun {
  readonly #rehearsal: DeletionRehearsal;

  constructor(
    resources: readonly StackResource[],
    private readonly order: DeleteOrder,
    engines: ReadonlyMap<string, Engine>,
  ) {
    const definitionOf = (type: string): ResourceDefinition | undefined => resourceByToken.get(type);
    this.#rehearsal = new DeletionRehearsal(resources, engines, definitionOf);
  }

  /** Goes through all steps although something fails, as with --continue-on-error. */
  async round(condemned: ReadonlySet<number>): Promise<Round> {
    const attempts = new Map<number, Attempt>();
    const staysFor = new Map<number, number[]>();
    for (const step of this.order.steps) {
      const due = step.filter((index) => condemned.has(index));
      const free = due.filter((index) => !staysFor.has(index));
      for (const [index, attempt] of await this.#rehearsal.step(free, condemned)) {
        attempts.set(index, attempt);
        if (!isHeld(attempt.outcome)) continue;
        for (const each of this.order.dependenciesOf(index)) {
          staysFor.set(each, [...(staysFor.get(each) ?? []), index]);
        }
      }
      for (const index of due) {
        const holders = staysFor.get(index);
        if (holders !== undefined) attempts.set(index, { outcome: "STAYS", staysFor: holders, notes: [] });
      }
    }
    return attempts;
  }
}

/** Whether Pulumi fails to delete it, so that what it depends on stays. */
function isHeld(outcome: Outcome): boolean {
  return outcome === "FAILS" || outcome === "PROTECTED";
}

function isLeft(outcome: Outcome): boolean {
  return isHeld(outcome) || outcome === "STAYS";
}

function leftAfter(round: Round): ReadonlySet<number> {
  return new Set([...round].filter(([, { outcome }]) => isLeft(outcome)).map(([index]) => index));
}

interface Outlook {
  readonly resources: readonly StackResource[];
  readonly run: DestroyRun;
  readonly data: DataOfStack;
  readonly now: number;
  readonly first: Round;
}

/** Destroys again whenever what holds something comes to its end, until only what is made anew all the time holds. */
async function lookAhead({ resources, run, data, now, first }: Outlook) {
  const later: LaterRound[] = [];
  const goneAt = new Map<number, number>();
  const moves = new Map<number, number>();
  let round = first;
  let time = now;
  for (;;) {
    const ends = endsOf(round).filter(([index, end]) => end > time && (moves.get(index) ?? 0) < mostMoves);
    const next = ends.reduce((soonest, [, end]) => Math.min(soonest, end), Number.POSITIVE_INFINITY);
    if (next > now + longestLookSeconds) break;
    await data.passTime(next);
    time = next;
    const [before, endsBefore] = [leftAfter(round), new Map(endsOf(round))];
    round = await run.round(before);
    for (const [index, end] of endsOf(round)) {
      if (end > (endsBefore.get(index) ?? end)) moves.set(index, (moves.get(index) ?? 0) + 1);
    }
    const left = leftAfter(round);
    const gone = [...before].filter((index) => !left.has(index));
    for (const index of gone) goneAt.set(index, time);
    const urns = urnsOf(resources, gone);
    if (urns.length > 0) later.push({ time, gone: urns, left: urnsOf(resources, [...left]).length });
  }
  return { later, goneAt };
}

/** When what holds resources comes to its end, for those that wait for such a time. */
function endsOf(round: Round): readonly (readonly [index: number, end: number])[] {
  return [...round].flatMap(([index, { refusal }]) =>
    refusal?.until == null ? [] : [[index, refusal.until] as const],
  );
}

function urnsOf(resources: readonly StackResource[], indexes: readonly number[]): readonly string[] {
  return indexes.flatMap((index) => {
    const resource = resources[index];
    return isShown(resource) ? [resource?.urn ?? ""] : [];
  });
}

function tell(
  resources: readonly StackResource[],
  round: Round,
  index: number,
  goesAt: number | undefined,
): RehearsedResource {
  const { urn, type, name, id } = resources[index] as StackResource;
  const { outcome, refusal, staysFor = [], notes } = round.get(index) as Attempt;
  const isWaiting = isLeft(outcome) && outcome !== "PROTECTED";
  return {
    urn,
    type,
    name,
    id,
    outcome,
    refusal,
    staysFor: staysFor.map((holder) => resources[holder]?.urn ?? ""),
    goesAt: isWaiting ? (goesAt ?? null) : undefined,
    notes,
  };
}

/** Protected resources don't end a run; everything else that fails does, after its step. */
function notReached(resources: readonly StackResource[], order: DeleteOrder, round: Round): readonly string[] {
  const failing = order.steps.findIndex((step) => step.some((index) => round.get(index)?.outcome === "FAILS"));
  if (failing < 0) return [];
  const behind = order.steps.slice(failing + 1).flat();
  return behind
    .filter((index) => isShown(resources[index]))
    .filter((index) => round.has(index) && !isLeft((round.get(index) as Attempt).outcome))
    .map((index) => resources[index]?.urn ?? "");
}
