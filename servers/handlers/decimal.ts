const ZERO = 0x30;

/**
 * A number of decimal digits; `Infinity` for any other text, and for none. Beyond `Number.MAX_SAFE_INTEGER` it is
 * about right. A child of a fork that asked a regular expression would load code for it of which it needs nothing
 * else.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(["007", "+7", "7.5", ""].map(decimal), [7, Infinity, Infinity, Infinity]);
 * ```
 */
export function decimal(text: string | null): number {
  if (text === null || text === "") return Infinity;
  let number = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return Infinity;
    number = 10 * number + digit;
  }
  return number;
}
