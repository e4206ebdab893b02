/**
 * A thread that serves the connections that another one has accepted.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { quiet } from "../../servers/system/eventfd.ts";
import { systemCalls } from "../../servers/system/system_calls.ts";
import { serveEcho } from "./echo.ts";
import type { HandoffQueue } from "./handoff.ts";

self.onmessage = ({ data: { memory, waker, connections } }: MessageEvent<HandoffQueue>) => {
  const calls = systemCalls();
  const slot = new Int32Array(memory);
  self.postMessage("ready");
  for (let served = 0; served < connections;) {
    quiet(calls, waker); // blocks until the other thread has written to it
    const connection = Atomics.exchange(slot, 0, -1);
    if (connection < 0) continue;
    serveEcho(calls, connection);
    served++;
  }
  self.postMessage("done");
};
