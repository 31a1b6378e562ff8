import { distance } from "fastest-levenshtein";

/** The valid word that was probably meant: the same but for case and separators, or a few letters off. */
export function nearest(word: string, valid: readonly string[]): string | undefined {
  const essence = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const same = valid.find((candidate) => essence(candidate) === essence(word) && essence(word) !== "");
  if (same !== undefined) return same;
  const ranked = valid
    .map((candidate) => ({ candidate, steps: distance(candidate.toLowerCase(), word.toLowerCase()) }))
    .filter(({ candidate, steps }) => steps <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((left, right) => left.steps - right.steps);
  return ranked[0]?.candidate;
}

/** The valid names that share words with one, those with the most first: `DetachRole` and `DetachInstanceRamRole`. */
export function related(name: string, valid: readonly string[], limit: number): readonly string[] {
  const words = new Set(wordsOf(name));
  return valid
    .map((candidate) => ({ candidate, shared: wordsOf(candidate).filter((word) => words.has(word)).length }))
    .filter(({ shared }) => shared > 0)
    .sort((left, right) => right.shared - left.shared)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** The words of a camel-cased name, without the s of a plural. */
function wordsOf(name: string): readonly string[] {
  const words = name.match(/\p{Lu}?[\p{Ll}\p{N}]+|\p{Lu}+/gu) ?? [];
  return words.map((word) => word.toLowerCase().replace(/s$/, ""));
}
