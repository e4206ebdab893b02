// @ts-types="./std/closest_string.d.ts"
import { closestString } from "@std/text/closest-string";

/** The one of `candidates` that `word` most likely stands for. */
export function closest(word: string, candidates: readonly string[]): string {
  return closestString(word, candidates);
}
