// @ts-types="../../cli/std/binary_heap.d.ts"
import { BinaryHeap } from "@std/data-structures/binary-heap";
import type { Client } from "./client.ts";

/** The clients whose answer is not due yet: the timers of an event loop. */
export class Sleepers {
  readonly #heap = new BinaryHeap<Client>((a, b) => a.dueMs - b.dueMs);

  readonly #members = new Set<Client>();

  /** Remembers `client`, once, until its {@linkcode Client.dueMs}. */
  add(client: Client): void {
    if (this.#members.has(client)) return;
    this.#members.add(client);
    this.#heap.push(client);
  }

  /** How long a readiness call may wait; `Infinity` if nobody sleeps. */
  untilNextMs(): number {
    const next = this.#heap.peek();
    return next === undefined ? Infinity : Math.max(0, next.dueMs - performance.now());
  }

  /** Takes out those whose time has come, the earliest first. */
  *due(): Generator<Client> {
    if (this.#heap.length === 0) return;
    const nowMs = performance.now();
    for (let next; (next = this.#heap.peek()) !== undefined && next.dueMs <= nowMs;) {
      this.#heap.pop();
      this.#members.delete(next);
      yield next;
    }
  }
}
