/**
 * Threads of which one leads while the others follow, in memory that all of them see: who leads, who
 * waits, and which handles each has been handed. A handle is a descriptor that the leader waits for.
 *
 * @module
 */

/** Places of the numbers. */
const LEADER = 0;
const RESTS_UNTIL = 1; // of the words of 64 bits
const HEADER_LENGTH = 8;
/** Of each thread: it waits until this grows; whether it waits; the last handle that it was handed. */
const SIGNAL = 0;
const WAITING = 1;
const HANDED = 2;
/** The eventfd(2) by which it is woken that does not wait for the signal, or 0. */
const WAKER = 3;
const THREAD_LENGTH = 4;
/** Of each handle: who has it, whose it is for good, and which was handed to that thread before. */
const OWNER = 0;
const BOUND = 1;
const BEFORE = 2;
const HANDLE_LENGTH = 3;

const NOBODY = 0;

/** Memory for `threads` threads, and handles below `limit`. What is not used takes no room. */
export function createTeamMemory(threads: number, limit: number): SharedArrayBuffer {
  const length = HEADER_LENGTH + (1 + threads) * THREAD_LENGTH + limit * HANDLE_LENGTH;
  return new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT);
}

/**
 * The team as one of its threads has it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const memory = createTeamMemory(2, 64);
 * const [one, other] = [new Team(memory, 1, 2), new Team(memory, 2, 2)];
 * assertEquals(one.follow(), undefined); // it leads
 * one.bind(5);
 * one.release(5);
 * one.promote();
 * assertEquals(other.follow(), undefined);
 * assertEquals(other.claim(5), false); // it is handed to the thread that it is bound to
 * assertEquals(one.follow(), 5);
 * ```
 */
export class Team {
  readonly #words: Int32Array;
  readonly #times: Float64Array;
  /** Handles that this thread was handed, the first of them last. */
  #handed: number[] = [];

  /**
   * @param memory of {@linkcode createTeamMemory}
   * @param self the number of this thread, from 1 on
   * @param threads how many there are
   * @param waker given when this thread waits for an eventfd(2)
   * @param wake wakes the thread that waits for it
   */
  constructor(
    memory: SharedArrayBuffer,
    private readonly self: number,
    private readonly threads: number,
    waker = 0,
    private readonly wake: (waker: number) => void = () => {},
  ) {
    this.#words = new Int32Array(memory);
    this.#times = new Float64Array(memory, 0, HEADER_LENGTH / 2);
    Atomics.store(this.#words, this.#thread(self) + WAKER, waker);
    this.#takeHanded();
    this.#handed = []; // they were those of a thread that has failed
  }

  /**
   * Waits until this thread leads, or is handed a handle.
   *
   * @param timeoutMs how long it waits at most; then it must call again
   * @returns the handle; `undefined` when it leads, and `null` when the time is over
   */
  follow(timeoutMs = Infinity): number | null | undefined {
    const [words, at] = [this.#words, this.#thread(this.self) + SIGNAL];
    for (;;) {
      const signal = Atomics.load(words, at);
      const turn = this.tryFollow();
      if (turn !== null) return turn;
      const end = Atomics.wait(words, at, signal, timeoutMs);
      Atomics.store(words, this.#thread(this.self) + WAITING, 0);
      // Named the leader in this moment, it finds out when it calls again.
      if (end === "timed-out") return null;
    }
  }

  /**
   * Of a thread that waits elsewhere: {@linkcode follow} without waiting. With `null` it waits from now on,
   * until its waker is woken. Then, or when it has something else to do, it calls {@linkcode stopWaiting}.
   */
  tryFollow(): number | null | undefined {
    const [words, own] = [this.#words, this.#thread(this.self)];
    // Set before it looks: who looks for a thread that waits will find it, or it finds what there is.
    Atomics.store(words, own + WAITING, 1);
    if (this.#handed.length === 0) this.#takeHanded();
    const handle = this.#handed.pop();
    const isOver = handle !== undefined ||
      Atomics.compareExchange(words, LEADER, NOBODY, this.self) === NOBODY;
    if (!isOver) return null;
    if (handle === undefined) Atomics.store(words, own + WAITING, 0);
    else this.stopWaiting();
    return handle;
  }

  /** This thread has something to do. If it has been named the leader in this moment, another one leads. */
  stopWaiting(): void {
    Atomics.store(this.#words, this.#thread(this.self) + WAITING, 0);
    if (Atomics.load(this.#words, LEADER) === NOBODY) this.#nameLeader();
  }

  /** The leader has one follow it that waits, or else the first that comes. */
  promote(): void {
    const leader = Atomics.compareExchange(this.#words, LEADER, this.self, NOBODY);
    if (leader === this.self) this.#nameLeader();
  }

  #nameLeader(): void {
    for (let thread = 1; thread <= this.threads; thread++) {
      if (Atomics.load(this.#words, this.#thread(thread) + WAITING) === 1) {
        return this.#signal(thread);
      }
    }
  }

  /**
   * Of a handle that is ready: makes it this thread's, or hands it to the thread that it is bound to.
   *
   * @returns whether this thread has it
   */
  claim(handle: number): boolean {
    const at = this.#handle(handle);
    const bound = Atomics.load(this.#words, at + BOUND);
    const owner = bound === NOBODY ? this.self : bound;
    if (Atomics.compareExchange(this.#words, at + OWNER, NOBODY, owner) !== NOBODY) return false;
    if (owner === this.self) return true;
    const last = this.#thread(owner) + HANDED;
    let before = Atomics.load(this.#words, last);
    for (let seen = -1; seen !== before;) {
      seen = before;
      Atomics.store(this.#words, at + BEFORE, seen);
      before = Atomics.compareExchange(this.#words, last, seen, handle + 1);
    }
    this.#signal(owner);
    return false;
  }

  /** Whether nobody has it. */
  isFree(handle: number): boolean {
    return Atomics.load(this.#words, this.#handle(handle) + OWNER) === NOBODY;
  }

  /** A new handle is this thread's until {@linkcode release}. */
  own(handle: number): void {
    Atomics.store(this.#words, this.#handle(handle) + BOUND, NOBODY);
    Atomics.store(this.#words, this.#handle(handle) + OWNER, this.self);
  }

  /** {@linkcode own}, and the leader hands it to this thread whenever it is ready. */
  bind(handle: number): void {
    this.own(handle);
    Atomics.store(this.#words, this.#handle(handle) + BOUND, this.self);
  }

  /** Whoever sees that the handle is ready may claim it. */
  release(handle: number): void {
    Atomics.store(this.#words, this.#handle(handle) + OWNER, NOBODY);
  }

  /** Until when the listener rests, on the clock of `Date.now()`; 0 if it does not. */
  get restsUntilMs(): number {
    return this.#times[RESTS_UNTIL];
  }

  set restsUntilMs(timeMs: number) {
    this.#times[RESTS_UNTIL] = timeMs;
  }

  #takeHanded(): void {
    const last = this.#thread(this.self) + HANDED;
    for (let next = Atomics.exchange(this.#words, last, 0); next > 0;) {
      this.#handed.push(next - 1);
      next = Atomics.load(this.#words, this.#handle(next - 1) + BEFORE);
    }
  }

  #signal(thread: number): void {
    const at = this.#thread(thread) + SIGNAL;
    Atomics.add(this.#words, at, 1);
    Atomics.notify(this.#words, at);
    const waker = Atomics.load(this.#words, this.#thread(thread) + WAKER);
    if (waker !== 0) this.wake(waker);
  }

  #thread(number: number): number {
    return HEADER_LENGTH + number * THREAD_LENGTH;
  }

  #handle(handle: number): number {
    return HEADER_LENGTH + (1 + this.threads) * THREAD_LENGTH + handle * HANDLE_LENGTH;
  }
}
