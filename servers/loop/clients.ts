/**
 * The clients of an event loop, what it must remember of each between two turns, and when it owes one
 * an answer.
 *
 * @module
 */

import type { Outbox } from "../handlers/outbox.ts";
import { OneReply, type Replies, type Reply, type Session } from "../handlers/session.ts";
import { CLIENT_SENDS, CLIENT_TAKES, SERVER_WORKS, WOULD_BLOCK } from "../sockets/interface.ts";
import type { Connection, Pollable, Turn } from "../sockets/interface.ts";
import type { ServerContext } from "../context/context.ts";
import type { ClientState } from "./client_state.ts";
import { TimerQueue } from "./timer_queue.ts";

const NOTHING = new Uint8Array(0);
const NO_REPLIES = new OneReply();
const NOBODY: readonly Client[] = [];

/** Whose turn it is in the states in which the server waits for the client. */
const TURNS: { [state in ClientState]?: Turn } = {
  wantRead: CLIENT_SENDS,
  wantWrite: CLIENT_TAKES,
};

/**
 * A client between two turns of the loop: a thread would keep this on its stack. While a reply is
 * unsent nothing is received from the client, so what is kept for it is bounded.
 */
export class Client<Socket extends Pick<Connection, "trySend" | "turn"> = Connection> {
  readonly connection: Socket;
  /** Changed by {@linkcode serve}, {@linkcode resume} and {@linkcode Clients.advance}. */
  state: ClientState = "wantRead";
  /** When the next reply is due, on the clock of `performance.now()`; `Infinity` with {@linkcode until}. */
  dueMs = 0;
  /** What the handler waits for. */
  until: Promise<void> | undefined = undefined;
  /** What is sent unasked; a session that only answers has none. */
  readonly outbox: Outbox | undefined;

  readonly #session: Session;
  #replies: Replies = NO_REPLIES;
  #unsent: Uint8Array = NOTHING;
  #closeAfter = false;
  #isEnding = false;

  constructor(connection: Socket, session: Session) {
    this.connection = connection;
    this.#session = session;
    this.outbox = session.outbox;
    connection.turn = CLIENT_SENDS; // the client speaks first, unless there is a greeting
  }

  /**
   * Hands a chunk to the session and sends its replies. For a client in the state `wantRead`.
   *
   * @returns the new state
   * @throws {Error} whatever the session or the socket throws
   */
  serve(chunk: Uint8Array): ClientState {
    this.#replies = this.#session.onData(chunk);
    return this.#enter(this.#sendReplies());
  }

  /**
   * Sends the last words of the session, if it has any, to a client that sends no more.
   *
   * @returns the new state
   * @throws {Error} whatever the session or the socket throws
   */
  end(): ClientState {
    if (this.#session.onEnd === undefined) return "closed";
    this.#isEnding = true;
    this.#replies = this.#session.onEnd();
    return this.#enter(this.#sendReplies());
  }

  /**
   * Sends what is unsent, and goes on with the replies. For a client whose socket has become writable,
   * or whose reply has become due.
   *
   * @returns the new state
   * @throws {Error} whatever the session or the socket throws
   */
  resume(): ClientState {
    if (this.#unsent.length > 0) this.#unsent = sendSome(this.connection, this.#unsent);
    if (this.#unsent.length > 0) return this.#enter("wantWrite");
    return this.#enter(this.#closeAfter ? "closed" : this.#sendReplies());
  }

  #enter(state: ClientState): ClientState {
    this.connection.turn = TURNS[state] ?? SERVER_WORKS;
    return this.state = state;
  }

  #sendReplies(): ClientState {
    for (;;) {
      for (let reply; (reply = this.#replies.next()) !== undefined;) {
        const state = this.#send(reply);
        if (state !== "wantRead") return state;
      }
      if (this.outbox === undefined || !this.outbox.isWaiting) break;
      this.#replies = this.outbox;
    }
    return this.#isEnding ? "closed" : "wantRead";
  }

  #send(reply: Reply): ClientState {
    const { bytes, waitMs, close } = reply;
    this.#closeAfter = close;
    if (waitMs > 0) {
      this.#unsent = bytes.slice();
      this.dueMs = performance.now() + waitMs;
      this.until = reply.until;
      return "timer";
    }
    const unsent = bytes.length === 0 ? bytes : sendSome(this.connection, bytes);
    if (unsent.length > 0) {
      // The loop receives other clients into the same buffer, so what is left needs a copy.
      this.#unsent = unsent.slice();
      return "wantWrite";
    }
    return close ? "closed" : "wantRead";
  }
}

/**
 * Sends as much of `bytes` as the socket takes now.
 *
 * @returns what is left, a view of `bytes`: empty when all was taken
 * @throws {ConnectionReset} when the other side is gone
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const socket = { trySend: () => 2 }; // has room for two bytes
 * assertEquals(sendSome(socket, Uint8Array.of(1, 2, 3)), Uint8Array.of(3));
 * ```
 */
export function sendSome(to: Pick<Connection, "trySend">, bytes: Uint8Array): Uint8Array {
  const sent = to.trySend(bytes);
  if (sent === bytes.length) return NOTHING;
  return sent === WOULD_BLOCK ? bytes : bytes.subarray(sent);
}

/** The clients of a loop by their sockets. How to wait for them is the business of the page. */
export class Clients implements Iterable<Client> {
  readonly #context: ServerContext;
  readonly #bySocket = new Map<Pollable, Client>();
  readonly #timers: TimerQueue<Client>;

  constructor(context: ServerContext) {
    this.#context = context;
    this.#timers = new TimerQueue(context.sockets);
  }

  [Symbol.iterator](): IterableIterator<Client> {
    return this.#bySocket.values();
  }

  /**
   * Accepts a client, if one is waiting, and begins its session.
   *
   * @returns its connection; `null` if none is waiting
   */
  accept(): Connection | null {
    const connection = this.#context.listener.tryAccept();
    if (connection !== null) this.add(connection);
    return connection;
  }

  /** Begins the session of a client that has been accepted. */
  add(connection: Connection): void {
    const client = new Client(connection, this.#context.newSession(connection));
    this.#bySocket.set(connection, client);
    if (client.outbox !== undefined) this.#timers.watch(client);
  }

  /** The client of a socket; `undefined` if it left earlier in this turn of the loop. */
  of(socket: Pollable): Client | undefined {
    return this.#bySocket.get(socket);
  }

  /**
   * Takes one step with a client, and closes its connection if that was the last. A step that fails
   * ends its own client and no other. A client that waits for time or a promise will be {@linkcode due}.
   *
   * @param step returns the client's new state
   */
  advance(client: Client, step: (client: Client) => ClientState): void {
    try {
      client.state = step(client);
    } catch (error) {
      this.#context.clientFailed(client.connection, error);
      client.state = "closed";
    }
    if (client.state === "timer") this.#timers.add(client);
    if (client.state !== "closed") return;
    this.#bySocket.delete(client.connection);
    client.connection.close();
  }

  /** {@linkcode TimerQueue.untilNextMs} */
  untilNextMs(): number {
    return this.#timers.size === 0 ? Infinity : this.#timers.untilNextMs();
  }

  /** {@linkcode TimerQueue.due} */
  due(): Iterable<Client> {
    return this.#timers.size === 0 ? NOBODY : this.#timers.due(); // as in most turns
  }
}
