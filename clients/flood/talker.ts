import { SendTimes } from "./send_times.ts";
import type { Measurements } from "./measurements.ts";
import { EchoCheck, Sequence } from "./messages.ts";
import type { FloodOptions } from "./options.ts";

const RECV_SIZE_BYTES = 65_536;

/** One connection of a flood: it sends, and checks what comes back, until the flood ends. */
export class Talker {
  readonly #conn: Deno.TcpConn;
  readonly #options: FloodOptions;
  readonly #measurements: Measurements;
  readonly #flood: AbortSignal;
  readonly #sequence: Sequence;
  readonly #check: EchoCheck;
  readonly #sendTimes: SendTimes;
  #sent = 0;
  /** Bytes that were sent, or are about to be, and have not come back yet. */
  #owedBytes = 0;
  #isServed = false;
  #lastSent = false;
  #ended = false;
  #onEcho: (() => void) | undefined = undefined;

  /** @param flood is aborted when the flood ends: no message is begun after that */
  constructor(
    conn: Deno.TcpConn,
    seed: number,
    options: FloodOptions,
    measurements: Measurements,
    flood: AbortSignal,
  ) {
    this.#conn = conn;
    this.#options = options;
    this.#measurements = measurements;
    this.#flood = flood;
    this.#sequence = new Sequence(options.repertoire, seed);
    this.#check = new EchoCheck(new Sequence(options.repertoire, seed));
    this.#sendTimes = new SendTimes(options.rate);
  }

  /** Whether a message has come back, which means that somebody serves this connection. */
  get isServed(): boolean {
    return this.#isServed;
  }

  /** Talks until the flood ends or the connection does, whose end is then counted. */
  async talk(): Promise<void> {
    const receiving = this.#receive();
    try {
      await this.#send();
      this.#lastSent = true;
      if (this.#isOwed || !this.#options.wait) await this.#conn.closeWrite();
      else this.#close();
    } catch {
      // Closing it ourselves makes a write fail too, and is no loss.
      if (!this.#ended) this.#countLost();
      this.#close();
    }
    await receiving;
    this.#close();
  }

  /** Ends the connection without waiting for what it is owed. */
  abandon(): void {
    this.#lastSent = true;
    this.#close();
  }

  get #isOwed(): boolean {
    return this.#check.messages < this.#sent;
  }

  async #send(): Promise<void> {
    const { wait, thinkMs } = this.#options;
    while (!this.#flood.aborted && !this.#ended) {
      const dueMs = this.#sendTimes.dueMs(this.#sent);
      if (dueMs > performance.now()) await this.#pause(dueMs - performance.now());
      if (this.#flood.aborted || this.#ended) return;
      const message = this.#sequence.next();
      this.#sendTimes.sent(this.#sent++);
      this.#owedBytes += message.length;
      for (let sent = 0; sent < message.length;) {
        sent += await this.#conn.write(message.subarray(sent));
      }
      this.#measurements.messagesSent++;
      this.#measurements.bytesSent += message.length;
      if (wait) await this.#echo();
      if (thinkMs > 0) await this.#pause(thinkMs);
    }
  }

  /** Resolves when all that was sent has come back, or nothing will any more. */
  async #echo(): Promise<void> {
    while (this.#isOwed && !this.#ended) {
      await new Promise<void>((resolve) => this.#onEcho = resolve);
    }
  }

  async #receive(): Promise<void> {
    const buffer = new Uint8Array(RECV_SIZE_BYTES);
    try {
      for (let count; (count = await this.#conn.read(buffer)) !== null;) {
        this.#took(buffer.subarray(0, count));
      }
      this.#countEnd();
    } catch {
      if (!this.#ended) this.#countLost();
    }
    this.#ended = true;
    this.#onEcho?.();
  }

  #took(chunk: Uint8Array): void {
    const measurements = this.#measurements;
    const wrongBefore = this.#check.wrongBytes;
    const nowMs = performance.now();
    this.#check.take(chunk, (index) => {
      measurements.messagesEchoed++;
      const sinceMs = this.#sendTimes.take(index);
      if (sinceMs !== undefined) measurements.roundTrips.record(nowMs - sinceMs);
    });
    measurements.bytesReceived += chunk.length;
    measurements.wrongBytes += this.#check.wrongBytes - wrongBefore;
    // What was never sent cannot come back, whatever it looks like.
    const unasked = Math.max(0, chunk.length - this.#owedBytes);
    measurements.wrongBytes += unasked;
    this.#owedBytes -= chunk.length - unasked;
    if (!this.#isServed && this.#check.messages > 0 && !this.#flood.aborted) {
      this.#isServed = true;
      measurements.served++;
    }
    this.#onEcho?.();
  }

  /** The server has sent its last byte: that is right only when nothing is owed to us any more. */
  #countEnd(): void {
    const nothingCame = this.#check.messages === 0 && !this.#check.isWithinMessage;
    if (this.#lastSent && nothingCame && !this.#options.wait) {
      // A server that only listens, and has listened to the end.
      this.#isServed = true;
      this.#measurements.served++;
    } else if (!this.#lastSent || this.#isOwed) {
      this.#countLost();
    }
  }

  #countLost(): void {
    this.#measurements.lost++;
    if (!this.#isServed) this.#measurements.lostUnserved++;
  }

  #close(): void {
    this.#ended = true;
    try {
      this.#conn.close();
    } catch {
      // It is closed already.
    }
    this.#onEcho?.();
  }

  /** Waits, but not beyond the end of the flood. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#flood.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#flood.addEventListener("abort", end);
    });
  }
}
