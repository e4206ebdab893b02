/**
 * A client's thread on the system's sockets: it has its client's descriptor, and blocks in the
 * system's calls. It learns of its clients through the queue, and of nothing else.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

// In this order: Deno looks up where a module is imported first, for which it reads the source map of who
// imports it, and that of a small module takes a third of the time.
import { makeAnotherInterruptible } from "../../system/this_thread.ts";
import { systemCalls } from "../../system/system_calls.ts";
import { describeThrown, hearUncaught } from "../../system/thrown.ts";
import { ClientTable } from "../../sockets/libc/client_table.ts";
import { ReceiveBuffer } from "../../sockets/libc/connected_socket.ts";
import { LibcConnection } from "../../sockets/libc/connection.ts";
import type { ConnectionContext } from "../../sockets/libc/connection_context.ts";
import type { Connection } from "../../sockets/interface.ts";
import { ConnectionReset, formatAddress } from "../../sockets/interface_values.ts";
import { isHandlerFile, makeHandler } from "../../handlers/handlers.ts";
import type { Handler, Session } from "../../handlers/session.ts";
import { COUNTER, openCounters } from "../../metrics/counters.ts";
import { NOTHING_RARE } from "../../metrics/rare_recorder.ts";
import { Recorder } from "../../metrics/recorder.ts";
import { TraceWriter } from "../../metrics/trace.ts";
import type { FromThread, ThreadSetup } from "../../context/protocol.ts";
import type { ThreadRooms } from "../../context/room_port.ts";
import { Sessions } from "../../context/sessions.ts";
import type { ClientThread, ThreadPlan } from "../../context/threads.ts";
import { clientThread } from "../../thread.ts";
import { mostIdle, QueuedClients } from "../queued_clients.ts";
import type { UserCode } from "../user_code.ts";
import type { Watch } from "../watch.ts";
import type { EventLoopWait } from "./event_loop_wait.ts";

/** Kept here, because the code of handlers cannot reach `postMessage`. */
const post = self.postMessage.bind(self);
/** What a handler file threw from a timer or a promise; the client whose turn it is is let go with it. */
let thrown: { readonly error: unknown } | undefined;
/** A handler file has thrown so, and may do it again: this thread gets no other client. */
let isPoisoned = false;

/** Ends the wait of this thread. */
let interruptWait = () => {};

hearUncaught((error) => {
  thrown = { error };
  interruptWait();
});

self.onmessage = ({ data }: MessageEvent<ThreadSetup>) => {
  tell({ kind: "begun" });
  serve(data).then(
    () => tell({ kind: "ended" }),
    (error) => tell({ kind: "failed", reason: describeThrown(error) }),
  );
};

async function serve(setup: ThreadSetup): Promise<void> {
  const userCode = isHandlerFile(setup.handler.name)
    ? new (await import("../user_code.ts")).UserCode()
    : undefined;
  const watch = setup.controls !== undefined
    ? new (await import("../watch.ts")).Watch(setup.controls, userCode !== undefined)
    : undefined;
  const rooms = setup.rooms &&
    new (await import("../../context/room_port.ts")).ThreadRooms(setup.rooms);
  const waiting = rooms && new (await import("./event_loop_wait.ts")).EventLoopWait(rethrow);
  if (waiting !== undefined) interruptWait = waiting.interruptWait;
  const handler = await makeHandler(setup.handler);
  const thread = new LibcClientThread(setup, handler, { userCode, watch, waiting, rooms });
  try {
    await clientThread(thread);
  } finally {
    thread.end();
    waiting?.close();
  }
}

/** What a thread has only where it needs it. */
interface Extras {
  readonly userCode: UserCode | undefined;
  readonly watch: Watch | undefined;
  /** Given when the clients of all threads meet. */
  readonly rooms: ThreadRooms | undefined;
  readonly waiting: EventLoopWait | undefined;
}

/** This thread as the page of its model sees it. */
class LibcClientThread implements ClientThread {
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly #plan: ThreadPlan;
  readonly #sessions: Sessions;
  readonly #userCode: UserCode | undefined;
  readonly #rooms: ThreadRooms | undefined;
  readonly #recorder: Recorder;
  readonly #queue: QueuedClients;
  readonly #connections: ConnectionContext;
  #client: LibcConnection | undefined = undefined;

  constructor(
    setup: ThreadSetup,
    handler: Handler,
    { userCode, watch, waiting, rooms }: Extras,
  ) {
    const table = new ClientTable(setup.descriptors);
    const buffer = new ReceiveBuffer(setup.recvSizeBytes);
    const counters = openCounters(setup.stats, setup.statsBlock);
    this.buffer = buffer.bytes;
    this.#plan = setup.plan;
    this.#userCode = userCode;
    this.#rooms = rooms;
    this.#recorder = new Recorder(
      setup.stats,
      new TraceWriter(setup.trace),
      NOTHING_RARE,
      setup.statsBlock,
      setup.number,
      watch?.controls,
    );
    this.#sessions = new Sessions(
      watch?.handler(handler, this.#recorder) ?? handler,
      rooms?.rooms,
      (connection, error) => reportFailed(connection, error),
    );
    this.#queue = new QueuedClients(setup.queue);
    this.#connections = {
      calls: systemCalls(counters.subarray(COUNTER.systemCalls), "one by one"),
      observer: this.#recorder,
      table,
      thread: makeAnotherInterruptible(),
      turn: 0,
      buffer,
      wake: () => {},
      interruptWait: () => interruptWait(),
      waitFor: waiting?.waitFor,
      released: () => table.released(),
      linger: (connection, untilMs) => connection.waitForEnd(untilMs),
    };
  }

  take(): LibcConnection | null | Promise<LibcConnection | null> {
    if (this.#client === undefined) return this.#next();
    if (this.#userCode !== undefined) return this.#nextAfter(this.#userCode);
    this.finishClient();
    return this.#plan.keep === 0 ? null : this.#next();
  }

  async #nextAfter(userCode: UserCode): Promise<LibcConnection | null> {
    let isKept = this.#plan.keep > 0 && !isPoisoned;
    try {
      isKept &&= await userCode.settle();
      rethrow();
    } catch (error) {
      this.clientFailed(error);
      isKept = false;
    }
    this.finishClient();
    return isKept ? this.#next() : null;
  }

  #next(): LibcConnection | null | Promise<LibcConnection | null> {
    const client = this.#takeOut();
    if (client === null || this.#rooms === undefined) return client;
    return this.#rooms.open().then(() => client);
  }

  #takeOut(): LibcConnection | null {
    const queued = this.#queue.take(mostIdle(this.#plan, this.#queue.everBusy));
    if (queued === null) return null;
    this.#recorder.dispatched(queued);
    this.#client = new LibcConnection(this.#connections, queued.fd, queued.id, queued.peer);
    return this.#client;
  }

  newSession(): Session {
    if (this.#client === undefined) throw new Error("this thread has no client");
    return this.#sessions.begin(this.#client);
  }

  sleep(ms: number): void {
    this.#connections.table.sleep(this.#client?.descriptor ?? -1, ms);
  }

  clientFailed(thrown: unknown): void {
    if (this.#client !== undefined) this.#sessions.failed(this.#client, thrown);
  }

  /** This thread takes no client any more. */
  end(): void {
    this.finishClient();
    this.#recorder.ended();
  }

  /** The last client's connection is closed. */
  finishClient(): void {
    if (this.#client === undefined) return;
    this.#client = undefined;
    this.#rooms?.close(); // this thread blocks until the next one comes
    this.#queue.finished();
  }
}

function reportFailed(client: Connection, thrown: unknown): void {
  const error = client.explain(thrown);
  if (error instanceof ConnectionReset) return;
  const [peer, reason] = [formatAddress(client.peer), describeThrown(error)];
  tell({ kind: "notice", notice: { kind: "client-failed", peer, reason } });
}

function rethrow(): void {
  if (thrown === undefined) return;
  const { error } = thrown;
  thrown = undefined;
  isPoisoned = true;
  throw error;
}

function tell(message: FromThread): void {
  post(message);
}
