const [SPACE, QUOTE, APOSTROPHE, BACKSLASH] = [0x20, 0x22, 0x27, 0x5c];

/** What a letter after a backslash stands for between quotes. */
const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, a: 7 };

/**
 * Splits a line that somebody has typed into words, as Redis does. Quotes hold a word together;
 * between double quotes `\n`, `\x1b` and such are understood.
 *
 * @returns `undefined` when a quote is not closed, or a word follows one without a space
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const words = splitArguments(new TextEncoder().encode(`set 'my key' "a\\x21\\n"`));
 * assertEquals(words?.map((word) => new TextDecoder().decode(word)), ["set", "my key", "a!\n"]);
 * ```
 */
export function splitArguments(line: Uint8Array): Uint8Array[] | undefined {
  const words: Uint8Array[] = [];
  for (let at = 0;;) {
    while (at < line.length && isSpace(line[at])) at++;
    if (at === line.length) return words;
    const word: number[] = [];
    while (at < line.length && !isSpace(line[at])) {
      const quote = line[at];
      if (quote !== QUOTE && quote !== APOSTROPHE) {
        word.push(line[at++]);
        continue;
      }
      const end = quoted(line, at, word);
      if (end === undefined || end < line.length && !isSpace(line[end])) return undefined;
      at = end;
    }
    words.push(Uint8Array.from(word));
  }
}

/** Adds what is quoted from `start` on; @returns where that ends */
function quoted(line: Uint8Array, start: number, word: number[]): number | undefined {
  const quote = line[start];
  for (let at = start + 1; at < line.length; at++) {
    if (line[at] === quote) return at + 1;
    if (line[at] === BACKSLASH && at + 1 < line.length) {
      if (quote === APOSTROPHE) {
        if (line[at + 1] === APOSTROPHE) at++;
        word.push(line[at]);
        continue;
      }
      const [hexadecimal] = /^x[\da-f]{2}/i.exec(latin1(line.subarray(at + 1, at + 4))) ?? [];
      if (hexadecimal !== undefined) {
        word.push(parseInt(hexadecimal.slice(1), 16));
        at += 3;
      } else {
        at++;
        word.push(ESCAPES[String.fromCharCode(line[at])] ?? line[at]);
      }
    } else word.push(line[at]);
  }
  return undefined;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte >= 9 && byte <= 13;
}
