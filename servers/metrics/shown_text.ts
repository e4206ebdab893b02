/**
 * The text of the first bytes of a message.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * const bytes = new TextEncoder().encode("né");
 * equal(shownText(bytes.subarray(0, 2), 3), "n"); // half of a character is none
 * equal(shownText(bytes.subarray(0, 2), 2), "n\ufffd"); // the client has sent no more
 * ```
 *
 * @param shown the first of the bytes
 * @param sizeBytes how many there were; with more, a character that is cut off at the end is left out
 */
export function shownText(shown: Uint8Array, sizeBytes: number): string {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return decoder.decode(shown, { stream: sizeBytes > shown.length });
}
