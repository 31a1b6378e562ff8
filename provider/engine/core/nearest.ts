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
