import { listed } from "../engine/core/listed";
import { type Change, keyOf, type Properties, recordOf, recordsOf, textOf } from "./drift-change";
import { type Cause, type DriftFinding, found } from "./drift-finding";
import { protectionsOn, type StackIndex } from "./drift-stack";

/** A file on a machine, as either cloud's resource tells it. */
interface Lying {
  readonly path: string;
  readonly isThere: boolean;
  readonly mode: string | undefined;
  readonly owner: string | undefined;
  readonly sha256: string | undefined;
}

function lyingOf(file: Properties): Lying {
  return {
    path: textOf(file.path) ?? "",
    isThere: file.present === true,
    mode: textOf(file.fileMode ?? file.mode)?.replace(/^0+/, ""),
    owner: textOf(file.fileOwner ?? file.owner),
    sha256: textOf(file.sha256),
  };
}

/** What somebody did to a file, in words; nothing when it lies as it lay. */
function whatHappened(old: Lying, live: Lying): { readonly words: string; readonly isRewritten: boolean } | undefined {
  const said = (words: string, isRewritten = false) => ({ words: `${old.path}: ${words}`, isRewritten });
  if (old.isThere !== live.isThere) return said(live.isThere ? "put back" : "deleted");
  if (!live.isThere) return undefined;
  const words = [
    ...(old.mode === live.mode ? [] : [`mode ${old.mode} → ${live.mode}`]),
    ...(old.owner === live.owner ? [] : [`owner ${old.owner} → ${live.owner}`]),
  ];
  const isRewritten = old.sha256 !== live.sha256;
  if (isRewritten) words.push("content changed");
  return words.length === 0 ? undefined : said(words.join(", "), isRewritten);
}

interface Place {
  /** The machine's id in lower case. */
  readonly machine: string;
  readonly property: string;
  readonly rules: readonly string[];
}

function fileFinding(old: Lying, live: Lying, place: Place, index: StackIndex): readonly DriftFinding[] {
  const happened = whatHappened(old, live);
  if (happened === undefined) return [];
  const { machine, property, rules } = place;
  const users = protectionsOn(index, [machine]).filter(({ standing }) => standing !== "ENDED");
  const cause: Cause = { rules, subjects: [machine] };
  const where = index.machines.get(machine)?.name ?? machine.split("/").at(-1) ?? machine;
  // What it freezes now nobody has looked at: the level is not proven any more, though nothing lowers it.
  const isUnproven = happened.isRewritten && users.length > 0;
  const rest = isUnproven
    ? `${listed(users.map(({ name }) => name))} ${users.length === 1 ? "rests" : "rest"} on what it was`
    : "no level falls by it";
  const told = { property, what: happened.words, why: `on ${where}; ${rest}`, rule: rules[0] ?? "", cause };
  return [found({ ...told, class: isUnproven ? "WEAKENED" : "COSMETIC" })];
}

const deploymentRules = ["A-13", "A-14", "A-75"];

/** What became of scripts that were deployed on machines of Alibaba Cloud. */
export function deploymentFindings({ before, after }: Change, index: StackIndex): readonly DriftFinding[] {
  const live = new Map(recordsOf(after.results).map((result) => [keyOf(result.instanceId), result]));
  return recordsOf(before.results).flatMap((old) => {
    const machine = keyOf(old.instanceId);
    const result = live.get(machine);
    if (result === undefined) return [];
    const why = textOf(result.message) ?? "";
    if (old.success === true && result.success !== true) return [gone(machine, index.machines.get(machine)?.name, why)];
    return ["preScript", "postScript"].flatMap((property) => {
      const [was, is] = [lyingOf(recordOf(old[property])), lyingOf(recordOf(result[property]))];
      return fileFinding(was, is, { machine, property, rules: deploymentRules }, index);
    });
  });
}

function gone(machine: string, name: string | undefined, why: string): DriftFinding {
  const cause: Cause = { rules: ["A-59"], subjects: [machine], isConsequence: true };
  return found({ class: "COSMETIC", property: "results", what: `${name ?? machine}: ${why}`, cause });
}

export const frameworkRules = ["Z-10", "Z-03", "Z-04", "Z-05", "Z-06", "Z-11", "Z-13", "Z-34"];

/** What became of an Azure VM's script framework: its config file first, then the scripts. */
export function frameworkFindings({ before, after }: Change, index: StackIndex): readonly DriftFinding[] {
  const machine = keyOf(before.vmId);
  const live = recordsOf(after.files).map(lyingOf);
  return recordsOf(before.files).flatMap((file, place) => {
    const old = lyingOf(file);
    // Another config names other scripts; that the config changed tells it.
    const now = live.find(({ path }) => path === old.path) ?? (place === 0 ? live[0] : undefined);
    if (now === undefined) return [];
    const property = place === 0 ? "config" : old.path === scriptPathOf(before, "pre") ? "preScript" : "postScript";
    return fileFinding(old, now, { machine, property, rules: frameworkRules }, index);
  });
}

function scriptPathOf({ config }: Properties, which: "pre" | "post"): string | undefined {
  return textOf(recordOf(config)[`${which}ScriptLocation`]);
}
