import { cFunctions, rareFunctions } from "./c_library.ts";
import { askForThreads, ROOM } from "./thread_question.ts";

const functions = cFunctions({
  poll: { parameters: ["buffer", "u32", "i32"], result: "i32", nonblocking: true },
});
const here = rareFunctions({ poll: { parameters: ["buffer", "u32", "i32"], result: "i32" } });

/** The runtime keeps a thread that has made a call for ten seconds, and aborts where it gets no other one. */
const KEPT_MS = 9_000;
/** How often it is looked whether a descriptor is ready where the system allows no more threads. */
const LOOK_AGAIN_MS = 20;
/** When this thread's last call has ended. */
let lastMs = -Infinity;

/** Descriptors and events of a `struct pollfd`, in 32-bit words. */
const WORDS = 2;
/** <poll.h> */
const POLLIN = 1;

/**
 * poll(2) on another thread. A thread that waits so goes on with its own timers, promises and messages,
 * which a call that blocks it would hold up.
 *
 * @example
 * ```ts
 * import { createWaker, wake } from "./eventfd.ts";
 * import { systemCalls } from "./system_calls.ts";
 * const calls = systemCalls();
 * const waker = createWaker(calls);
 * const poll = new OffThreadPoll();
 * setTimeout(() => wake(calls, waker), 1); // runs although this thread waits
 * await poll.readable([waker], -1);
 * ```
 */
export class OffThreadPoll {
  /** Whether a wait is under way. */
  isWaiting = false;
  #isVoid = false;
  #isOver = false;
  #call: Promise<unknown> = Promise.resolve();
  #own = new Int32Array(WORDS);

  /** The next wait returns at once: what it would wait for has happened before it began. */
  voidNext(): void {
    this.#isVoid = true;
  }

  /**
   * For a thread that ends: no wait goes on from now on. The other thread writes what it has found into
   * memory of this one, which must not be freed before.
   *
   * @returns resolves when poll(2) has returned; wake it, or it may never
   */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#call;
  }

  /**
   * Waits until one of the descriptors is readable.
   *
   * @param timeoutMs as poll(2) takes it: -1 is for ever
   */
  async readable(descriptors: readonly number[], timeoutMs: number): Promise<void> {
    await this.ready(descriptors.map((fd) => [fd, POLLIN]), timeoutMs);
  }

  /**
   * Waits until one of the descriptors is ready for its events.
   *
   * @param watched descriptors, and a set of `POLL…` bits for each
   * @param timeoutMs as poll(2) takes it: -1 is for ever
   */
  async ready(watched: readonly [fd: number, events: number][], timeoutMs: number): Promise<void> {
    const sizeInWords = watched.length * WORDS;
    if (this.#own.length < sizeInWords) this.#own = new Int32Array(sizeInWords);
    watched.forEach(([fd, events], place) => {
      this.#own[place * WORDS] = fd;
      this.#own[place * WORDS + 1] = events;
    });
    await this.wait(this.#own, watched.length, timeoutMs);
  }

  /** {@linkcode wait} by this thread, which looks now and then, for where there can be no other one. */
  async #waitHere(pollfds: Int32Array<ArrayBuffer>, count: number, mostMs: number): Promise<void> {
    const endMs = mostMs < 0 ? Infinity : performance.now() + mostMs;
    while (here().poll(pollfds, count, 0) === 0 && !this.#isOver) {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, LOOK_AGAIN_MS)));
    }
  }

  /**
   * poll(2). One call may be under way at a time.
   *
   * @param pollfds an array of `struct pollfd`, which must not change meanwhile
   */
  async wait(pollfds: Int32Array<ArrayBuffer>, count: number, timeoutMs: number): Promise<void> {
    this.isWaiting = true;
    try {
      if (!this.#isOver) {
        const mostMs = this.#isVoid ? 0 : timeoutMs;
        const isKept = performance.now() - lastMs < KEPT_MS;
        const hasThread = isKept || askForThreads(1 + ROOM).errno === 0;
        this.#call = hasThread
          ? functions().poll(pollfds, count, mostMs)
          : this.#waitHere(pollfds, count, mostMs);
        await this.#call;
        if (hasThread) lastMs = performance.now();
      }
    } finally {
      this.isWaiting = this.#isVoid = false;
    }
    if (this.#isOver) await new Promise(() => {}); // the thread ends meanwhile
  }
}
