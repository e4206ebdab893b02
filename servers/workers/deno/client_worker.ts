/**
 * A client's thread on Deno's sockets: the main thread has its connection, and they exchange messages.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { isHandlerFile, makeHandler } from "../../handlers/handlers.ts";
import { clientThread } from "../../thread.ts";
import type { FromThread, ToThread } from "./thread.ts";
import type { ThreadClient } from "../../context/threads.ts";
import { hearUncaught, postableError } from "../../system/thrown.ts";

const sleeper = new Int32Array(new SharedArrayBuffer(4));
let clientWaits = false;
let client = 0;
let onClient = () => {};
let onAnswer: (answer: ToThread) => void = () => {};
/** Through it this thread talks with the main thread. */
let port: MessagePort;

self.onmessage = ({ data }: MessageEvent<MessagePort>) => {
  port = data;
  port.onmessage = hear;
};

function hear({ data }: MessageEvent<ToThread>): void {
  if (data.name === "prepare") serve(data);
  else if (data.name !== "client") onAnswer(data);
  else {
    clientWaits = true;
    client = data.id;
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
      handler = watch.handler(handler, recorder, () => client);
    }
    const close = async () => {
      const canServeAnother = await userCode?.settle() ?? true;
      tell({ name: "done", canServeAnother });
    };
    tell({ name: "ready" });
    await clientThread({
      buffer: new Uint8Array(setup.recvSizeBytes),
      take: () => take(close),
      newSession: handler,
      sleep: (ms) => void Atomics.wait(sleeper, 0, 0, ms),
      clientFailed: (error) => {
        if (!(error instanceof Lost)) tell({ name: "failed", error: postableError(error) });
      },
    });
  } catch (error) {
    tell({ name: "broken", error: postableError(error) });
  }
}

async function take(close: () => void): Promise<ThreadClient> {
  while (!clientWaits) await new Promise<void>((resolve) => onClient = resolve);
  clientWaits = false;
  return { recv, send, close };
}

async function recv(buffer: Uint8Array): Promise<number> {
  const answer = await ask({ name: "recv" });
  if (answer.name !== "received") throw new Lost();
  buffer.set(answer.bytes);
  return answer.bytes.length;
}

async function send(bytes: Uint8Array): Promise<void> {
  // A copy that can be given away: `bytes` is a view of the buffer that the next recv fills.
  const copy = bytes.slice();
  const answer = await ask({ name: "send", bytes: copy }, [copy.buffer]);
  if (answer.name !== "sent") throw new Lost();
}

/** Asks the main thread for a call, and resolves with its answer. */
function ask(call: FromThread, transfer: Transferable[] = []): Promise<ToThread> {
  tell(call, transfer);
  return new Promise((resolve) => onAnswer = resolve);
}

function tell(message: FromThread, transfer: Transferable[] = []): void {
  port.postMessage(message, transfer);
}
