import { OneReply, type Replies, type Reply, type Session } from "../handlers/session.ts";
import {
  CLIENT_SENDS,
  CLIENT_TAKES,
  type Connection,
  SERVER_WORKS,
  type Turn,
} from "../sockets/interface.ts";
import { sendSome } from "../sockets/send_some.ts";

const NOTHING = new Uint8Array(0);
const NO_REPLIES = new OneReply();

/**
 * How far a client was served.
 *
 * - `ready`: all is sent, and more can be received
 * - `blocked`: the socket takes no more; go on when it is writable
 * - `asleep`: the next reply is due at {@linkcode Client.dueMs}
 * - `done`: all is sent, and the session wants the connection closed
 */
export type Progress = "wantRead" | "wantWrite" | "timer" | "closed";

/** Whose turn it is when a client has come so far. */
const TURNS: Readonly<Record<Progress, Turn>> = {
  wantRead: CLIENT_SENDS,
  wantWrite: CLIENT_TAKES,
  timer: SERVER_WORKS,
  closed: SERVER_WORKS,
};

/**
 * What an event loop has to remember of a client between two turns: a thread would have it on its
 * stack. While it is owed something it is not received from, so what is kept for it is bounded.
 */
export class Client {
  readonly connection: Connection;
  progress: Progress = "wantRead";
  /** When the next reply is due, on the clock of `performance.now()`. */
  dueMs = 0;

  readonly #session: Session;
  #replies: Replies = NO_REPLIES;
  #unsent: Uint8Array = NOTHING;
  #closeAfter = false;

  constructor(connection: Connection, session: Session) {
    this.connection = connection;
    this.#session = session;
    connection.turn = CLIENT_SENDS; // it is to speak first
  }

  /** Hands a chunk to the session and sends its replies. To be called when `ready`. */
  serve(chunk: Uint8Array): Progress {
    this.#replies = this.#session.onData(chunk);
    return this.#came(this.#sendReplies());
  }

  /** Goes on with a client whose socket has become writable, or whose reply is due. */
  resume(): Progress {
    if (this.#unsent.length > 0 && !this.#sendUnsent()) return this.#came("wantWrite");
    return this.#came(this.#closeAfter ? "closed" : this.#sendReplies());
  }

  #came(progress: Progress): Progress {
    this.connection.turn = TURNS[progress];
    return this.progress = progress;
  }

  #sendReplies(): Progress {
    for (let reply; (reply = this.#replies.next()) !== undefined;) {
      const progress = this.#send(reply);
      if (progress !== "wantRead") return progress;
    }
    return "wantRead";
  }

  #send({ bytes, waitMs, close }: Reply): Progress {
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

  /** @returns whether all of it is sent */
  #sendUnsent(): boolean {
    this.#unsent = sendSome(this.connection, this.#unsent);
    return this.#unsent.length === 0;
  }
}
