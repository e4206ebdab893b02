/**
 * A thread of a flood on the system's own calls. It blocks in them, so it hears nothing once it has
 * begun: what it must know later it is told through shared memory.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { SystemCallError } from "../../../servers/system/system_call_error.ts";
import type { FromThread, ThreadSetup } from "./protocol.ts";
import { LibcThread } from "./thread.ts";

self.onmessage = ({ data }: MessageEvent<ThreadSetup>) => {
  try {
    const thread = new LibcThread(data, (report) => tell({ kind: "report", report }));
    tell({ kind: "ended", report: thread.run() });
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    tell({ kind: "failed", call: error.call, errno: error.errno });
  }
};

function tell(message: FromThread): void {
  self.postMessage(message);
}

tell({ kind: "ready" });
