// @ts-types="../../../cli/std/binary_heap.d.ts"
import { BinaryHeap } from "@std/data-structures/binary-heap";

/** Something that happens when its time has come. */
export abstract class Alarm {
  /** Whether it has rung, or never will. */
  isOver = false;

  /**
   * @param dueMs on the clock of the hub; `Infinity` never comes
   * @param order those that are due at the same time ring in this order
   * @throws {RangeError} when `dueMs` is NaN
   */
  constructor(readonly dueMs: number, readonly order: number) {
    if (Number.isNaN(dueMs)) throw new RangeError("a time to wait for is NaN");
  }

  abstract ring(): void;
}

/** Two that never ring are an infinite time from now, and their difference is not a number. */
function compareAlarms(a: Alarm, b: Alarm): number {
  return a.dueMs === b.dueMs ? a.order - b.order : a.dueMs - b.dueMs;
}

/** How many cancelled alarms may stay before it is asked whether they are the most. */
const FEW = 64;

/**
 * Alarms by the time at which they are due.
 *
 * Most timeouts never ring: what they guard ends in time. To take one out of the middle of a heap is
 * not worth it, so a cancelled one stays until it is due, or until it and its like are the majority.
 */
export class Timers {
  readonly #heap = new BinaryHeap<Alarm>(compareAlarms);
  #cancelled = 0;
  #lastOrder = 0;

  /** The {@linkcode Alarm.order} of a new one. */
  nextOrder(): number {
    return ++this.#lastOrder;
  }

  add(alarm: Alarm): void {
    this.#heap.push(alarm);
  }

  /** The alarm will not ring. If it has, nothing happens. */
  cancel(alarm: Alarm): void {
    if (alarm.isOver) return;
    alarm.isOver = true;
    this.#cancelled++;
    if (this.#cancelled > FEW && this.#cancelled > this.#heap.length / 2) this.#sortOut();
  }

  /** How many will ring. */
  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  /** How many are in memory, whether they will ring or not. */
  get heldCount(): number {
    return this.#heap.length;
  }

  /** For how long nothing rings; `Infinity` if nothing ever will. */
  untilNextMs(nowMs: number): number {
    const next = this.#next();
    return next === undefined ? Infinity : Math.max(0, next.dueMs - nowMs);
  }

  /** Takes out the earliest of those that are due. */
  takeDue(nowMs: number): Alarm | undefined {
    const next = this.#next();
    if (next === undefined || next.dueMs > nowMs) return undefined;
    this.#heap.pop();
    next.isOver = true;
    return next;
  }

  #next(): Alarm | undefined {
    for (; this.#heap.peek()?.isOver; this.#cancelled--) this.#heap.pop();
    return this.#heap.peek();
  }

  #sortOut(): void {
    const alarms = this.#heap.toArray();
    this.#heap.clear();
    for (const alarm of alarms) {
      if (!alarm.isOver) this.#heap.push(alarm);
    }
    this.#cancelled = 0;
  }
}
