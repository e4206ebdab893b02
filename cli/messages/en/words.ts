/**
 * What several texts in English are made with.
 *
 * @module
 */

/** Groups thousands, as English does. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A number of things: `1 client`, `2 clients`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `a, b and c` */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The end of a line on an unknown word, if a known one is near. */
export function didYouMean(nearest: string | null): string {
  return nearest === null ? "" : `; did you mean ${nearest}?`;
}
