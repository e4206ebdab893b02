/**
 * When an event loop goes on with a client although its socket is not ready.
 *
 * @module
 */

// @ts-types="../../cli/std/binary_heap.d.ts"
import { BinaryHeap } from "@std/data-structures/binary-heap";
import type { Outbox } from "../handlers/outbox.ts";
import type { Sockets } from "../sockets/interface.ts";
import type { ClientState } from "./client_state.ts";

/** What a {@linkcode TimerQueue} needs to know of a client, or of what else waits for time or a promise. */
interface Timed {
  dueMs: number;
  readonly until?: Promise<void> | undefined;
  readonly state?: ClientState;
}

/** A client to which there may be something to send unasked. */
interface Addressed {
  readonly outbox?: Outbox | undefined;
  state: ClientState;
}

/**
 * What an event loop does besides what is ready: it goes on with clients whose reply is due, whose
 * promise has resolved, or to whom there is something to send unasked. The earliest comes first.
 */
export class TimerQueue<Waiting extends Timed> {
  // The difference of two that are never due would not be a number.
  readonly #heap = new BinaryHeap<Waiting>((a, b) => a.dueMs === b.dueMs ? 0 : a.dueMs - b.dueMs);
  readonly #members = new Set<Waiting>();
  /** How many are due, now or at a time. A field, since a loop reads it in each turn. */
  size = 0;
  /** Those that wait for a promise. */
  readonly #promised = new Set<Waiting>();
  #soon: Waiting[] = [];

  /** @param sockets whose wait ends when a client is due before its time */
  constructor(private readonly sockets?: Pick<Sockets, "interruptWait">) {}

  /**
   * Adds what waits until its `dueMs`, on the clock of `performance.now()`, or until its promise resolves.
   * Adding it twice has no effect; while it is in the queue, its `dueMs` must not change.
   */
  add(waiting: Waiting): void {
    if (waiting.until !== undefined) return this.#awaitPromise(waiting, waiting.until);
    if (this.#members.has(waiting)) return;
    this.#members.add(waiting);
    this.size++;
    this.#heap.push(waiting);
  }

  /** From now on a client is due when there is something in its outbox. */
  watch(client: Waiting & Addressed): void {
    if (client.outbox === undefined) return;
    client.outbox.onWaiting = () => {
      if (client.state !== "wantRead") return; // what it is owed comes first, and then the outbox
      client.state = "unasked";
      this.goOnSoon(client);
    };
  }

  #awaitPromise(waiting: Waiting, until: Promise<void>): void {
    if (this.#promised.has(waiting)) return;
    this.#promised.add(waiting);
    until.then(() => {
      this.#promised.delete(waiting);
      waiting.dueMs = 0;
      this.goOnSoon(waiting);
    });
  }

  /** Has `waiting` be due in the next turn, which begins now if the loop waits. */
  goOnSoon(waiting: Waiting): void {
    this.#soon.push(waiting);
    this.size++;
    if (this.#soon.length === 1) this.sockets?.interruptWait();
  }

  /** How long a readiness call may wait, in milliseconds; `Infinity` if the queue is empty. */
  untilNextMs(): number {
    if (this.#soon.length > 0) return 0;
    if (this.#members.size === 0) return Infinity;
    return Math.max(0, this.#heap.peek()!.dueMs - performance.now());
  }

  /** Takes out what is due, the earliest first. */
  *due(): Generator<Waiting> {
    const soon = this.#soon;
    this.#soon = [];
    this.size -= soon.length;
    for (const waiting of soon) {
      // It may have begun to wait since it got here: what it waits for comes first, and then the outbox.
      const isWaiting = this.#promised.has(waiting) || this.#members.has(waiting);
      if (waiting.state !== "closed" && !isWaiting) yield waiting;
    }
    const nowMs = performance.now();
    for (let next; (next = this.#heap.peek()) !== undefined && next.dueMs <= nowMs;) {
      this.#heap.pop();
      this.#members.delete(next);
      this.size--;
      yield next;
    }
  }
}
