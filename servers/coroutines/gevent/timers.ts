// @ts-types="../../../cli/std/binary_heap.d.ts"
import { BinaryHeap } from "@std/data-structures/binary-heap";

/** Something that happens at its time. */
export abstract class Timer {
  /** Whether it has fired, or was cancelled. */
  isOver = false;

  /**
   * @param dueMs on the clock of the hub's loop; `Infinity` never comes
   * @param order timers that are due at the same time fire in this order
   * @throws {RangeError} when `dueMs` is NaN
   */
  constructor(readonly dueMs: number, readonly order: number) {
    if (Number.isNaN(dueMs)) throw new RangeError("a time to wait for is NaN");
  }

  /** Does what was to happen at this time. */
  abstract fire(): void;
}

/** A timer that calls a function. */
export class CallTimer extends Timer {
  constructor(dueMs: number, order: number, private readonly call: () => void) {
    super(dueMs, order);
  }

  override fire(): void {
    this.call();
  }
}

/** Two that never fire are due at `Infinity`, and the difference of infinities is NaN. */
function compareTimers(a: Timer, b: Timer): number {
  return a.dueMs === b.dueMs ? a.order - b.order : a.dueMs - b.dueMs;
}

/** Below this many cancelled timers, the heap is never rebuilt. */
const MIN_CANCELLED = 64;

/**
 * Timers by the time at which they are due.
 *
 * Most timeouts are cancelled before they fire. To take one out of the middle of a heap costs too
 * much, so a cancelled timer stays until it is due, or until most timers in the heap are cancelled.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * class Note extends Timer {
 *   override fire() {}
 * }
 * const timers = new TimerQueue();
 * timers.add(new Note(100, timers.nextOrder()));
 * assertEquals(timers.untilNextMs(40), 60);
 * assertEquals(timers.takeDue(100)?.dueMs, 100);
 * ```
 */
export class TimerQueue {
  readonly #heap = new BinaryHeap<Timer>(compareTimers);
  #cancelled = 0;
  #lastOrder = 0;

  /** The {@linkcode Timer.order} of a new timer. */
  nextOrder(): number {
    return ++this.#lastOrder;
  }

  add(timer: Timer): void {
    this.#heap.push(timer);
  }

  /** Keeps a timer from firing. One that has fired is left as it is. */
  cancel(timer: Timer): void {
    if (timer.isOver) return;
    timer.isOver = true;
    this.#cancelled++;
    if (this.#cancelled > MIN_CANCELLED && this.#cancelled > this.#heap.length / 2) this.#rebuild();
  }

  /** How many will fire. */
  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  /** How many are in memory, the cancelled ones included. */
  get heldCount(): number {
    return this.#heap.length;
  }

  /** The time in milliseconds until the next timer is due; `Infinity` without one. */
  untilNextMs(nowMs: number): number {
    const next = this.#next();
    return next === undefined ? Infinity : Math.max(0, next.dueMs - nowMs);
  }

  /** Takes out the earliest timer that is due at `nowMs`; `undefined` without one. */
  takeDue(nowMs: number): Timer | undefined {
    const next = this.#next();
    if (next === undefined || next.dueMs > nowMs) return undefined;
    this.#heap.pop();
    next.isOver = true;
    return next;
  }

  #next(): Timer | undefined {
    for (; this.#heap.peek()?.isOver; this.#cancelled--) this.#heap.pop();
    return this.#heap.peek();
  }

  #rebuild(): void {
    const timers = this.#heap.toArray();
    this.#heap.clear();
    for (const timer of timers) {
      if (!timer.isOver) this.#heap.push(timer);
    }
    this.#cancelled = 0;
  }
}
