/**
 * The thread of one client: the blocking server's code, on a connection that is at the other end of
 * a message port.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { serveClient } from "../blocking.ts";
import { makeHandler } from "../handlers/handlers.ts";
import type { FromThread, ToThread } from "./threads.ts";

const sleeper = new Int32Array(new SharedArrayBuffer(4));
let onReceived: (bytes: Uint8Array) => void = () => {};
let onSent: () => void = () => {};

self.onmessage = ({ data }: MessageEvent<ToThread>) => {
  if (data.name === "received") onReceived(data.bytes);
  else if (data.name === "sent") onSent();
  else serve(data);
};

// What a handler of one's own throws when nobody calls it: its client's fault, and no stack trace.
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  fail(event.reason);
});
self.addEventListener("error", (event) => {
  event.preventDefault();
  fail(event.error);
});

async function serve({ handler, recvSizeBytes }: ToThread & { name: "prepare" }): Promise<void> {
  try {
    const session = (await makeHandler(handler))();
    tell({ name: "ready" });
    await serveClient({ recv, send }, session, new Uint8Array(recvSizeBytes), (ms) => {
      Atomics.wait(sleeper, 0, 0, ms); // this thread is its client's alone
    });
    tell({ name: "done" });
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  tell({ name: "failed", reason: error instanceof Error ? error.message : String(error) });
}

async function recv(buffer: Uint8Array): Promise<number> {
  tell({ name: "recv" });
  const bytes = await new Promise<Uint8Array>((resolve) => onReceived = resolve);
  buffer.set(bytes);
  return bytes.length;
}

async function send(bytes: Uint8Array): Promise<void> {
  // A copy that can be given away: `bytes` is a view of the buffer that the next recv fills.
  const copy = bytes.slice();
  tell({ name: "send", bytes: copy }, [copy.buffer]);
  await new Promise<void>((resolve) => onSent = resolve);
}

function tell(message: FromThread, transfer: Transferable[] = []): void {
  self.postMessage(message, transfer);
}
