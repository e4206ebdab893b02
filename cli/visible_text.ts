/** What a terminal obeys instead of showing it: control characters, and marks that turn text around. */
const OBEYED =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A text of a stranger as one that a terminal shows and does not obey: `\x1b` stands for the escape
 * character. Tabs and the ends of lines stay.
 */
export function visible(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(OBEYED, shown);
}

/** Bytes of a stranger as {@linkcode visible} text. */
export class VisibleText {
  readonly #decoder = new TextDecoder();
  /** A carriage return that may be the first half of the end of a line. */
  #held = "";

  /** The text of the next bytes; a character or the end of a line may be cut in two between them. */
  next(bytes: Uint8Array): string {
    return this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  /** The text of what was held back, when nothing more comes. */
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
