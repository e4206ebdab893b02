import { EPOLLIN, type Keyboard, WOULD_BLOCK } from "../interface.ts";
import type { DenoPollable, DenoReactor, Registration } from "./reactor.ts";
import { LineReader } from "../line_reader.ts";

/** Standard input as a socket to watch. */
export class DenoKeyboard implements Keyboard, DenoPollable {
  readonly kind = "keyboard";
  registration: Registration | undefined = undefined;
  look = 0;

  readonly #reactor: DenoReactor;
  readonly #lines = new LineReader();
  readonly #buffer = new Uint8Array(1_024);
  #ended = false;
  #reading = false;

  constructor(reactor: DenoReactor) {
    this.#reactor = reactor;
  }

  tryReadLine(): string | null | typeof WOULD_BLOCK {
    const line = this.#lines.take();
    if (line !== undefined) return line;
    if (this.#ended) return null;
    this.arm();
    return WOULD_BLOCK;
  }

  holds(asked: number): number {
    return this.#ended || this.#lines.hasLine ? asked & EPOLLIN : 0;
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
    else this.#lines.push(this.#buffer.subarray(0, count));
    if (this.holds(EPOLLIN) !== 0) this.#reactor.signal(this, EPOLLIN);
    else this.arm();
  };
}
