import type { HandlerThreadChannel } from "../../context/protocol.ts";
import type { Handler } from "../../handlers/session.ts";
import { Client, type ClientState } from "../../loop/clients.ts";
import type { HandlerThread, Task, ThreadsClient } from "../../loop/handler_thread.ts";
import { Rooms } from "../../handlers/rooms.ts";
import { CLIENT_SENDS, type Connection, type Turn, WOULD_BLOCK } from "../../sockets/interface.ts";
import type { Address } from "../../sockets/interface.ts";
import { toError } from "../../system/thrown.ts";
import type { UserCode } from "../user_code.ts";
import { ANSWER, MAX_PIECE_BYTES, OWN, REQUEST, SHARED } from "./channel.ts";
import { WINDOW_BYTES } from "./channel.ts";
import { RingReader, RingWriter } from "./ring.ts";
import { writeFailure } from "./failure.ts";

/** After so many tasks the thread looks for what else is due. */
const MAX_TASKS = 16;
/** The loop alone knows the addresses of the clients. */
const UNKNOWN: Address = { host: "0.0.0.0", port: 0 };
/** How often a thread turns its event loop while a handler's timers are to fire. */
const TIMER_POLL_INTERVAL_MS = 5;

/** How the session of a client has come to its end, or what it waits for, in an answer. */
const ANSWERS: Readonly<Partial<Record<ClientState, number>>> = {
  wantRead: ANSWER.done,
  wantWrite: ANSWER.waits,
  closed: ANSWER.closes,
};

/** The socket of a client that another thread has: what is sent goes there, within limits. */
class RemoteSocket implements Pick<Connection, "trySend" | "turn"> {
  turn: Turn = CLIENT_SENDS;
  leftBytes = WINDOW_BYTES;

  constructor(readonly id: number, private readonly answers: RingWriter) {}

  trySend(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.leftBytes);
    if (count === 0) return WOULD_BLOCK;
    for (let sent = 0; sent < count;) {
      const end = Math.min(count, sent + MAX_PIECE_BYTES);
      const isWhole = sent === 0 && end === bytes.length;
      this.answers.write(ANSWER.bytes, this.id, isWhole ? bytes : bytes.subarray(sent, end));
      sent = end;
    }
    this.leftBytes -= count;
    return count;
  }
}

type RemoteClient = ThreadsClient & { readonly connection: RemoteSocket };

/** This thread as the page of its model sees it. */
export class RingHandlerThread implements HandlerThread {
  readonly #handler: Handler;
  readonly #userCode: UserCode | undefined;
  readonly #rethrow: () => void;
  readonly #ring: () => void;
  readonly #shared: Int32Array;
  readonly #own: Int32Array;
  readonly #requests: RingReader;
  readonly #answers: RingWriter;
  /** By number. */
  readonly #clients = new Map<number, RemoteClient>();
  readonly #rooms = new Rooms();

  /**
   * @param number of this thread
   * @param ring wakes who takes the answers
   * @param userCode given when the handler is a user's
   * @param rethrow throws what its code has thrown from a timer or a promise
   */
  constructor(
    private readonly number: number,
    { shared, own, requests, answers }: HandlerThreadChannel,
    handler: Handler,
    ring: () => void,
    userCode: UserCode | undefined,
    rethrow = () => {},
  ) {
    this.#rethrow = rethrow;
    this.#handler = handler;
    this.#userCode = userCode;
    this.#shared = new Int32Array(shared);
    this.#ring = () => {
      if (Atomics.exchange(this.#shared, SHARED.rung, 1) === 0) ring();
    };
    this.#own = new Int32Array(own);
    this.#requests = new RingReader(requests);
    this.#answers = new RingWriter(answers, this.#ring);
  }

  /** Tells the loop that this thread can serve. */
  begun(): void {
    Atomics.store(this.#own, OWN.isReady, 1);
    Atomics.notify(this.#own, OWN.isReady);
  }

  /** Tells the loop why this thread has ended. */
  failed(thrown: unknown): void {
    this.#tell(ANSWER.failed, -this.number, writeFailure(thrown));
  }

  wait(timeoutMs: number): Iterable<Task> | Promise<Iterable<Task>> {
    if (this.#userCode !== undefined) return this.#waitWith(this.#userCode, timeoutMs);
    this.#block(timeoutMs);
    return this.#tasks();
  }

  async #waitWith(userCode: UserCode, timeoutMs: number): Promise<Iterable<Task>> {
    const untilMs = performance.now() + timeoutMs;
    do {
      const mayFire = !await userCode.settle();
      this.#rethrow();
      const leftMs = Math.max(0, untilMs - performance.now());
      this.#block(mayFire ? Math.min(leftMs, TIMER_POLL_INTERVAL_MS) : leftMs);
    } while (!this.#requests.hasNext && performance.now() < untilMs);
    return this.#tasks();
  }

  #block(timeoutMs: number): void {
    const requests = Atomics.load(this.#own, OWN.requests);
    if (!this.#requests.hasNext) Atomics.wait(this.#own, OWN.requests, requests, timeoutMs);
  }

  *#tasks(): Generator<Task> {
    const requests = this.#requests;
    for (let count = 0; count < MAX_TASKS && requests.next(); count++) {
      if (requests.takeWanted()) this.#tell(ANSWER.room, 0);
      const { kind, client: id, payload } = requests;
      if (kind === REQUEST.chunk) {
        Atomics.sub(this.#shared, SHARED.queued, 1);
        const client = this.#clients.get(id) ?? this.#begin(id);
        if (client === undefined) continue;
        client.connection.leftBytes = WINDOW_BYTES; // the loop has sent all
        yield { client, chunk: payload };
        continue;
      }
      if (kind === REQUEST.begin) this.#answers.write(ANSWER.begin, id, payload);
      const client = this.#clients.get(id);
      if (kind === REQUEST.left || kind === REQUEST.end) {
        if (client !== undefined) this.#forget(client);
        if (kind === REQUEST.end) this.#tell(ANSWER.end, id);
      } else if (client !== undefined) {
        client.connection.leftBytes = WINDOW_BYTES;
        yield { client, chunk: undefined };
      }
    }
  }

  #begin(id: number): RemoteClient | undefined {
    try {
      const session = this.#handler({ ...{ id, peer: UNKNOWN }, rooms: this.#rooms });
      const client = new Client(new RemoteSocket(id, this.#answers), session);
      this.#clients.set(id, client);
      return client;
    } catch (error) {
      this.#tell(ANSWER.failed, id, writeFailure(error));
      return undefined;
    }
  }

  advance(client: ThreadsClient, step: () => ClientState): void {
    const socket = client.connection;
    if (!(socket instanceof RemoteSocket)) throw new Error("a client of another thread");
    try {
      client.state = step();
      const answer = ANSWERS[client.state];
      if (answer !== undefined) this.#answers.write(answer, socket.id);
    } catch (error) {
      client.state = "closed";
      this.#answers.write(ANSWER.failed, socket.id, writeFailure(toError(error)));
    }
    if (client.state === "closed") this.#clients.delete(socket.id);
    this.#ring();
  }

  #tell(kind: number, id: number, bytes?: Uint8Array): void {
    this.#answers.write(kind, id, bytes);
    this.#ring();
  }

  #forget(client: RemoteClient): void {
    client.state = "closed"; // its replies may be due later
    this.#clients.delete(client.connection.id);
  }
}
