import { EPOLLIN, type Keyboard, WOULD_BLOCK } from "../interface.ts";
import type { LibcPollable } from "./connection_context.ts";
import { LineReader } from "../line_reader.ts";
import type { SystemCalls } from "../../system/system_calls.ts";

const STANDARD_INPUT = 0;

/** Standard input as a descriptor to watch. */
export class LibcKeyboard implements Keyboard, LibcPollable {
  readonly kind = "keyboard";
  readonly descriptor = STANDARD_INPUT;

  readonly #calls: SystemCalls;
  readonly #buffer = new Uint8Array(1_024);
  readonly #lines = new LineReader();
  /** `struct pollfd` */
  readonly #poll = Int32Array.of(STANDARD_INPUT, EPOLLIN);

  constructor(calls: SystemCalls) {
    this.#calls = calls;
  }

  tryReadLine(): string | null | typeof WOULD_BLOCK {
    const line = this.#lines.take();
    if (line !== undefined) return line;
    // A terminal is shared with other programs, so it is asked first and not made non-blocking.
    if (this.#calls.poll(this.#poll, 1, 0) <= 0) return WOULD_BLOCK;
    const count = this.#calls.read(STANDARD_INPUT, this.#buffer, this.#buffer.length);
    if (count <= 0) return null; // its end, or a terminal that is gone
    this.#lines.push(this.#buffer.subarray(0, count));
    return this.#lines.take() ?? WOULD_BLOCK;
  }
}
