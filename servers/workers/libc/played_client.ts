import { echo } from "../../handlers/echo.ts";
import type { HandlerChoice } from "../../handlers/handlers.ts";
import { canRehearse } from "../../handlers/traits.ts";
import type { Handler } from "../../handlers/session.ts";
import { MSG_DONTWAIT, SHUT_WR, type SystemCalls } from "../../system/system_calls.ts";

const LINE = "1\n";
/** What the sessions of other handlers answer, and then go on. */
const REQUESTS: Readonly<Record<string, string>> = {
  http: "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
};
const NO_DESCRIPTOR = -1;
/** More than what is sent between two turns. */
const BUFFER_BYTES = 65_536;

/** The sessions of a rehearsal, and what their clients send: it ends no connection. */
export interface PlayedSessions {
  readonly handler: Handler;
  readonly message: Uint8Array<ArrayBuffer>;
}

/** Sessions of a server's own handler, if that may be called for nobody. */
export function playedSessions(choice: HandlerChoice, handler: Handler): PlayedSessions {
  return {
    handler: canRehearse(choice) ? handler : echo,
    message: new TextEncoder().encode(REQUESTS[choice.name] ?? LINE),
  };
}

/**
 * Sends all messages of a client that this process plays, before the server receives any of them.
 *
 * @param socket its descriptor
 * @param count how many messages, few enough for the socket to hold the replies. What it does not take of
 *   the messages is left out: to wait would be to wait for oneself.
 */
export function sendAllAtOnce(
  calls: SystemCalls,
  socket: number,
  message: Uint8Array<ArrayBuffer>,
  count: number,
): void {
  for (let i = 0; i < count; i++) calls.send(socket, message, message.length, MSG_DONTWAIT);
  calls.shutdown(socket, SHUT_WR);
}

/**
 * A client that this process plays, and that has more to say than its socket holds. The session that
 * {@linkcode around} makes gives it its turn with each chunk that the server has received.
 */
export class TalkativeClient {
  readonly #calls: SystemCalls;
  readonly #message: Uint8Array<ArrayBuffer>;
  readonly #replies = new Uint8Array(BUFFER_BYTES);
  #socket = NO_DESCRIPTOR;
  #left = 0;
  #isNext = false;

  constructor(calls: SystemCalls, message: Uint8Array<ArrayBuffer>) {
    this.#calls = calls;
    this.#message = message;
  }

  /** The next session of {@linkcode around} is with this client, which sends `count` messages. */
  begin(socket: number, count: number): void {
    this.#socket = socket;
    this.#left = count;
    this.#isNext = true;
    this.#send();
  }

  /** Makes the sessions of `handler`: after {@linkcode begin}, one with this client. */
  around(handler: Handler): Handler {
    return (client) => {
      const session = handler(client);
      if (!this.#isNext) return session;
      this.#isNext = false;
      return {
        onData: (chunk) => {
          this.#takeTurn();
          return session.onData(chunk);
        },
      };
    };
  }

  #takeTurn(): void {
    this.#calls.recv(this.#socket, this.#replies, BUFFER_BYTES, MSG_DONTWAIT);
    if (this.#left > 0) this.#send();
    else this.#calls.shutdown(this.#socket, SHUT_WR);
  }

  #send(): void {
    this.#left--;
    // A chunk may be less than a message, so the socket may be full of messages by now.
    this.#calls.send(this.#socket, this.#message, this.#message.length, MSG_DONTWAIT);
  }
}
