import { stdin } from "node:process";
import { Readable } from "node:stream";

/** 16 letters in a row were pasted, not typed, and are no escape sequence of a key either. */
const PASTED = /(\P{Cc}{16,})/u;
const ESCAPE = "\x1b";

/**
 * The keys of the terminal, for `node:readline`, which reads the whole line again for each character: a
 * long line that is pasted would take it many seconds, in which not even Ctrl-C is heard.
 */
export class Keys extends Readable {
  readonly #decoder = new TextDecoder();
  readonly #onPasted: (text: string) => void;
  readonly #onData = (bytes: Uint8Array) =>
    this.#take(this.#decoder.decode(bytes, { stream: true }));
  readonly #onEnd = () => void this.emit("end");

  /** @param onPasted called with pasted text, in its place between the keys */
  constructor(onPasted: (text: string) => void) {
    super();
    this.#onPasted = onPasted;
    stdin.on("data", this.#onData);
    stdin.on("end", this.#onEnd);
  }

  /** Switches the raw mode of the terminal, in which the program edits the lines. */
  setRawMode(isRaw: boolean): void {
    stdin.setRawMode(isRaw);
  }

  override pause(): this {
    stdin.pause();
    return this;
  }

  override resume(): this {
    stdin.resume();
    return this;
  }

  override _read(): void {}

  #take(typed: string): void {
    const pieces = typed.includes(ESCAPE) ? [typed] : typed.split(PASTED);
    pieces.forEach((piece, index) => {
      if (index % 2 === 1) this.#onPasted(piece);
      else if (piece !== "") this.emit("data", piece);
    });
  }
}
