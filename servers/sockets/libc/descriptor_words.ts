/**
 * What a connection writes to and reads from the {@linkcode DescriptorTable} with each message: a few
 * words for its descriptor, in memory that all threads see.
 *
 * @module
 */

import type { Turn } from "../interface.ts";

/** The first words are the server's; {@linkcode STOPPING} is one of them. */
export const HEADER_LENGTH = 16;
export const STOPPING = 0;

/** States of a descriptor. */
export const ABSENT = 0;
export const PRESENT = 1;
/** Another thread is shutting it down right now. */
export const HELD = 2;
/** As {@linkcode PRESENT}, and the server has told the client to end. */
export const FINISHED = 3;
/** As {@linkcode FINISHED}, and the client gets nothing more. */
export const CUT_OFF = 4;

/**
 * Each descriptor has its state, its activity, the thread that serves its client, whose turn it is, and
 * whether the server ends the client because it was silent.
 */
export const FIELDS = 5;
export const ACTIVITY = 1;
export const THREAD = 2;
export const TURN = 3;
export const DISMISSED = 4;

/** See the module. */
export class DescriptorWords {
  protected readonly words: Int32Array;

  /** @param memory of `createDescriptorMemory` */
  constructor(readonly memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
  }

  /** Whether the server is stopping. */
  get stopping(): boolean {
    return Atomics.load(this.words, STOPPING) !== 0;
  }

  /** Bytes were moved. */
  moved(fd: number): void {
    this.words[place(fd) + ACTIVITY]++;
  }

  /** Grows when bytes move, and stays the same while the client is idle. */
  activity(fd: number): number {
    return Atomics.load(this.words, place(fd) + ACTIVITY);
  }

  /** See {@linkcode Connection.turn}. */
  turn(fd: number): Turn {
    // Nothing else is ever stored there.
    return Atomics.load(this.words, place(fd) + TURN) as Turn;
  }

  setTurn(fd: number, turn: Turn): void {
    this.words[place(fd) + TURN] = turn;
  }

  /** Whether the server has told the client to end: it still receives what has arrived, and no more. */
  isFinished(fd: number): boolean {
    return Atomics.load(this.words, place(fd)) >= FINISHED;
  }

  /** Whether the server has ended the client before it had everything. */
  isCutOff(fd: number): boolean {
    return Atomics.load(this.words, place(fd)) === CUT_OFF;
  }
}

/**
 * Where the words of a descriptor begin.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(place(1) - place(0), FIELDS);
 * ```
 */
export function place(fd: number): number {
  return HEADER_LENGTH + fd * FIELDS;
}
