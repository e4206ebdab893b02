/**
 * Signals by number and in sets, signal(7).
 *
 * @module
 */

import { constants } from "node:os";

const SIGNAL_SET_BYTES = 128;

/** The number of a signal. */
export function signalNumber(signal: Deno.Signal): number {
  // Node's constants have the signals of this platform; Deno's type has those of all.
  return (constants.signals as Readonly<Record<string, number>>)[signal];
}

/** The name of a signal. */
export function signalName(number: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found?.[0] ?? `signal ${number}`;
}

/** A set of signals, sigsetops(3): a bit for each, from signal 1 on. */
export function signalSet(signals: readonly Deno.Signal[]): Uint8Array<ArrayBuffer> {
  const set = new Uint8Array(SIGNAL_SET_BYTES);
  for (const bit of signals.map((signal) => signalNumber(signal) - 1)) {
    set[bit >> 3] |= 1 << (bit & 7);
  }
  return set;
}
