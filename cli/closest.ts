// @ts-types="./std/levenshtein_distance.d.ts"
import { levenshteinDistance } from "@std/text/levenshtein-distance";

/**
 * Guesses which of `candidates` a person meant by `word`: the first that begins with it, or else the
 * one with the smallest edit distance, which may be at most a third of the length of `word`.
 *
 * @param candidates words without capitals
 * @returns `null` when none is near
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(closest("scan", ["all", "scan-cost"]), "scan-cost");
 * equal(closest("selct", ["poll", "select"]), "select");
 * equal(closest("foo", ["poll", "select"]), null);
 * ```
 */
export function closest<Candidate extends string>(
  word: string,
  candidates: readonly Candidate[],
): Candidate | null {
  if (word === "") return null;
  const typed = word.toLowerCase(); // no candidate has capitals
  const begun = candidates.find((candidate) => candidate.startsWith(typed));
  if (begun !== undefined) return begun;
  const changes = candidates.map((candidate) => levenshteinDistance(typed, candidate));
  const fewest = Math.min(...changes);
  return fewest <= Math.ceil(word.length / 3) ? candidates[changes.indexOf(fewest)] : null;
}
