/**
 * Settings that can be changed while a server runs, in memory that all serving threads see: a thread
 * that blocks in the system's calls gets no messages.
 *
 * @module
 */

import type { SimulatedCost } from "../handlers/simulated_cost.ts";

/** Places of the numbers. */
const SLEEP_MS = 0;
const CPU_MS = 1;
const HELD_UNTIL_MS = 2;
const ASKED_AT_MS = 3;
const ANSWERED_AT_MS = 4;
const LENGTH = 8;

/** Size of the memory. */
export const CONTROLS_BYTES = LENGTH * Float64Array.BYTES_PER_ELEMENT;

/** Memory for the controls of one server. */
export function createControlsMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(CONTROLS_BYTES);
}

/** See the module. One thread sets the controls; any number of threads obey. */
export class Controls implements SimulatedCost {
  readonly #values: Float64Array;
  readonly #sleeper = new Int32Array(new SharedArrayBuffer(4));

  constructor(memory: ArrayBufferLike) {
    this.#values = new Float64Array(memory, 0, LENGTH);
  }

  get sleepMs(): number {
    return this.#values[SLEEP_MS];
  }

  get cpuMs(): number {
    return this.#values[CPU_MS];
  }

  setSimulatedCost({ sleepMs, cpuMs }: SimulatedCost): void {
    this.#values[SLEEP_MS] = sleepMs;
    this.#values[CPU_MS] = cpuMs;
  }

  /** For how many milliseconds the serving threads are still held up. */
  get heldMs(): number {
    const untilMs = this.#values[HELD_UNTIL_MS];
    return untilMs === 0 ? 0 : Math.max(0, untilMs - Date.now());
  }

  /** Stops each serving thread for `ms` milliseconds, at its next event. */
  holdUp(ms: number): void {
    this.#values[HELD_UNTIL_MS] = Date.now() + ms;
  }

  /** Asks the server's loop for a sign of life, unless it still owes one. */
  ask(): void {
    if (this.#values[ASKED_AT_MS] <= this.#values[ANSWERED_AT_MS]) {
      this.#values[ASKED_AT_MS] = now();
    }
  }

  /** How long the loop took to answer the last time; if it still owes an answer, how long so far. */
  get latencyMs(): number {
    const askedMs = this.#values[ASKED_AT_MS];
    const answeredMs = this.#values[ANSWERED_AT_MS];
    return askedMs <= answeredMs ? answeredMs - askedMs : now() - askedMs;
  }

  /** The loop calls it at each turn, to show that it is alive. */
  answer(): void {
    const askedMs = this.#values[ASKED_AT_MS];
    if (askedMs > this.#values[ANSWERED_AT_MS]) this.#values[ANSWERED_AT_MS] = now();
  }

  /** A serving thread calls it between two system calls: blocks the thread while it is held up. */
  obey(): void {
    if (this.#values[HELD_UNTIL_MS] === 0) return;
    for (let leftMs; (leftMs = this.heldMs) > 0;) Atomics.wait(this.#sleeper, 0, 0, leftMs);
  }
}

/** The same for all threads, unlike `performance.now()`, and finer than `Date.now()`. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
