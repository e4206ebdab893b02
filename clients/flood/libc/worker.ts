/**
 * A thread of a flood on the system's own calls. It blocks in them and receives no messages once it has
 * begun, so it reads later news (stop, all done) from shared memory.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { SystemCallError } from "../../../servers/system/system_interface.ts";
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
