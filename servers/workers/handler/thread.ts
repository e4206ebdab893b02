import type { EventLoopTurns } from "../../context/event_loop_turns.ts";
import type { HandlerThreadChannel } from "../../context/protocol.ts";
import { Sessions } from "../../context/sessions.ts";
import type { Rooms } from "../../handlers/rooms.ts";
import type { Handler } from "../../handlers/session.ts";
import { Client } from "../../loop/clients.ts";
import type { ClientState } from "../../loop/client_state.ts";
import type { HandlerThread, Task, ThreadsClient } from "../../loop/handler_thread.ts";
import { type Address, ConnectionReset } from "../../sockets/interface.ts";
import { toError } from "../../system/thrown.ts";
import { ANSWER, OWN, REQUEST, SHARED, WINDOW_BYTES } from "./channel.ts";
import { RingReader, RingWriter } from "./ring.ts";
import { writeFailure } from "./failure.ts";
import { RemoteSocket } from "./remote_socket.ts";
import { readDescription } from "./sender_client.ts";

/** After so many tasks the thread looks for what else is due. */
const MAX_TASKS = 16;
/** Of clients of which this thread learns by their first chunk: their sessions are told no address. */
const UNKNOWN: Address = { host: "0.0.0.0", port: 0 };
const NOTHING = new Uint8Array(0);
const decoder = new TextDecoder();

/** How the session of a client has come to its end, or what it waits for, in an answer. */
const ANSWERS: Readonly<Partial<Record<ClientState, number>>> = {
  wantRead: ANSWER.done,
  wantWrite: ANSWER.waits,
  closed: ANSWER.closes,
};

/** What a client has sent. */
type Asked = Pick<Task, "kind" | "chunk">;

interface RemoteClient extends ThreadsClient {
  readonly connection: RemoteSocket;
}

/** What a thread has whose event loop turns while it waits. */
export interface Hearing {
  readonly turns: EventLoopTurns;
  /** By which the loop wakes this thread. */
  readonly waker: MessagePort;
  /** Throws what the code of a handler has thrown from a timer or a promise. */
  rethrow(): void;
}

/** This thread as the page of its model sees it. */
export class RingHandlerThread implements HandlerThread {
  readonly #hearing: Hearing | undefined;
  readonly #speaksUnasked: boolean;
  readonly #ring: () => void;
  readonly #shared: Int32Array;
  readonly #own: Int32Array;
  readonly #requests: RingReader;
  readonly #answers: RingWriter;
  /** By number; until they have left. */
  readonly #clients = new Map<number, RemoteClient>();
  /** What clients have sent to whom something else is said at the moment. */
  readonly #early = new Map<RemoteClient, Asked[]>();
  readonly #sessions: Sessions<RemoteSocket>;
  #wake = () => {};

  /**
   * @param number of this thread
   * @param ring wakes who takes the answers
   * @param speaksUnasked whether sessions begin before their clients have said something
   * @param hearing given when clients may be told what others have said, or promises are waited for
   */
  constructor(
    private readonly number: number,
    { shared, own, requests, answers }: HandlerThreadChannel,
    { handler, rooms, speaksUnasked }: { handler: Handler; rooms: Rooms; speaksUnasked: boolean },
    ring: () => void,
    hearing: Hearing | undefined,
  ) {
    this.#hearing = hearing;
    this.#speaksUnasked = speaksUnasked;
    this.#shared = new Int32Array(shared);
    this.#ring = () => {
      if (Atomics.exchange(this.#shared, SHARED.rung, 1) === 0) ring();
    };
    this.#own = new Int32Array(own);
    this.#requests = new RingReader(requests);
    this.#answers = new RingWriter(answers, this.#ring);
    this.#sessions = new Sessions(handler, rooms, ({ id }, error) => {
      if (!(error instanceof ConnectionReset)) this.tell(ANSWER.failed, id, writeFailure(error));
    });
    if (hearing !== undefined) hearing.waker.onmessage = () => this.interruptWait();
  }

  /** Tells the loop that this thread can serve. */
  begun(): void {
    Atomics.store(this.#own, OWN.isReady, 1);
    Atomics.notify(this.#own, OWN.isReady);
  }

  /** Tells the loop why this thread has ended. */
  failed(thrown: unknown): void {
    this.tell(ANSWER.failed, -this.number, writeFailure(thrown));
  }

  wait(timeoutMs: number): Iterable<Task> | Promise<Iterable<Task>> {
    if (this.#hearing !== undefined) return this.#waitAndHear(this.#hearing, timeoutMs);
    const requests = Atomics.load(this.#own, OWN.requests);
    if (!this.#requests.hasNext) Atomics.wait(this.#own, OWN.requests, requests, timeoutMs);
    return this.#tasks();
  }

  async #waitAndHear({ turns, rethrow }: Hearing, timeoutMs: number): Promise<Iterable<Task>> {
    let isWoken = false;
    const woken = new Promise<void>((resolve) => {
      this.#wake = () => {
        isWoken = true;
        resolve();
      };
    });
    await turns.take(); // also while there is always something to do
    Atomics.store(this.#own, OWN.sleeps, 1);
    // Looked at after that: what is requested from now on wakes this thread.
    if (!isWoken && !this.#requests.hasNext && timeoutMs > 0) {
      const timer = timeoutMs === Infinity ? undefined : setTimeout(this.#wake, timeoutMs);
      await woken;
      clearTimeout(timer);
      await turns.take();
    }
    rethrow();
    Atomics.store(this.#own, OWN.sleeps, 0);
    return this.#tasks();
  }

  interruptWait(): void {
    this.#wake();
  }

  *#tasks(): Generator<Task> {
    const requests = this.#requests;
    for (let count = 0; count < MAX_TASKS && requests.next(); count++) {
      if (requests.takeWanted()) this.tell(ANSWER.room, 0);
      const { kind, client: id, payload } = requests;
      if (kind === REQUEST.chunk) Atomics.sub(this.#shared, SHARED.queued, 1);
      if (kind === REQUEST.begin) yield* this.#begin(id, payload);
      else if (kind === REQUEST.left || kind === REQUEST.end) this.#left(kind, id, payload);
      else if (kind === REQUEST.goOn) yield* this.#goOn(id);
      else {
        const client = this.#clients.get(id) ?? this.#beginSession(id, UNKNOWN);
        const isChunk = kind === REQUEST.chunk;
        yield* this.#asked(client, { kind: isChunk ? "chunk" : "ended", chunk: payload });
      }
    }
  }

  *#begin(id: number, description: Uint8Array): Generator<Task> {
    this.#answers.write(ANSWER.begin, id, description);
    if (!this.#speaksUnasked) return;
    const client = this.#beginSession(id, readDescription(description).peer);
    yield { client, kind: "begun", chunk: NOTHING };
  }

  *#goOn(id: number): Generator<Task> {
    const client = this.#clients.get(id);
    if (client?.state !== "wantWrite") return;
    client.connection.leftBytes = WINDOW_BYTES;
    yield { client, kind: "room", chunk: NOTHING };
  }

  /** The client has sent something, and is answered when all else is said. */
  *#asked(client: RemoteClient, asked: Asked): Generator<Task> {
    const { connection, state } = client;
    if (state === "closed") return;
    connection.isAsking = true;
    if (state !== "wantRead") {
      const early = this.#early.get(client) ?? [];
      this.#early.set(client, [...early, { ...asked, chunk: asked.chunk.slice() }]);
      return;
    }
    connection.leftBytes = WINDOW_BYTES; // the loop has sent all
    yield { client, ...asked };
  }

  #beginSession(id: number, peer: Address): RemoteClient {
    const socket = new RemoteSocket(id, peer, this);
    const client = new Client(socket, this.#sessions.begin(socket));
    this.#clients.set(id, client);
    return client;
  }

  advance(client: ThreadsClient, step: () => ClientState): void {
    const socket = client.connection;
    if (!(socket instanceof RemoteSocket)) throw new Error("a client of another thread");
    try {
      client.state = step();
      for (let next; client.state === "wantRead" && (next = this.#takeEarly(socket.id));) {
        client.state = next.kind === "chunk" ? client.serve(next.chunk) : client.end();
      }
      this.#answer(socket, client.state);
    } catch (error) {
      client.state = "closed";
      this.#sessions.failed(socket, toError(error));
    }
    this.#ring();
  }

  /** Tells the loop what has become of a client. */
  #answer(socket: RemoteSocket, state: ClientState): void {
    const answer = ANSWERS[state];
    if (answer === undefined || answer === ANSWER.done && !socket.isAsking) return;
    if (answer === ANSWER.done) socket.isAsking = false;
    this.#answers.write(answer, socket.id);
  }

  #takeEarly(id: number): Asked | undefined {
    const client = this.#clients.get(id);
    const early = client && this.#early.get(client);
    if (client === undefined || early === undefined) return undefined;
    if (early.length <= 1) this.#early.delete(client);
    return early.shift();
  }

  /** Writes an answer, and wakes who takes it. */
  tell(kind: number, id: number, bytes?: Uint8Array): void {
    this.#answers.write(kind, id, bytes);
    this.#ring();
  }

  write(kind: number, id: number, bytes?: Uint8Array): void {
    this.#answers.write(kind, id, bytes);
  }

  #left(kind: number, id: number, reason: Uint8Array): void {
    const client = this.#clients.get(id);
    if (client !== undefined) {
      client.state = "closed"; // its replies may be due later
      this.#clients.delete(id);
      this.#early.delete(client);
      const { connection } = client;
      if (decoder.decode(reason) === "reset") {
        this.#sessions.failed(connection, new ConnectionReset());
      }
      connection.close();
    }
    if (kind === REQUEST.end) this.tell(ANSWER.end, id);
    Atomics.add(this.#own, OWN.left, 1);
    Atomics.notify(this.#own, OWN.left);
  }
}
