import type { Connection } from "../sockets/interface.ts";

const encoder = new TextEncoder();

/** What a protocol has for a server that has too much to do, by the name of its handler. */
const REFUSALS: Readonly<Record<string, Uint8Array>> = {
  chat: encoder.encode("* the server has too much to do; try again\n"),
  kv: encoder.encode("-ERR max number of clients reached\r\n"),
  http: encoder.encode(
    "HTTP/1.1 503 Service Unavailable\r\n" +
      "content-type: text/plain\r\ncontent-length: 24\r\nretry-after: 1\r\n" +
      "connection: close\r\n\r\n503 Service Unavailable\n",
  ),
};

/**
 * Turns a client away because the server has too much to do. Where the protocol of the handler has
 * words for that, they are the last that the client gets; otherwise its connection will be reset.
 * Call it while nothing is owed to the client, and then close the connection.
 *
 * @param handler its name
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * let said = "";
 * const connection = {
 *   trySend(bytes: Uint8Array) {
 *     said = new TextDecoder().decode(bytes);
 *     return bytes.length;
 *   },
 *   abort() {},
 * };
 * refuse(connection, "http");
 * assertStringIncludes(said, "503 Service Unavailable");
 * ```
 */
export function refuse(connection: Pick<Connection, "trySend" | "abort">, handler: string): void {
  const words = REFUSALS[handler];
  // A socket to which nothing is owed takes as few bytes as these.
  if (words === undefined || connection.trySend(words) !== words.length) connection.abort();
}
