/**
 * Settings that can be changed while a server runs, in memory that all serving threads see: a thread
 * that blocks in the system's calls gets no messages.
 *
 * @module
 */

import type { SimulatedCost } from "../handlers/simulated_cost.ts";
import { preciseTimeMs } from "./trace.ts";

/** Places of the numbers. */
const SLEEP_MS = 0;
const CPU_MS = 1;
const HELD_UNTIL_MS = 2;
const ASKED_AT_MS = 3;
const WORKERS = 4;
/** From here on, when each loop has answered: the server's, and then those of its workers. */
const ANSWERED_AT_MS = 8;

/** Size of the memory of a server without workers. */
export const CONTROLS_BYTES = bytesFor(0);

function bytesFor(workers: number): number {
  return (ANSWERED_AT_MS + 1 + workers) * Float64Array.BYTES_PER_ELEMENT;
}

/**
 * Memory for the controls of one server.
 *
 * @param workers how many workers have a loop each; then the server itself has none
 */
export function createControlsMemory(workers = 0): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(bytesFor(workers));
  new Float64Array(memory)[WORKERS] = workers;
  return memory;
}

/** See the module. One thread sets the controls; any number of threads obey. */
export class Controls implements SimulatedCost {
  readonly #values: Float64Array;
  /** Is called when the thread is held up, and when it goes on. */
  onHeld: (isHeld: boolean) => void = () => {};
  readonly #sleeper = new Int32Array(new SharedArrayBuffer(4));

  /** @param worker the number of this worker, if this is one */
  constructor(memory: ArrayBufferLike, private readonly worker = 0) {
    this.#values = new Float64Array(memory);
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

  /** Asks the server's loops for a sign of life, unless one of them still owes one. */
  ask(): void {
    if (this.#answers().every((answeredMs) => answeredMs >= this.#values[ASKED_AT_MS])) {
      this.#values[ASKED_AT_MS] = preciseTimeMs();
    }
  }

  /** How long the slowest loop took to answer; if one still owes an answer, how long so far. */
  get latencyMs(): number {
    const askedMs = this.#values[ASKED_AT_MS];
    const answers = this.#answers();
    const haveAll = answers.every((answeredMs) => answeredMs >= askedMs);
    return (haveAll ? Math.max(...answers) : preciseTimeMs()) - askedMs;
  }

  /** When each loop has answered last. */
  #answers(): number[] {
    const workers = this.#values[WORKERS];
    const first = ANSWERED_AT_MS + (workers > 0 ? 1 : 0);
    return [...this.#values.subarray(first, first + Math.max(1, workers))];
  }

  /** The loop calls it at each turn, to show that it is alive. @returns whether it was asked */
  answer(): boolean {
    const own = ANSWERED_AT_MS + this.worker;
    if (this.#values[ASKED_AT_MS] <= this.#values[own]) return false;
    this.#values[own] = preciseTimeMs();
    return true;
  }

  /** A serving thread calls it between two system calls: blocks the thread while it is held up. */
  obey(): void {
    if (this.heldMs === 0) return;
    this.onHeld(true);
    for (let leftMs; (leftMs = this.heldMs) > 0;) Atomics.wait(this.#sleeper, 0, 0, leftMs);
    this.onHeld(false);
  }
}
