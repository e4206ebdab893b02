/**
 * A thread that runs the handler. It learns of its clients through memory that it shares with the loop,
 * and of nothing else.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import type { HandlerThreadSetup } from "../../context/protocol.ts";
import type { RoomsOfThread } from "../../context/room_port.ts";
import { isHandlerFile, makeHandler } from "../../handlers/handlers.ts";
import { speaksUnasked } from "../../handlers/traits.ts";
import { Rooms } from "../../handlers/rooms.ts";
import type { Handler } from "../../handlers/session.ts";
import { openMemory } from "../../metrics/memory.ts";
import { COUNTER, openCounters } from "../../metrics/counters.ts";
import { handlerThread } from "../../offload.ts";
import { systemCalls } from "../../system/system_calls.ts";
import { hearUncaught } from "../../system/thrown.ts";
import { ringer } from "./mailbox.ts";
import { type Hearing, RingHandlerThread } from "./thread.ts";

/** What a handler file threw from a timer or a promise: whose client that was for, nobody knows. */
let thrown: { readonly error: unknown } | undefined;

/** Ends the wait of this thread, which then fails. */
let interruptWait = () => {};

hearUncaught((error) => {
  thrown = { error };
  interruptWait();
});

self.onmessage = ({ data }: MessageEvent<HandlerThreadSetup>) => void serve(data);

async function serve(setup: HandlerThreadSetup): Promise<void> {
  const { wanted: { number, channel, doorbell }, handler: { name }, stats } = setup;
  const ring = ringer(doorbell, () => {
    const counters = openCounters(openMemory(stats), number);
    return systemCalls(counters.subarray(COUNTER.systemCalls));
  });
  const begin = (handler: Handler, rooms: Rooms, hearing?: Hearing) => {
    const sessions = { handler, rooms, speaksUnasked: speaksUnasked(name) };
    return new RingHandlerThread(number, channel, sessions, ring, hearing);
  };
  let thread: RingHandlerThread | undefined = undefined;
  try {
    if (isHandlerFile(name)) (await import("../../handlers/shared_thread.ts")).shareWithHandler();
    const handler = await makeThreadsHandler(setup);
    const { rooms, hearing } = setup.rooms ? await hear(setup, setup.rooms) : {};
    thread = begin(handler, rooms ?? new Rooms(), hearing);
    interruptWait = () => thread?.interruptWait();
    thread.begun();
    await handlerThread(thread);
  } catch (error) {
    thread ??= begin(() => ({ onData: fail }), new Rooms());
    thread.failed(error);
  }
}

async function makeThreadsHandler(setup: HandlerThreadSetup): Promise<Handler> {
  const { handler, trace, controls, wanted: { number } } = setup;
  const made = await makeHandler(handler);
  if (controls === undefined) return made;
  const { traceRecorder, Watch } = await import("../watch.ts");
  const watch = new Watch(controls, isHandlerFile(handler.name));
  return watch.handler(made, traceRecorder(trace, number));
}

/** Joins the rooms of this thread to those of the others, of which it hears while it waits. */
async function hear({ wanted: { waker } }: HandlerThreadSetup, ofThread: RoomsOfThread) {
  if (waker === undefined) throw new Error("nobody wakes this thread");
  const { EventLoopTurns } = await import("../../context/event_loop_turns.ts");
  const { ThreadRooms } = await import("../../context/room_port.ts");
  const joined = new ThreadRooms(ofThread);
  await joined.open();
  return { rooms: joined.rooms, hearing: { turns: new EventLoopTurns(), waker, rethrow } };
}

function fail(): never {
  throw new Error("this thread has no handler");
}

function rethrow(): void {
  if (thrown !== undefined) throw thrown.error;
}
