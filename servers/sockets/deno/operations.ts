import type { Connection } from "../interface.ts";

/**
 * A connection whose operations are Deno's own promises: one more promise around each would cost the
 * `async` model three per cent. The caller passes the result of an operation to the connection, which
 * says what it means.
 */
export interface DenoOperations extends Connection {
  /** `Deno.Conn.read`, or `INTERRUPTED` as `recv` gives it */
  read(buffer: Uint8Array): Promise<number | null>;
  /** @returns what `recv` gives: how many bytes; 0 when they were the client's last; `INTERRUPTED` */
  didRead(count: number | null): number;
  /** `Deno.Conn.write`; it may take fewer bytes than it is given. */
  write(bytes: Uint8Array): Promise<number>;
  /** @returns how many bytes were sent, which is `count` */
  wrote(count: number): number;
}

/**
 * Whether this connection has {@linkcode DenoOperations}.
 *
 * @example
 * ```ts
 * async function receive(connection: Connection, buffer: Uint8Array): Promise<number> {
 *   if (!hasDenoOperations(connection)) return await connection.recv(buffer);
 *   return connection.didRead(await connection.read(buffer));
 * }
 * ```
 */
export function hasDenoOperations(connection: Connection): connection is DenoOperations {
  return "didRead" in connection;
}
