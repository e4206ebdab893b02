/**
 * The least that a Worker can do: it answers.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

self.onmessage = () => self.postMessage("ready");
