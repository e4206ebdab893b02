/**
 * A client's thread on the system's sockets: it has its client's descriptor, and blocks in the
 * system's calls. It learns of its clients through the queue, and of nothing else.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { isHandlerFile, makeHandler } from "../../handlers/handlers.ts";
import type { Handler, Session } from "../../handlers/session.ts";
import { Controls } from "../../metrics/controls.ts";
import { openMemory } from "../../metrics/memory.ts";
import { NOTHING_RARE, Recorder } from "../../metrics/recorder.ts";
import { COUNTER, createStatsMemory, openCounters } from "../../metrics/counters.ts";
import { createTraceMemory } from "../../metrics/trace.ts";
import { createDescriptorMemory, DescriptorTable } from "../../sockets/libc/descriptor_table.ts";
import { ConnectionReset, formatAddress } from "../../sockets/interface.ts";
import { LibcConnection } from "../../sockets/libc/connection.ts";
import type { ConnectionContext } from "../../sockets/libc/connection_context.ts";
import { ReceiveBuffer } from "../../sockets/libc/connected_socket.ts";
import { makeInterruptible } from "../../sockets/libc/interruption.ts";
import { AF_UNIX, SOCK_CLOEXEC, SOCK_SEQPACKET } from "../../system/system_calls.ts";
import { systemCalls } from "../../system/system_calls.ts";
import { clientThread } from "../../thread.ts";
import { poolThread } from "../../threadpool.ts";
import { ClientQueue, createQueueMemory } from "../client_queue.ts";
import type { FromThread, ThreadSetup } from "../../context/protocol.ts";
import { sendWarmUpMessages } from "./warm_up.ts";
import type { ClientThread } from "../../context/threads.ts";
import { EventLoopTurns } from "../../context/event_loop_turns.ts";
import { shareWithHandler } from "../../handlers/shared_thread.ts";
import { describeThrown } from "../../system/thrown.ts";
import { WatchedSession } from "../../context/watched_session.ts";

/** Kept here, because the code of handlers cannot reach `postMessage`. */
const post = self.postMessage.bind(self);
/** What a handler file threw from a timer or a promise; the client whose turn it is is let go with it. */
let thrown: { readonly error: unknown } | undefined;

self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  thrown = { error: event.reason };
});
self.addEventListener("error", (event) => {
  event.preventDefault();
  thrown = { error: event.error };
});

self.onmessage = ({ data }: MessageEvent<ThreadSetup>) => {
  begin(data).then(
    () => tell({ kind: "ended" }),
    (error) => tell({ kind: "failed", reason: describeThrown(error) }),
  );
};

async function begin(setup: ThreadSetup): Promise<void> {
  const { length, isClosed } = new ClientQueue(setup.queue);
  if (length === 0 && !isClosed) await warmUp(setup);
  await serve(setup);
}

/** Serves a client that this thread plays itself, with counters and trace that nobody reads. */
async function warmUp(setup: ThreadSetup): Promise<void> {
  const calls = systemCalls();
  const pair = new Int32Array(2);
  // Sockets that keep messages apart, unix(7): one recv for all of them would be no practice.
  const type = SOCK_SEQPACKET | SOCK_CLOEXEC;
  if (calls.socketpair(AF_UNIX, type, 0, pair) < 0) return; // for want of descriptors
  const [near, far] = pair;
  sendWarmUpMessages(calls, far);
  const descriptors = createDescriptorMemory(near + 1);
  new DescriptorTable(descriptors).add(near);
  const queue = new ClientQueue(createQueueMemory(1));
  queue.put({ fd: near, id: 1, peer: { host: "127.0.0.1", port: 1 } });
  queue.close();
  await serve({
    ...setup,
    handler: { name: "echo", sleepMs: 0, cpuMs: 0 },
    descriptors,
    queue: queue.memory,
    stats: createStatsMemory(),
    statsBlock: 0,
    trace: createTraceMemory(),
    controls: undefined,
  });
  calls.close(far);
}

async function serve(setup: ThreadSetup): Promise<void> {
  if (isHandlerFile(setup.handler.name)) shareWithHandler();
  const thread = new LibcClientThread(setup, await makeHandler(setup.handler));
  try {
    await (setup.clientsEach === "one" ? clientThread : poolThread)(thread);
  } finally {
    thread.finishClient();
  }
}

/** This thread as the page of its model sees it. */
class LibcClientThread implements ClientThread {
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly #handler: Handler;
  readonly #maySleep: boolean;
  readonly #recorder: Recorder;
  readonly #controls: Controls | undefined;
  readonly #queue: ClientQueue;
  readonly #connections: ConnectionContext;
  readonly #turns: EventLoopTurns | undefined;
  #client: LibcConnection | undefined = undefined;

  constructor(setup: ThreadSetup, handler: Handler) {
    const table = new DescriptorTable(setup.descriptors);
    const buffer = new ReceiveBuffer(setup.recvSizeBytes);
    const stats = openMemory(setup.stats);
    const counters = openCounters(stats, setup.statsBlock);
    this.buffer = buffer.bytes;
    this.#handler = handler;
    this.#maySleep = isHandlerFile(setup.handler.name);
    if (this.#maySleep) this.#turns = new EventLoopTurns(rethrow);
    if (setup.controls !== undefined) this.#controls = new Controls(openMemory(setup.controls));
    this.#recorder = new Recorder(
      stats,
      openMemory(setup.trace),
      NOTHING_RARE,
      setup.statsBlock,
      setup.statsBlock,
      this.#controls,
    );
    this.#queue = new ClientQueue(setup.queue);
    this.#connections = {
      calls: systemCalls(counters.subarray(COUNTER.systemCalls)),
      observer: this.#recorder,
      table,
      thread: makeInterruptible(),
      turn: 0,
      buffer,
      wake: () => {},
      released: () => table.released(),
      linger: (connection, untilMs) => connection.waitForEnd(untilMs),
    };
  }

  take(): LibcConnection | null {
    this.finishClient();
    const queued = this.#queue.take();
    if (queued === null) return null;
    this.#recorder.dispatched(queued);
    this.#client = new LibcConnection(this.#connections, queued.fd, queued.id, queued.peer);
    thrown = undefined; // an earlier client left it behind
    return this.#turns?.beforeRecv(this.#client) ?? this.#client;
  }

  newSession(): Session {
    const session = this.#handler();
    if (this.#controls === undefined) return session;
    const client = this.#client?.id ?? 0;
    return new WatchedSession(session, this.#controls, this.#recorder, client, this.#maySleep);
  }

  sleep(ms: number): void {
    this.#connections.table.sleep(this.#client?.descriptor ?? -1, ms);
  }

  clientFailed(thrown: unknown): void {
    const client = this.#client;
    if (client === undefined) return;
    const error = client.explain(thrown);
    if (error instanceof ConnectionReset) return;
    const [peer, reason] = [formatAddress(client.peer), describeThrown(error)];
    tell({ kind: "notice", notice: { kind: "client-failed", peer, reason } });
  }

  /** The last client's connection is closed. */
  finishClient(): void {
    if (this.#client === undefined) return;
    this.#client = undefined;
    this.#queue.finished();
  }
}

function rethrow(): void {
  if (thrown !== undefined) throw thrown.error;
}

function tell(message: FromThread): void {
  post(message);
}
