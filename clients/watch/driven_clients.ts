import type { Address } from "../../servers/sockets/interface.ts";
import type { CrowdCounts } from "../../servers/watch/frames.ts";
import { resetConnection } from "./reset_connection.ts";

/** How many connections are begun at a time; the others wait. */
const MAX_CONNECTING = 50;
const TALK_POLL_INTERVAL_MS = 10;
/** What a client that reads nothing sends at once: soon the buffers between it and the server are full. */
const PILE_BYTES = 65_536;
const RECV_BYTES = 65_536;

interface DrivenClient {
  readonly conn: Deno.TcpConn;
  nextMs: number;
  isWriting: boolean;
  isReading: boolean;
}

/** Clients that do together what they are told. */
export class DrivenClients {
  readonly #address: Address;
  readonly #clients = new Set<DrivenClient>();
  readonly #scrap = new Uint8Array(RECV_BYTES);
  #wanted = 0;
  #connecting = 0;
  #talking = false;
  #everyMs = 1_000;
  #message: Uint8Array = new Uint8Array(0);
  #reading = true;
  #messages = 0;
  #timer: ReturnType<typeof setInterval> | undefined = undefined;

  constructor(address: Address) {
    this.#address = address;
  }

  get counts(): CrowdCounts {
    return {
      open: this.#clients.size,
      talking: this.#talking,
      reading: this.#reading,
      messages: this.#messages,
    };
  }

  open(count: number): void {
    this.#wanted += count;
    while (this.#wanted > 0 && this.#connecting < MAX_CONNECTING) this.#connect();
  }

  /** @param everyMs how often each of them says `text` */
  talk(on: boolean, everyMs: number, text: string): void {
    this.#talking = on;
    this.#everyMs = everyMs;
    this.#message = new TextEncoder().encode(text);
    clearInterval(this.#timer);
    if (!on) return;
    const nowMs = performance.now();
    // Not all at the same moment, as people would not either.
    for (const client of this.#clients) client.nextMs = nowMs + Math.random() * everyMs;
    this.#timer = setInterval(() => this.#talkNow(), TALK_POLL_INTERVAL_MS);
  }

  read(on: boolean): void {
    this.#reading = on;
    if (on) { for (const client of this.#clients) this.#readFrom(client); }
  }

  /** Has so many of them leave, those who came last first. */
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
      const { host: hostname, port } = this.#address;
      const conn = await Deno.connect({ hostname, port });
      const nextMs = performance.now() + Math.random() * this.#everyMs;
      const client = { conn, nextMs, isWriting: false, isReading: false };
      this.#clients.add(client);
      this.#readFrom(client);
    } catch {
      // The server takes no more; how many are open tells it.
    }
    this.#connecting--;
    if (this.#wanted > 0) this.#connect();
  }

  #talkNow(): void {
    const nowMs = performance.now();
    for (const client of this.#clients) {
      if (client.nextMs > nowMs || client.isWriting) continue;
      client.nextMs = nowMs + this.#everyMs;
      this.#sendTo(client);
    }
  }

  async #sendTo(client: DrivenClient): Promise<void> {
    const bytes = this.#reading ? this.#message : pile(this.#message);
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

  async #readFrom(client: DrivenClient): Promise<void> {
    if (client.isReading) return;
    client.isReading = true;
    try {
      while (this.#reading) {
        if (await client.conn.read(this.#scrap) === null) {
          this.#forget(client);
          break;
        }
      }
    } catch {
      this.#forget(client);
    }
    client.isReading = false;
  }

  #forget(client: DrivenClient): void {
    if (!this.#clients.delete(client)) return;
    client.conn.close();
  }
}

/** A message again and again. */
function pile(message: Uint8Array): Uint8Array {
  if (message.length === 0) return message;
  const bytes = new Uint8Array(Math.max(PILE_BYTES, message.length));
  for (let at = 0; at < bytes.length; at += message.length) {
    bytes.set(message.subarray(0, bytes.length - at), at);
  }
  return bytes;
}
