/**
 * The clients of an event loop, what it must remember of each between two turns, and when it owes one
 * an answer.
 *
 * @module
 */

// @ts-types="../../cli/std/binary_heap.d.ts"
import { BinaryHeap } from "@std/data-structures/binary-heap";
import { OneReply, type Replies, type Reply, type Session } from "../handlers/session.ts";
import { CLIENT_SENDS, CLIENT_TAKES, SERVER_WORKS, WOULD_BLOCK } from "../sockets/interface.ts";
import type { Connection, Pollable, Turn } from "../sockets/interface.ts";
import type { ServerContext } from "../context/context.ts";

const NOTHING = new Uint8Array(0);
const NO_REPLIES = new OneReply();

/**
 * What a client waits for.
 *
 * - `wantRead`: the client has all its replies; its socket is to become readable
 * - `wantWrite`: the socket takes no more; it is to become writable
 * - `timer`: the next reply is due at {@linkcode Client.dueMs}
 * - `closed`: nothing; the client is gone, or has the reply after which its session closes
 */
export type ClientState = "wantRead" | "wantWrite" | "timer" | "closed";

/** Whose turn it is in each state. */
const TURNS: Readonly<Record<ClientState, Turn>> = {
  wantRead: CLIENT_SENDS,
  wantWrite: CLIENT_TAKES,
  timer: SERVER_WORKS,
  closed: SERVER_WORKS,
};

/**
 * A client between two turns of the loop: a thread would keep this on its stack. While a reply is
 * unsent nothing is received from the client, so what is kept for it is bounded.
 */
export class Client<Socket extends Pick<Connection, "trySend" | "turn"> = Connection> {
  readonly connection: Socket;
  /** Changed by {@linkcode serve}, {@linkcode resume} and {@linkcode Clients.advance}. */
  state: ClientState = "wantRead";
  /** When the next reply is due, on the clock of `performance.now()`. */
  dueMs = 0;

  readonly #session: Session;
  #replies: Replies = NO_REPLIES;
  #unsent: Uint8Array = NOTHING;
  #closeAfter = false;

  constructor(connection: Socket, session: Session) {
    this.connection = connection;
    this.#session = session;
    connection.turn = CLIENT_SENDS; // the client speaks first
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
    this.connection.turn = TURNS[state];
    return this.state = state;
  }

  #sendReplies(): ClientState {
    for (let reply; (reply = this.#replies.next()) !== undefined;) {
      const state = this.#send(reply);
      if (state !== "wantRead") return state;
    }
    return "wantRead";
  }

  #send({ bytes, waitMs, close }: Reply): ClientState {
    this.#closeAfter = close;
    if (waitMs > 0) {
      this.#unsent = bytes.slice();
      this.dueMs = performance.now() + waitMs;
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
export function sendSome(
  connection: Pick<Connection, "trySend">,
  bytes: Uint8Array,
): Uint8Array {
  const sent = connection.trySend(bytes);
  if (sent === bytes.length) return NOTHING;
  return sent === WOULD_BLOCK ? bytes : bytes.subarray(sent);
}

/** The clients of a loop by their sockets. How to wait for them is the business of the page. */
export class Clients implements Iterable<Client> {
  readonly #context: ServerContext;
  readonly #bySocket = new Map<Pollable, Client>();

  constructor(context: ServerContext) {
    this.#context = context;
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
    this.#bySocket.set(connection, new Client(connection, this.#context.newSession(connection)));
  }

  /** The client of a socket; `undefined` if it left earlier in this turn of the loop. */
  of(socket: Pollable): Client | undefined {
    return this.#bySocket.get(socket);
  }

  /**
   * Takes one step with a client, and closes its connection if that was the last. A step that fails
   * ends its own client and no other.
   *
   * @param step returns the client's new state
   */
  advance(client: Client, step: (client: Client) => ClientState): void {
    client.state = this.#tryStep(client, step);
    if (client.state !== "closed") return;
    this.#bySocket.delete(client.connection);
    client.connection.close();
  }

  #tryStep(client: Client, step: (client: Client) => ClientState): ClientState {
    try {
      return step(client);
    } catch (error) {
      this.#context.clientFailed(client.connection, error);
      return "closed";
    }
  }
}

/** The timers of an event loop: clients, or what else has a `dueMs`, the earliest first. */
export class TimerQueue<Timed extends { readonly dueMs: number } = Client> {
  // The difference of two that are never due would not be a number.
  readonly #heap = new BinaryHeap<Timed>((a, b) => a.dueMs === b.dueMs ? 0 : a.dueMs - b.dueMs);
  readonly #members = new Set<Timed>();

  /**
   * Adds `timed` until its `dueMs`, on the clock of `performance.now()`. Adding it twice has no effect;
   * while it is in the queue, its `dueMs` must not change.
   */
  add(timed: Timed): void {
    if (this.#members.has(timed)) return;
    this.#members.add(timed);
    this.#heap.push(timed);
  }

  /** How long a readiness call may wait, in milliseconds; `Infinity` if the queue is empty. */
  untilNextMs(): number {
    if (this.#members.size === 0) return Infinity;
    return Math.max(0, this.#heap.peek()!.dueMs - performance.now());
  }

  /** Takes out what is due, the earliest first. */
  due(): Iterable<Timed> {
    return this.#members.size === 0 ? [] : this.#takeDue(); // in most turns nothing is due
  }

  *#takeDue(): Generator<Timed> {
    const nowMs = performance.now();
    for (let next; (next = this.#heap.peek()) !== undefined && next.dueMs <= nowMs;) {
      this.#heap.pop();
      this.#members.delete(next);
      yield next;
    }
  }
}
