/**
 * A client's thread on Deno's sockets: the main thread has its connection, and they exchange messages.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { isHandlerFile, makeHandler } from "../../handlers/handlers.ts";
import { clientThread } from "../../thread.ts";
import { type SessionConnection, Sessions } from "../../context/sessions.ts";
import type { HandlerClient } from "../../handlers/session.ts";
import { ConnectionReset, INTERRUPTED } from "../../sockets/interface_values.ts";
import type { RoomsOfThread } from "../../context/room_port.ts";
import type { FromThread, ToThread } from "./thread.ts";
import type { ThreadPorts } from "./thread_workers.ts";
import type { ThreadClient } from "../../context/threads.ts";
import { hearUncaught, postableError, toError } from "../../system/thrown.ts";

/**
 * From how many bytes on they are given away and not copied once more. To give something away takes some
 * microseconds each time, and the first time in a thread a millisecond.
 */
const GIVEN_AWAY_BYTES = 16_384;

const sleeper = new Int32Array(new SharedArrayBuffer(4));
let clientWaits = false;
let client: Pick<HandlerClient, "id" | "peer"> = { id: 0, peer: { host: "", port: 0 } };
let onClient = () => {};
let onAnswer: (answer: ToThread) => void = () => {};
/** Through it this thread talks with the main thread. */
let port: MessagePort;

let roomsOfThread: RoomsOfThread | undefined;

self.onmessage = ({ data }: MessageEvent<ThreadPorts>) => {
  roomsOfThread = data.rooms;
  port = data.port;
  port.onmessage = hear;
};

function hear({ data }: MessageEvent<ToThread>): void {
  if (data.name === "prepare") serve(data);
  else if (data.name !== "client") onAnswer(data);
  else {
    clientWaits = true;
    client = data.client;
    onClient();
  }
}

// An error that a handler file throws from a timer or a promise ends its client.
hearUncaught((thrown) => tell({ name: "broken", error: postableError(thrown) }));

/** The connection is gone, and the main thread has reported why. */
class Lost extends Error {}

async function serve(setup: ToThread & { name: "prepare" }): Promise<void> {
  tell({ name: "begun" });
  try {
    const userCode = isHandlerFile(setup.handler.name)
      ? new (await import("../user_code.ts")).UserCode()
      : undefined;
    let handler = await makeHandler(setup.handler);
    if (setup.watching !== undefined) {
      const { traceRecorder, Watch } = await import("../watch.ts");
      const watch = new Watch(setup.watching.controls, userCode !== undefined);
      const recorder = traceRecorder(setup.watching.trace, setup.number);
      handler = watch.handler(handler, recorder);
    }
    const joined = roomsOfThread &&
      new (await import("../../context/room_port.ts")).ThreadRooms(roomsOfThread);
    const sessions = new Sessions<DenoThreadClient>(handler, joined?.rooms, (_client, error) => {
      if (!(error instanceof Lost)) tell({ name: "failed", error: postableError(error) });
    });
    let served: DenoThreadClient;
    const close = async () => {
      const canServeAnother = await userCode?.settle() ?? true;
      joined?.close();
      tell({ name: "done", canServeAnother });
    };
    tell({ name: "ready" });
    await clientThread({
      buffer: new Uint8Array(setup.recvSizeBytes),
      async take() {
        served = await take(close);
        await joined?.open();
        return served;
      },
      newSession: () => sessions.begin(served),
      sleep: (ms) => void Atomics.wait(sleeper, 0, 0, ms),
      clientFailed: (error) => sessions.failed(served, error),
    });
  } catch (error) {
    tell({ name: "broken", error: postableError(error) });
  }
}

type DenoThreadClient = ThreadClient & SessionConnection;

async function take(close: () => void): Promise<DenoThreadClient> {
  while (!clientWaits) await new Promise<void>((resolve) => onClient = resolve);
  clientWaits = false;
  const taken: DenoThreadClient = {
    ...{ ...client, recv, send, close },
    interruptBy(outbox) {
      tell({ name: "interruptible" });
      outbox.onWaiting = () => tell({ name: "interrupt" });
      // The main thread may have heard that while it had received something already.
      taken.recv = async (buffer) => outbox.isWaiting ? INTERRUPTED : await recv(buffer);
    },
    explain: (error) => error instanceof Lost ? new ConnectionReset() : toError(error),
    abort: () => tell({ name: "abort" }),
  };
  return taken;
}

async function recv(buffer: Uint8Array): Promise<number> {
  const answer = await ask({ name: "recv" });
  if (answer.name === "interrupted") return INTERRUPTED;
  if (answer.name !== "received") throw new Lost();
  buffer.set(answer.bytes);
  return answer.bytes.length;
}

async function send(bytes: Uint8Array): Promise<void> {
  // Of the bytes alone: `bytes` is a view of the buffer that the next recv fills, and all of it would go.
  const copy = bytes.slice();
  const given = copy.length < GIVEN_AWAY_BYTES ? undefined : [copy.buffer];
  const answer = await ask({ name: "send", bytes: copy }, given);
  if (answer.name !== "sent") throw new Lost();
}

/** Asks the main thread for a call, and resolves with its answer. */
function ask(call: FromThread, transfer?: Transferable[]): Promise<ToThread> {
  tell(call, transfer);
  return new Promise((resolve) => onAnswer = resolve);
}

function tell(message: FromThread, transfer?: Transferable[]): void {
  if (transfer === undefined) port.postMessage(message);
  else port.postMessage(message, transfer);
}
