// @ts-types="./std/levenshtein_distance.d.ts"
import { levenshteinDistance } from "@std/text/levenshtein-distance";

/**
 * The one of `candidates` that a person most likely meant who typed `word`: one that begins with it,
 * or else the one that fewest changes of a letter lead to, at most one for each three letters.
 *
 * @returns `null` when none is near
 * @example
 * ```ts
 * closest("scan", ["all", "scan-cost"]); // "scan-cost"
 * closest("selct", ["poll", "select"]); // "select"
 * closest("foo", ["poll", "select"]); // null
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
