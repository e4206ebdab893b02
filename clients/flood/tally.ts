/**
 * Why connections were refused or lost, and how many for each reason.
 *
 * @module
 */

/** How often each reason was met: `{ EADDRNOTAVAIL: 100 }`. */
export type Tally = Record<string, number>;

/** The server has reset the connection. Other reasons are names of errors such as `ETIMEDOUT`. */
const RESET = "reset";
/** The server has closed the connection before the end of the flood. */
export const CLOSED_EARLY = "closedEarly";

/** What has come is no answer over HTTP. */
export const NOT_HTTP = "notHttp";

/** How the system names it when the other side has given up a connection, tcp(7). */
const RESETS: readonly string[] = ["ECONNRESET", "EPIPE", "ECONNABORTED"];

/** Counts `reason` once more. */
export function tally(counts: Tally, reason: string, count = 1): void {
  counts[reason] = (counts[reason] ?? 0) + count;
}

/** All reasons together. */
export function tallied(counts: Readonly<Tally>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** The name of an error such as `ECONNREFUSED`, or what it says of itself if it has none. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}

/** Why a connection is lost after `error`. */
export function lossOf(error: unknown): string {
  const reason = reasonOf(error);
  return RESETS.includes(reason) ? RESET : reason;
}
