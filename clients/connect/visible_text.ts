/** What a terminal obeys instead of showing it: control characters, and marks that turn text around. */
// deno-lint-ignore no-control-regex
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Bytes of a stranger as text that a terminal shows and does not obey: `\x1b` stands for the escape
 * character. Tabs and the ends of lines stay.
 */
export class VisibleText {
  readonly #decoder = new TextDecoder();

  /** The text of the next bytes; a character may be cut in two between them. */
  next(bytes: Uint8Array): string {
    return this.#decoder.decode(bytes, { stream: true })
      .replaceAll("\r\n", "\n")
      .replace(OBEYED, shown);
  }
}

function shown(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
}
