/**
 * A thread of a pool: runs the functions that it is given, one after another.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import type { Job, Outcome } from "./thread_protocol.ts";
import { toError } from "../../system/thrown.ts";

self.onmessage = async ({ data: { source, args } }: MessageEvent<Job>) => {
  try {
    // A function cannot be sent to a thread, but its text can.
    const body = new Function(`return (${source});`)();
    self.postMessage({ value: await body(...args) } satisfies Outcome);
  } catch (thrown) {
    const { name, message, stack } = toError(thrown);
    self.postMessage({ error: { name, message, stack } } satisfies Outcome);
  }
};
