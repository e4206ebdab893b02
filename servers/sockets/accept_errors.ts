/**
 * What the errors of accept(2) mean, and what a listener does then.
 *
 * @module
 */

import type { Observer } from "./observer.ts";

/** After how long a resting listener accepts again if no connection has ended meanwhile. */
export const REST_MS = 1_000;
/** After how long a listener looks again whether it may accept, see {@linkcode ClientCount.isPaused}. */
export const PAUSE_MS = 25;

/**
 * Errors of one client that is gone: it left while it waited to be accepted, or its connection has met
 * an error of the network. accept(2) says to try again at once.
 */
const OF_ONE_CLIENT: ReadonlySet<string> = new Set([
  "ECONNABORTED",
  "ECONNRESET",
  // Deno asks a new connection for its address, and a connection that was reset has none.
  "ENOTCONN",
  "ETIMEDOUT",
  "ENETDOWN",
  "EPROTO",
  "ENOPROTOOPT",
  "EHOSTDOWN",
  "ENONET",
  "EHOSTUNREACH",
  "EOPNOTSUPP",
  "ENETUNREACH",
]);

/**
 * Whether this error says nothing about the next client, so the server accepts again at once.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { SystemCallError } from "../system/system_interface.ts";
 * assertEquals(isOfOneClient(new SystemCallError("accept4", 103)), true); // ECONNABORTED
 * ```
 */
export function isOfOneClient(error: unknown): boolean {
  return OF_ONE_CLIENT.has(codeOf(error));
}

/**
 * Whether the process (`EMFILE`) or the system (`ENFILE`) has no descriptor left.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { SystemCallError } from "../system/system_interface.ts";
 * assertEquals(isOutOfDescriptors(new SystemCallError("accept4", 24)), true); // EMFILE
 * ```
 */
export function isOutOfDescriptors(error: unknown): boolean {
  const code = codeOf(error);
  return code === "EMFILE" || code === "ENFILE";
}

/**
 * Reports why a listener rests; once for all that there is no descriptor left.
 *
 * @example
 * ```ts
 * import { UNOBSERVED } from "./observer.ts";
 * const reports = new RestReports({ ...UNOBSERVED, acceptFailed: console.error });
 * reports.report(new Error("accept failed"));
 * ```
 */
export class RestReports {
  #hasReportedDescriptors = false;

  /** @param observer to which it reports */
  constructor(private readonly observer: Observer) {}

  /** @param error of accept(2), after which the listener rests */
  report(error: Error): void {
    if (!isOutOfDescriptors(error)) return this.observer.acceptFailed(error);
    if (!this.#hasReportedDescriptors) this.observer.outOfDescriptors();
    this.#hasReportedDescriptors = true;
  }
}

/** `ECONNABORTED` and the like; empty if the system did not raise the error. */
function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
