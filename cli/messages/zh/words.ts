/**
 * What several texts in Chinese are made with.
 *
 * @module
 */

/** Groups thousands, as Chinese does. */
export function count(value: number): string {
  return value.toLocaleString("zh-CN");
}

/** `a、b 和 c` */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join("、")} 和 ${words.at(-1)}`;
}

/** The end of a line on an unknown word, if a known one is near. */
export function didYouMean(nearest: string | null): string {
  return nearest === null ? "" : `；是不是想用 ${nearest}？`;
}
