/**
 * A thread that serves one connection after another.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { systemCalls } from "../../servers/system/system_calls.ts";
import { serveEcho } from "./echo.ts";
import type { FromEchoThread } from "./echo_thread.ts";

self.onmessage = ({ data: descriptor }: MessageEvent<number>) => {
  tell({ kind: "ended", error: serveEcho(systemCalls(), descriptor) });
};

function tell(message: FromEchoThread): void {
  self.postMessage(message);
}

tell({ kind: "ready" });
