/**
 * Clients for tests.
 *
 * @module
 */

import { connect as connectSocket, Socket } from "node:net";
import { assertSameBytes, concat, decode, encode } from "./bytes.ts";

/** Where nobody listens: no program is given this port, unlike one that was free a moment ago. */
export const NOBODYS_PORT = 1; // tcpmux, services(5)

/** Writes all of `bytes`. */
export async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}

/** Reads exactly `sizeBytes`, or as many as come before the end. */
export async function readExactly(conn: Deno.TcpConn, sizeBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeBytes);
  let got = 0;
  while (got < sizeBytes) {
    const count = await conn.read(bytes.subarray(got));
    if (count === null) break;
    got += count;
  }
  return bytes.subarray(0, got);
}

/** Reads until the server sends its last byte. */
export async function readToEnd(conn: Deno.TcpConn): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const buffer = new Uint8Array(65_536);
  for (let count; (count = await conn.read(buffer)) !== null;) chunks.push(buffer.slice(0, count));
  return concat(chunks);
}

/** Sends `text` and waits until it has come back. */
export async function exchange(conn: Deno.TcpConn, text: string): Promise<string> {
  const bytes = encode(text);
  await writeAll(conn, bytes);
  return decode(await readExactly(conn, bytes.length));
}

/** Sends `bytes` in random pieces, closes that direction, and checks that all came back. */
export async function echoInPieces(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  const send = async () => {
    for (let sent = 0; sent < bytes.length;) {
      const piece = 1 + Math.floor(Math.random() ** 3 * 60_000);
      await writeAll(conn, bytes.subarray(sent, sent + piece));
      sent += piece;
    }
    await conn.closeWrite();
  };
  const [echoed] = await Promise.all([readToEnd(conn), send()]);
  assertSameBytes(echoed, bytes);
}

/** Closes `conn`, unless that has been done. */
export function closeOnce(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch {
    // It is closed already.
  }
}

/** Whether this Deno can reset a connection; version 2.5 cannot. */
export const canReset = "resetAndDestroy" in Socket.prototype;

/**
 * A client that has an echo on its way and resets the connection. Deno's own close says FIN first, so
 * this one is Node's.
 */
export async function connectAndReset(port: number): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const socket = connectSocket(
    port,
    "127.0.0.1",
    () => socket.write("will not be read to its end"),
  );
  socket.on("data", () => {
    if (canReset) socket.resetAndDestroy();
    else socket.destroy();
  });
  socket.on("close", () => resolve());
  await closed;
}
