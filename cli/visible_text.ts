/** Characters that a terminal obeys instead of showing: controls, and marks of text direction. */
const OBEYED =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A text from outside, made safe to print: control characters become escapes such as `\x1b`. Tabs and
 * the ends of lines stay.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(visible("\x1b[2J"), "\\x1b[2J");
 * ```
 */
export function visible(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(OBEYED, shown);
}

/**
 * Turns bytes from outside, piece by piece, into {@linkcode visible} text.
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * const text = new VisibleText();
 * equal(text.next(new Uint8Array([104, 105, 7])), "hi\\x07");
 * equal(text.end(), "");
 * ```
 */
export class VisibleText {
  readonly #decoder = new TextDecoder();
  /** A carriage return that a line feed may follow. */
  #held = "";

  /** The text of the next piece. A character or the end of a line may span two pieces. */
  next(bytes: Uint8Array): string {
    return this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  /** The rest of the text, after the last piece. */
  end(): string {
    const text = this.#take(this.#decoder.decode()) + visible(this.#held);
    this.#held = "";
    return text;
  }

  #take(decoded: string): string {
    const text = this.#held + decoded;
    this.#held = text.endsWith("\r") ? "\r" : "";
    return visible(text.slice(0, text.length - this.#held.length));
  }
}

function shown(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
}
