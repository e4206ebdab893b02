/**
 * A thread that takes clients until there are no more, and tells which it got.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { ClientQueue, type QueuedClient } from "../../../servers/workers/client_queue.ts";

self.onmessage = ({ data }: MessageEvent<SharedArrayBuffer>) => {
  const queue = new ClientQueue(data);
  const taken: QueuedClient[] = [];
  for (let client; (client = queue.take()) !== null;) {
    taken.push(client);
    queue.finished();
  }
  self.postMessage(taken);
};
