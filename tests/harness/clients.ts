/**
 * Clients for tests.
 *
 * @module
 */

import { connect as connectSocket, Socket } from "node:net";
import { assertEquals } from "./assert.ts";

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
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Sends `text` and waits until it has come back. */
export async function exchange(conn: Deno.TcpConn, text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  await writeAll(conn, bytes);
  return new TextDecoder().decode(await readExactly(conn, bytes.length));
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
  assertEquals(echoed.length, bytes.length);
  assertEquals(echoed.findIndex((byte, index) => byte !== bytes[index]), -1);
}

/** Bytes that no mistake leaves looking the same. */
export function randomBytes(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
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
