/**
 * The Worker in which a server runs.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import type { ToServer } from "../context/protocol.ts";
import { beServer } from "./server.ts";

/** Kept here, because the code of handlers cannot reach `postMessage`. */
const post = self.postMessage.bind(self);
const hear = beServer((message, transfer) => post(message, transfer ?? []));

self.onmessage = ({ data }: MessageEvent<ToServer>) => void hear(data);
