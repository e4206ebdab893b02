/**
 * A thread that runs the handler. It learns of its clients through memory that it shares with the loop,
 * and of nothing else.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import type { HandlerThreadSetup } from "../../context/protocol.ts";
import { isHandlerFile, makeHandler } from "../../handlers/handlers.ts";
import { openMemory } from "../../metrics/memory.ts";
import { COUNTER, openCounters } from "../../metrics/counters.ts";
import { handlerThread } from "../../offload.ts";
import { systemCalls } from "../../system/system_calls.ts";
import { hearUncaught } from "../../system/thrown.ts";
import { ringer } from "./mailbox.ts";
import { RingHandlerThread } from "./thread.ts";

/** What a handler file threw from a timer or a promise: whose client that was for, nobody knows. */
let thrown: { readonly error: unknown } | undefined;

hearUncaught((error) => thrown = { error });

self.onmessage = ({ data }: MessageEvent<HandlerThreadSetup>) => void serve(data);

async function serve(setup: HandlerThreadSetup): Promise<void> {
  const { wanted: { number, channel, doorbell }, handler, stats, trace, controls } = setup;
  const ring = ringer(doorbell, () => {
    const counters = openCounters(openMemory(stats), number);
    return systemCalls(counters.subarray(COUNTER.systemCalls));
  });
  let thread: RingHandlerThread | undefined = undefined;
  try {
    const userCode = isHandlerFile(handler.name)
      ? new (await import("../user_code.ts")).UserCode()
      : undefined;
    let sessions = await makeHandler(handler);
    if (controls !== undefined) {
      const { traceRecorder, Watch } = await import("../watch.ts");
      const watch = new Watch(controls, userCode !== undefined);
      sessions = watch.handler(sessions, traceRecorder(trace, number));
    }
    thread = new RingHandlerThread(number, channel, sessions, ring, userCode, rethrow);
    thread.begun();
    await handlerThread(thread);
  } catch (error) {
    thread ??= new RingHandlerThread(number, channel, () => ({ onData: fail }), ring, undefined);
    thread.failed(error);
  }
}

function fail(): never {
  throw new Error("this thread has no handler");
}

function rethrow(): void {
  if (thrown !== undefined) throw thrown.error;
}
