// @ts-types="../../cli/std/binary_heap.d.ts"
import { BinaryHeap } from "@std/data-structures/binary-heap";
import type { Client } from "./clients.ts";

/** The timers of an event loop: clients, or what else has a `dueMs`, the earliest first. */
export class TimerQueue<Timed extends { readonly dueMs: number } = Client> {
  // The difference of two that are never due would not be a number.
  readonly #heap = new BinaryHeap<Timed>((a, b) => a.dueMs === b.dueMs ? 0 : a.dueMs - b.dueMs);
  readonly #members = new Set<Timed>();

  /**
   * Adds `timed` until its `dueMs`, on the clock of `performance.now()`. Adding it twice has no effect;
   * while it is in the queue, its `dueMs` must not change.
   */
  add(timed: Timed): void {
    if (this.#members.has(timed)) return;
    this.#members.add(timed);
    this.#heap.push(timed);
  }

  /** How long a readiness call may wait, in milliseconds; `Infinity` if the queue is empty. */
  untilNextMs(): number {
    const next = this.#heap.peek();
    return next === undefined ? Infinity : Math.max(0, next.dueMs - performance.now());
  }

  /** Takes out what is due, the earliest first. */
  *due(): Generator<Timed> {
    if (this.#heap.length === 0) return;
    const nowMs = performance.now();
    for (let next; (next = this.#heap.peek()) !== undefined && next.dueMs <= nowMs;) {
      this.#heap.pop();
      this.#members.delete(next);
      yield next;
    }
  }
}
