import { OneReply, type Session } from "./session.ts";

/**
 * Receives and says nothing, as the first servers of a textbook do.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(discard().onData(new Uint8Array(3)).next(), undefined);
 * ```
 */
export function discard(): Session {
  const none = new OneReply();
  return { onData: () => none };
}
