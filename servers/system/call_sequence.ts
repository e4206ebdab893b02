/**
 * Functions of the C library that are called one after another, with no JavaScript in between. Linux, with the
 * GNU C library.
 *
 * Each call is put into a context of its own, makecontext(3), which goes over to the next one when its function
 * returns; the last one goes back. So one call, swapcontext(3), makes all of them. It is for those after which
 * the memory of JavaScript is not what it was before, until the last one has returned.
 *
 * @module
 */

import { cFunctions } from "./c_library.ts";
import { mapPages, memoryAt } from "./mmap.ts";

/** A `ucontext_t`, of which arm64 needs 4,560 bytes, <sys/ucontext.h>, and a stack for it. */
const CONTEXT_BYTES = 8_192;
const STACK_BYTES = 8_192;
const SLOT_BYTES = CONTEXT_BYTES + STACK_BYTES;
/** Where a `ucontext_t` has its successor, and where its stack begins and how long it is, on all processors. */
const AT = { link: 8, stack: 16, stackBytes: 32 };
const MOST_ARGUMENTS = 5;

/** <signal.h> */
const SIG_SETMASK = 2;
const SIGNAL_SET_BYTES = 128;

const functions = cFunctions({
  munmap: { parameters: ["u64", "u64"], result: "i32" },
  sigprocmask: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getcontext: { parameters: ["u64"], result: "i32" },
  swapcontext: { parameters: ["u64", "u64"], result: "i32" },
  makecontext: {
    parameters: ["u64", "u64", "i32", "u64", "u64", "u64", "u64", "u64"],
    result: "void",
  },
});

/** A call: a function by its address, and at most five whole numbers or addresses. */
export interface Call {
  readonly address: bigint;
  readonly parameters: readonly bigint[];
}

/**
 * See the module. What the functions return is lost. Signals stay pending meanwhile: their handlers may need
 * more of a stack than there is.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { memset } = Deno.dlopen("libc.so.6", { memset: { type: "pointer" } }).symbols;
 * const bytes = new Uint8Array(4);
 * const to = Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
 * const address = Deno.UnsafePointer.value(memset);
 * using sequence = new CallSequence([
 *   { address, parameters: [to, 1n, 4n] },
 *   { address, parameters: [to, 2n, 2n] },
 * ]);
 * sequence.run();
 * assertEquals(bytes, new Uint8Array([2, 2, 1, 1]));
 * ```
 */
export class CallSequence implements Disposable {
  readonly #sizeBytes: number;
  /** First the context of the caller, and then those of the calls. */
  readonly #slots: bigint;
  readonly #isEmpty: boolean;

  /** @throws {SystemCallError} when there is no memory */
  constructor(calls: readonly Call[]) {
    this.#isEmpty = calls.length === 0;
    this.#sizeBytes = (1 + calls.length) * SLOT_BYTES;
    this.#slots = mapPages(this.#sizeBytes);
    const view = new DataView(memoryAt(this.#slots, this.#sizeBytes));
    withoutSignals(() => {
      calls.forEach((call, index) => {
        const next = index + 1 < calls.length ? index + 2 : 0;
        this.#make(call, index + 1, next, view);
      });
    });
  }

  /** Makes all calls. Do so once. */
  run(): void {
    if (this.#isEmpty) return;
    const { swapcontext } = functions();
    withoutSignals(() => swapcontext(this.#slots, this.#slots + BigInt(SLOT_BYTES)));
  }

  [Symbol.dispose](): void {
    functions().munmap(this.#slots, BigInt(this.#sizeBytes));
  }

  #make({ address, parameters }: Call, slot: number, next: number, view: DataView): void {
    const { getcontext, makecontext } = functions();
    const at = slot * SLOT_BYTES;
    const context = this.#slots + BigInt(at);
    getcontext(context); // with the signals that are blocked now
    view.setBigUint64(at + AT.link, this.#slots + BigInt(next * SLOT_BYTES), true);
    view.setBigUint64(at + AT.stack, context + BigInt(CONTEXT_BYTES), true);
    view.setBigUint64(at + AT.stackBytes, BigInt(STACK_BYTES), true);
    const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n] = parameters;
    makecontext(context, address, MOST_ARGUMENTS, a, b, c, d, e);
  }
}

function withoutSignals(work: () => void): void {
  const { sigprocmask } = functions();
  const all = new Uint8Array(SIGNAL_SET_BYTES).fill(0xff);
  const before = new Uint8Array(SIGNAL_SET_BYTES);
  sigprocmask(SIG_SETMASK, all, before);
  work();
  sigprocmask(SIG_SETMASK, before, all);
}
