import type { Address } from "../../servers/sockets/interface.ts";
import type { SyntheticCounts } from "../../servers/watch/frames.ts";
import { resetConnection } from "./reset_connection.ts";

/** How many connections are opened at a time. */
const MAX_CONNECTING = 50;
const TALK_POLL_INTERVAL_MS = 10;
/** What a client that does not read sends at once, to fill the buffers between it and the server. */
const BULK_BYTES = 65_536;
const RECV_BYTES = 65_536;
/** Multiples of it, modulo 1, lie far apart, however many there are. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

interface SyntheticClient {
  readonly conn: Deno.TcpConn;
  /** How many were connected before it. */
  readonly number: number;
  nextMs: number;
  isWriting: boolean;
  isReading: boolean;
}

/** Clients that all carry out the same commands. */
export class SyntheticClients {
  readonly #clients = new Set<SyntheticClient>();
  readonly #discarded = new Uint8Array(RECV_BYTES);
  #wanted = 0;
  #connecting = 0;
  #connected = 0;
  #talking = false;
  #talkingSinceMs = 0;
  #everyMs = 1_000;
  #message: Uint8Array = new Uint8Array(0);
  #reading = true;
  #messages = 0;
  #timer: ReturnType<typeof setInterval> | undefined = undefined;

  /** @param address of the server */
  constructor(private readonly address: Address) {}

  /** How many there are, and what they do. */
  get counts(): SyntheticCounts {
    return {
      open: this.#clients.size,
      talking: this.#talking,
      reading: this.#reading,
      messages: this.#messages,
    };
  }

  /** Opens more connections, a few at a time. */
  open(count: number): void {
    this.#wanted += count;
    while (this.#wanted > 0 && this.#connecting < MAX_CONNECTING) this.#connect();
  }

  /**
   * Has each client send a message again and again, or stop.
   *
   * @param on whether to send
   * @param everyMs the pause between two messages of a client
   * @param text the message
   */
  talk(on: boolean, everyMs: number, text: string): void {
    this.#talking = on;
    this.#everyMs = everyMs;
    this.#message = new TextEncoder().encode(text);
    clearInterval(this.#timer);
    if (!on) return;
    this.#talkingSinceMs = performance.now();
    for (const client of this.#clients) {
      client.nextMs = this.#nextOf(client.number, this.#talkingSinceMs);
    }
    this.#timer = setInterval(() => this.#sendDue(), TALK_POLL_INTERVAL_MS);
  }

  /** Has the clients receive what the server sends, or leave it in their buffers. */
  read(on: boolean): void {
    this.#reading = on;
    if (on) { for (const client of this.#clients) this.#readFrom(client); }
  }

  /** Ends the last `count` connections that were opened. */
  end(how: "half-close" | "reset" | "close", count: number): void {
    this.#wanted = 0;
    for (const client of [...this.#clients].slice(-Math.min(count, this.#clients.size))) {
      if (how === "half-close") {
        client.conn.closeWrite().catch(() => this.#forget(client));
      } else {
        if (how === "reset") resetConnection(client.conn);
        this.#forget(client);
      }
    }
    if (count === Infinity) clearInterval(this.#timer);
  }

  async #connect(): Promise<void> {
    this.#wanted--;
    this.#connecting++;
    try {
      const { host: hostname, port } = this.address;
      const conn = await Deno.connect({ hostname, port });
      const number = this.#connected++;
      const nextMs = this.#nextOf(number, performance.now());
      const client = { conn, number, nextMs, isWriting: false, isReading: false };
      this.#clients.add(client);
      this.#readFrom(client);
    } catch {
      // The server refuses connections, which the count of open ones shows.
    }
    this.#connecting--;
    if (this.#wanted > 0) this.#connect();
  }

  #sendDue(): void {
    const nowMs = performance.now();
    for (const client of this.#clients) {
      if (client.nextMs > nowMs || client.isWriting) continue;
      client.nextMs = this.#nextOf(client.number, nowMs);
      this.#sendTo(client);
    }
  }

  #nextOf(number: number, nowMs: number): number {
    return nextSendMs(number, this.#everyMs, this.#talkingSinceMs, nowMs);
  }

  async #sendTo(client: SyntheticClient): Promise<void> {
    const bytes = this.#reading ? this.#message : repeat(this.#message);
    client.isWriting = true;
    try {
      for (let sent = 0; sent < bytes.length;) {
        sent += await client.conn.write(bytes.subarray(sent));
      }
      this.#messages++;
    } catch {
      this.#forget(client);
    }
    client.isWriting = false;
  }

  async #readFrom(client: SyntheticClient): Promise<void> {
    if (client.isReading) return;
    client.isReading = true;
    try {
      while (this.#reading) {
        if (await client.conn.read(this.#discarded) === null) {
          this.#forget(client);
          break;
        }
      }
    } catch {
      this.#forget(client);
    }
    client.isReading = false;
  }

  #forget(client: SyntheticClient): void {
    if (!this.#clients.delete(client)) return;
    client.conn.close();
  }
}

/**
 * When a client sends next. Each has a place of its own within the interval, so that they speak one after
 * another, like people, and not all at the same moment; those that a busy machine has made late at the
 * same time part again.
 *
 * @param number of the client, from 0
 * @param everyMs the interval
 * @param sinceMs when the first interval began
 * @param nowMs the time of now
 * @returns a time later than now, and at most one interval later
 */
export function nextSendMs(
  number: number,
  everyMs: number,
  sinceMs: number,
  nowMs: number,
): number {
  const firstMs = sinceMs + (number * GOLDEN_RATIO % 1) * everyMs;
  return firstMs + (Math.floor((nowMs - firstMs) / everyMs) + 1) * everyMs;
}

/** The message, repeated to {@linkcode BULK_BYTES}. */
function repeat(message: Uint8Array): Uint8Array {
  if (message.length === 0) return message;
  const bytes = new Uint8Array(Math.max(BULK_BYTES, message.length));
  for (let at = 0; at < bytes.length; at += message.length) {
    bytes.set(message.subarray(0, bytes.length - at), at);
  }
  return bytes;
}
