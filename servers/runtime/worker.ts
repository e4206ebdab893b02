/**
 * The Worker in which a server runs, or one of its workers.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import type { ToServer } from "../context/protocol.ts";
import { beServer } from "./server.ts";

/** Kept here, because the code of handlers cannot reach them. */
const post = self.postMessage.bind(self);
const close = self.close.bind(self);
const hear = beServer((message, transfer) => post(message, transfer ?? []), close);

self.onmessage = ({ data }: MessageEvent<ToServer>) => void hear(data);
