import { WOULD_BLOCK } from "./interface.ts";
import { EPOLLIN, type Keyboard } from "./interface.ts";
import type { DenoHub, DenoPollable, Registration } from "./deno_hub.ts";

/** Longest line that is kept, in characters: what a person types to a server is shorter. */
const LONGEST_LINE = 4_096;

/** Standard input as a socket to watch. */
export class DenoKeyboard implements Keyboard, DenoPollable {
  readonly kind = "keyboard";
  registration: Registration | undefined = undefined;

  readonly #hub: DenoHub;
  readonly #decoder = new TextDecoder();
  readonly #buffer = new Uint8Array(1_024);
  #text = "";
  #ended = false;
  #reading = false;

  constructor(hub: DenoHub) {
    this.#hub = hub;
  }

  tryReadLine(): string | null | typeof WOULD_BLOCK {
    const end = this.#text.indexOf("\n");
    if (end >= 0) {
      const line = this.#text.slice(0, end).replace(/\r$/, "");
      this.#text = this.#text.slice(end + 1);
      return line;
    }
    if (this.#ended) return null;
    this.arm();
    return WOULD_BLOCK;
  }

  isReadable(): boolean {
    return this.#ended || this.#text.includes("\n");
  }

  isWritable(): boolean {
    return false;
  }

  isFaulty(): boolean {
    return false;
  }

  isArmed(): boolean {
    return this.#reading;
  }

  arm(): void {
    if (this.#reading || this.#ended) return;
    this.#reading = true;
    Deno.stdin.read(this.#buffer).then(this.#onRead, () => this.#onRead(null));
  }

  readonly #onRead = (count: number | null): void => {
    this.#reading = false;
    if (count === null) this.#ended = true;
    else {
      const typed = this.#decoder.decode(this.#buffer.subarray(0, count), { stream: true });
      this.#text = (this.#text + typed).slice(-LONGEST_LINE);
    }
    if (this.isReadable()) this.#hub.signal(this, EPOLLIN);
    else this.arm();
  };
}
