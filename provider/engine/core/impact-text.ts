import { counted } from "./counted";
import type { Fate, FateReason, Impact, MachineImpact, ReasonCount } from "./impact";
import { listed } from "./listed";
import { readableDate } from "./time";

/** What a text shows of many at most. */
const machinesShown = 5;
const reasonsShown = 6;

/** The gravest first: it leads the text. */
const verbs = { PRUNED: "prune", SHORTENED: "shorten", EXTENDED: "extend", KEPT: "keep" } as const;
const gravestFirst = Object.keys(verbs) as Fate[];

/** What is counted, where it is not whole recovery points. */
interface Noun {
  readonly one: string;
  readonly many: string;
}

const wholePoints: Noun = { one: "recovery point", many: "recovery points" };
/** Single disks of points, which an override may hold by themselves. */
export const disksOfPoints: Noun = { one: "disk of a recovery point", many: "disks of recovery points" };

export interface ImpactWords {
  /** Who does it, in front of the verb: "retention 30 → 7 days", "the new schedule". */
  readonly subject: string;
  readonly noun?: Noun;
  /** More that follows from the change, a line each. */
  readonly notes?: readonly string[];
  /** It would happen later: told as that, and with no raised voice. It does not match `impactPattern`. */
  readonly isForLater?: boolean;
}

/** Whether a change takes from points what they had. */
export function isLoss({ pruned, shortened }: Impact): boolean {
  return pruned + shortened > 0;
}

/** Why one point meets its fate, in full. */
export function fateText({ message, until }: FateReason): string {
  if (until === undefined) return message;
  return until === null ? `${message} for ever` : `${message} until ${readableDate(until)}`;
}

/** An impact as people read it: all of it in the first line, then by reason and by machine. */
export function describeImpact(impact: Impact, words: ImpactWords): string {
  const { machines, reasons } = impact;
  const { subject, notes = [], isForLater = false } = words;
  const lines = [`${isForLater ? "" : emptiedText(machines)}${subject} ${headText(impact, words)}`];
  const shown = reasons.slice(0, reasonsShown).map(reasonText);
  lines.push(...shown, ...more(reasons.length - shown.length, "reason"), ...notes);
  if (machines.length > 1 || isLoss(impact)) {
    const worst = gravest(machines).slice(0, machinesShown);
    lines.push(...worst.map(machineText), ...more(machines.length - worst.length, "machine"));
  }
  return lines.join("\n  ");
}

/** `prunes 46 of 60 recovery points on 2 machines (cache: 23, db: 23), shortens 14; oldest left 2026-03-02`. */
function headText(impact: Impact, { noun = wholePoints, isForLater = false }: ImpactWords): string {
  const { total, machines, oldestLeft } = impact;
  const [lead = "KEPT", ...others] = gravestFirst.filter((fate) => countOf(impact, fate) > 0);
  const count = countOf(impact, lead);
  const amount = count === total && total > 1 ? `all ${total}` : `${count} of ${total}`;
  const name = total === 1 ? noun.one : noun.many;
  const ledOn = machines.filter((machine) => countOf(machine, lead) > 0);
  const verbOf = (fate: Fate) => (isForLater ? verbs[fate] : `${verbs[fate]}s`);
  const rest = others.map((fate) => `, ${verbOf(fate)} ${countOf(impact, fate)}`).join("");
  const left = oldestLeft === null || !isLoss(impact) ? "" : `; oldest left ${readableDate(oldestLeft)}`;
  const verb = isForLater ? `would ${verbOf(lead)}` : verbOf(lead);
  return `${verb} ${amount} ${name} on ${counted(ledOn.length, "machine")} (${perMachine(ledOn, lead)})${rest}${left}`;
}

/** In capitals: nothing is worse, and not every screen has colour. */
function emptiedText(machines: readonly MachineImpact[]): string {
  const emptied = machines.filter(({ isEmptied }) => isEmptied);
  if (emptied.length === 0) return "";
  const names = listed(emptied, machinesShown, ({ machineName }) => machineName);
  return `NO RECOVERY POINT IS LEFT on ${counted(emptied.length, "machine")}: ${names}; `;
}

function perMachine(machines: readonly MachineImpact[], fate: Fate): string {
  const sorted = [...machines].sort((a, b) => countOf(b, fate) - countOf(a, fate));
  const shown = sorted.slice(0, machinesShown).map((machine) => `${machine.machineName}: ${countOf(machine, fate)}`);
  const others = sorted.length > shown.length ? [`${sorted.length - shown.length} more`] : [];
  return [...shown, ...others].join(", ");
}

function gravest(machines: readonly MachineImpact[]): MachineImpact[] {
  return [...machines].sort((a, b) => {
    const fate = gravestFirst.find((each) => countOf(a, each) !== countOf(b, each));
    return Number(b.isEmptied) - Number(a.isEmptied) || (fate === undefined ? 0 : countOf(b, fate) - countOf(a, fate));
  });
}

function machineText(machine: MachineImpact): string {
  const { machineName, total, oldestLeft, newestLeft, isEmptied } = machine;
  const counts = gravestFirst
    .filter((fate) => countOf(machine, fate) > 0)
    .map((fate) => `${countOf(machine, fate)} ${fate.toLowerCase()}`);
  const left =
    oldestLeft === null || newestLeft === null
      ? `none ${isEmptied ? "" : "of these "}is left`
      : `left ${readableDate(oldestLeft)} to ${readableDate(newestLeft)}`;
  return `${machineName}: ${counts.join(", ")} of ${total}; ${left}`;
}

function reasonText({ count, fate, message, rule }: ReasonCount): string {
  return `${count} ${fate.toLowerCase()}: ${message} (${rule})`;
}

function more(count: number, noun: string): string[] {
  return count <= 0 ? [] : [`… and ${counted(count, `more ${noun}`)}`];
}

function countOf(tally: Pick<Impact, Lowercase<Fate>>, fate: Fate): number {
  return tally[fate.toLowerCase() as Lowercase<Fate>];
}
