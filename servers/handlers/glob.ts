const [STAR, QUESTION, OPEN, CLOSE, CARET, MINUS, BACKSLASH] = [
  ...[0x2a, 0x3f, 0x5b, 0x5d, 0x5e, 0x2d, 0x5c],
];

/**
 * Whether bytes match a pattern of Redis: `*`, `?`, `[abc]`, `[^a]`, `[a-z]`, and `\` before what
 * stands for itself. However many `*` there are, it takes at most the product of both lengths.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * const matching = ["hello", "hallo", "hxllo", "hllo"].filter((word) =>
 *   matchesGlob(bytes("h[ae]llo"), bytes(word))
 * );
 * assertEquals(matching, ["hello", "hallo"]);
 * ```
 */
export function matchesGlob(pattern: Uint8Array, text: Uint8Array): boolean {
  let [inPattern, inText] = [0, 0];
  /** After the last star, and where it stands for no more bytes. */
  let [afterStar, starEnd] = [-1, 0];
  while (inText < text.length) {
    if (pattern[inPattern] === STAR) {
      afterStar = ++inPattern;
      starEnd = inText;
      continue;
    }
    const next = inPattern < pattern.length
      ? matchOne(pattern, inPattern, text[inText])
      : undefined;
    if (next !== undefined) {
      inPattern = next;
      inText++;
    } else if (afterStar !== -1) {
      // Only the last star has to take a byte more: the others have matched as early as they can.
      inPattern = afterStar;
      inText = ++starEnd;
    } else return false;
  }
  while (pattern[inPattern] === STAR) inPattern++;
  return inPattern === pattern.length;
}

/** Where the pattern goes on after it has matched `byte`; `undefined` when it does not. */
function matchOne(pattern: Uint8Array, at: number, byte: number): number | undefined {
  switch (pattern[at]) {
    case QUESTION:
      return at + 1;
    case OPEN:
      return matchClass(pattern, at + 1, byte);
    case BACKSLASH:
      if (at + 1 < pattern.length) at++;
  }
  return pattern[at] === byte ? at + 1 : undefined;
}

/** The same for what stands between brackets, of which the last may be missing. */
function matchClass(pattern: Uint8Array, start: number, byte: number): number | undefined {
  const isNegated = pattern[start] === CARET;
  let isIn = false;
  let at = isNegated ? start + 1 : start;
  for (; at < pattern.length && pattern[at] !== CLOSE; at++) {
    if (pattern[at] === BACKSLASH && at + 1 < pattern.length) {
      if (pattern[++at] === byte) isIn = true;
    } else if (pattern[at + 1] === MINUS && at + 2 < pattern.length) {
      const [one, other] = [pattern[at], pattern[at + 2]];
      if (byte >= Math.min(one, other) && byte <= Math.max(one, other)) isIn = true;
      at += 2;
    } else if (pattern[at] === byte) isIn = true;
  }
  return isIn !== isNegated ? Math.min(at + 1, pattern.length) : undefined;
}
