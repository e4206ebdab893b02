import { type Connection, WOULD_BLOCK } from "./interface.ts";

const NOTHING = new Uint8Array(0);

/**
 * Sends as much of `bytes` as the socket takes now.
 *
 * @returns what is left, a view of `bytes`: empty when all was taken
 * @throws {ConnectionReset} when the other side is gone
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const socket = { trySend: () => 2 }; // has room for two bytes
 * assertEquals(sendSome(socket, Uint8Array.of(1, 2, 3)), Uint8Array.of(3));
 * ```
 */
export function sendSome(
  connection: Pick<Connection, "trySend">,
  bytes: Uint8Array,
): Uint8Array {
  const sent = connection.trySend(bytes);
  if (sent === bytes.length) return NOTHING;
  return sent === WOULD_BLOCK ? bytes : bytes.subarray(sent);
}
