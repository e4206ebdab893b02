/**
 * What a server did wrong. With any fault, its throughput is not comparable with others:
 * it is easy to be fast with wrong answers, or for a few connections out of many.
 *
 * @module
 */

import { notSuccessful } from "../flood/findings.ts";
import type { Measurements } from "../flood/measurements.ts";
import { tallied, type Tally, tally } from "../flood/tally.ts";

/** What went wrong with the connections of a server, in one heat or in several. */
export interface Faults {
  /** Connections that could not be opened, and that were lost, by their reasons. */
  readonly refusedBy: Readonly<Tally>;
  readonly lostBy: Readonly<Tally>;
  /** Connections that were served once, and not to the end. */
  readonly unanswered: number;
  readonly wrongBytes: number;
  /** Answers by HTTP with another status than 200 to 299. */
  readonly notSuccessful: number;
}

/** What faults are made of; there are statuses where a server is asked by HTTP. */
type Counted =
  & Pick<Measurements, "refusedBy" | "lostBy" | "unanswered" | "wrongBytes">
  & { readonly statuses?: Readonly<Tally> };

/** What went wrong so far. */
export function faultsOf(
  { refusedBy, lostBy, unanswered, wrongBytes, statuses = {} }: Counted,
): Faults {
  const failed = notSuccessful({ statuses });
  return { refusedBy, lostBy, unanswered, wrongBytes, notSuccessful: failed };
}

/** What went wrong in several heats together. */
export function addFaults(all: readonly Faults[]): Faults {
  const refusedBy: Tally = {};
  const lostBy: Tally = {};
  for (const faults of all) {
    for (const [reason, count] of Object.entries(faults.refusedBy)) tally(refusedBy, reason, count);
    for (const [reason, count] of Object.entries(faults.lostBy)) tally(lostBy, reason, count);
  }
  const sum = (name: "unanswered" | "wrongBytes" | "notSuccessful") =>
    all.reduce((total, faults) => total + faults[name], 0);
  return {
    refusedBy,
    lostBy,
    unanswered: sum("unanswered"),
    wrongBytes: sum("wrongBytes"),
    notSuccessful: sum("notSuccessful"),
  };
}

/** Whether anything went wrong. */
export function isFaulty({ lostBy, unanswered, wrongBytes, notSuccessful }: Faults): boolean {
  return tallied(lostBy) + unanswered + wrongBytes + notSuccessful > 0;
}
