import { listed } from "../engine/core/listed";
import type { Properties } from "./drift-change";

import type { Protection } from "./drift-stack";
import type { Step } from "./step";

/** What became of a protection, whatever the reason: backups as before, a lower level, or none any more. */
export type Standing = "KEPT" | "LOWER" | "ENDED";

const ranks: Readonly<Record<string, number>> = { NONE: 0, CRASH: 1, FILE_SYSTEM: 2, APPLICATION: 3 };

export function rankOf(level: unknown): number | undefined {
  return ranks[String(level)];
}

export function standingOf({ operation }: Step, before: Properties, now: Properties): Standing {
  const isStopped = now.disabled === true || (now.protectionState ?? "Protected") !== "Protected";
  if (operation === "delete" || isStopped || now.achievedLevel === "NONE") return "ENDED";
  return (rankOf(now.achievedLevel) ?? 0) < (rankOf(before.achievedLevel) ?? 0) ? "LOWER" : "KEPT";
}

/** Of protections that rest on something that changed, and that were lowered by something else, if at all. */
export function standingInWords(users: readonly Protection[]): string {
  if (users.length === 0) return "no protection of the stack rests on it";
  const namesOf = (standing: Standing) => users.filter((user) => user.standing === standing).map(({ name }) => name);
  const [kept, lower, ended] = [namesOf("KEPT"), namesOf("LOWER"), namesOf("ENDED")];
  return [
    ...(kept.length === 0 ? [] : [`${listed(kept)} ${kept.length === 1 ? "keeps its" : "keep their"} level`]),
    ...(lower.length === 0 ? [] : [`${listed(lower)} fell for another reason`]),
    ...(ended.length === 0 ? [] : [`no backup of ${listed(ended)} runs any more`]),
  ].join("; ");
}
