// @ts-types="../../cli/std/binary_heap.d.ts"
import { BinaryHeap } from "@std/data-structures/binary-heap";
import type { Client } from "./clients.ts";

/** Those whose time has not come yet: the timers of an event loop. */
export class TimerQueue<Sleeper extends { readonly dueMs: number } = Client> {
  // The difference of two that sleep for ever would not be a number.
  readonly #heap = new BinaryHeap<Sleeper>((a, b) => a.dueMs === b.dueMs ? 0 : a.dueMs - b.dueMs);

  readonly #members = new Set<Sleeper>();

  /** Remembers `sleeper`, once, until its `dueMs` on the clock of `performance.now()`. */
  add(sleeper: Sleeper): void {
    if (this.#members.has(sleeper)) return;
    this.#members.add(sleeper);
    this.#heap.push(sleeper);
  }

  /** How long a readiness call may wait; `Infinity` if nobody sleeps. */
  untilNextMs(): number {
    const next = this.#heap.peek();
    return next === undefined ? Infinity : Math.max(0, next.dueMs - performance.now());
  }

  /** Takes out those whose time has come, the earliest first. */
  *due(): Generator<Sleeper> {
    if (this.#heap.length === 0) return;
    const nowMs = performance.now();
    for (let next; (next = this.#heap.peek()) !== undefined && next.dueMs <= nowMs;) {
      this.#heap.pop();
      this.#members.delete(next);
      yield next;
    }
  }
}
