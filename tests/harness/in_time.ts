/**
 * Clients that may not be silent for long, on a machine that may let none of them speak.
 *
 * ```ts
 * await spokenInTime(200, async ({ connect, exchange }) => {
 *   await using server = await Server.start(["select", "--idle-timeout", "200ms"]);
 *   using conn = await connect(server);
 *   assertEquals(await exchange(conn, "in time"), "in time");
 * });
 * ```
 *
 * @module
 */

import { decode, encode } from "./bytes.ts";
import { readExactly, writeAll } from "./clients.ts";
import type { Server } from "./playground.ts";

/** How often clients may be late until the test fails all the same. */
const ATTEMPTS = 10;
/** The part of the limit that they may be silent for; the rest is for what they do not notice themselves. */
const IN_TIME = 0.8;

/** Notes when clients speak. Those of one talk speak one after another. */
export class Speaker {
  #spokeMs = Infinity;
  /** For how long one was silent at most. */
  longestMs = 0;

  /** From now on, a client is silent. */
  readonly connect = (server: Server): Promise<Deno.TcpConn> => {
    this.#spokeMs = performance.now();
    return server.connect();
  };

  /** Sends `text`, after which the client is silent again. */
  readonly say = async (conn: Deno.TcpConn, text: string): Promise<void> => {
    await writeAll(conn, encode(text)).finally(this.mark);
  };

  /** Sends `text` and waits until it has come back. */
  readonly exchange = async (conn: Deno.TcpConn, text: string): Promise<string> => {
    await this.say(conn, text);
    return decode(await readExactly(conn, encode(text).length));
  };

  /** What is done here has to be done in time as well. */
  readonly mark = (): void => {
    const nowMs = performance.now();
    this.longestMs = Math.max(this.longestMs, nowMs - this.#spokeMs);
    this.#spokeMs = nowMs;
  };
}

/**
 * Runs what clients do that are let go when they are silent for `limitMs`. If that fails, and one was silent
 * for about as long, then the server was right, and it is done once more.
 *
 * @throws what `talk` has thrown although all were in time, or has thrown last
 */
export async function spokenInTime(
  limitMs: number,
  talk: (speaker: Speaker) => Promise<void>,
): Promise<void> {
  for (let attempt = 1;; attempt++) {
    const speaker = new Speaker();
    try {
      return await talk(speaker);
    } catch (error) {
      if (speaker.longestMs < IN_TIME * limitMs || attempt === ATTEMPTS) throw error;
    }
  }
}
