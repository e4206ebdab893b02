import { EchoTracker } from "./echo_tracker.ts";
import type { LoadClient } from "./load_client.ts";
import type { Measurements } from "./measurements.ts";
import type { FloodOptions } from "./options.ts";
import type { TimedTurns } from "./timed_turns.ts";
import { lossOf } from "./tally.ts";

const RECV_SIZE_BYTES = 65_536;

/** One connection of a flood: it sends, and checks what comes back, until the flood ends. */
export class LoadConnection {
  readonly #conn: Deno.TcpConn;
  readonly #options: FloodOptions;
  readonly #turns: TimedTurns | undefined;
  #settled: Promise<void> | undefined;
  readonly #flood: AbortSignal;
  /** What it has sent and got back. */
  readonly echoes: EchoTracker;
  #ended = false;
  /** Resolves when the connection is closed. */
  readonly #closed = Promise.withResolvers<void>();
  #onEcho: (() => void) | undefined = undefined;
  #endPause: (() => void) | undefined = undefined;

  /**
   * @param connectMs how long it took to open it
   * @param turns when a message is due on some connection, if all share a rate
   * @param settled the connection sends one message before it resolves, and others after that
   * @param flood aborts when the flood ends; the connection begins no message after that
   */
  constructor(
    conn: Deno.TcpConn,
    client: LoadClient,
    connectMs: number,
    options: FloodOptions,
    measurements: Measurements,
    turns: TimedTurns | undefined,
    settled: Promise<void> | undefined,
    flood: AbortSignal,
  ) {
    this.#conn = conn;
    this.#options = options;
    this.#turns = turns;
    this.#settled = settled;
    this.#flood = flood;
    this.echoes = new EchoTracker(client, connectMs, options, measurements);
  }

  /** Whether a message has come back: the server serves this connection. */
  get isServed(): boolean {
    return this.echoes.isServed;
  }

  /** Talks until the flood ends or the connection does, whose end is then counted. */
  async talk(): Promise<void> {
    const { echoes } = this;
    const receiving = this.#receive();
    try {
      // Up to Deno 2.5, closing a connection does not end a write that the server does not receive.
      await Promise.race([this.#send(), this.#closed.promise]);
      echoes.isLastSent = true;
      if (echoes.isOwed || !this.#options.wait) await this.#conn.closeWrite();
      else this.#close();
    } catch (error) {
      // A write also fails when this side closes, which is no loss.
      if (!this.#ended) echoes.lost(lossOf(error), performance.now());
      this.#close();
    }
    await receiving;
    this.#close();
  }

  /** The flood has ended: cuts a pause short, so that the end of the stream is sent now. */
  floodEnded(): void {
    this.#endPause?.();
  }

  /** Ends the connection without waiting any longer for what it is owed. */
  giveUp(): void {
    if (!this.#ended) this.echoes.givenUp();
    this.echoes.isLastSent = true;
    this.#close();
  }

  async #send(): Promise<void> {
    const { wait, thinkMs } = this.#options;
    const { echoes } = this;
    while (!this.#flood.aborted && !this.#ended && !echoes.isComplete) {
      const takesTurns = this.#turns !== undefined && this.#settled === undefined;
      const turnMs = takesTurns ? await this.#turn() : undefined;
      const { dueMs } = echoes;
      if (dueMs > 0 && dueMs > performance.now()) await this.#pause(dueMs - performance.now());
      if (this.#flood.aborted || this.#ended) {
        if (turnMs !== undefined) echoes.missedTurn();
        return;
      }
      const message = echoes.next(performance.now(), turnMs);
      for (let sent = 0; sent < message.length;) {
        sent += await this.#conn.write(message.subarray(sent));
      }
      if (this.#ended) return; // what was sent is counted already
      echoes.wasSent(message);
      if (wait) await this.#echo();
      if (this.#settled !== undefined && echoes.isServed) {
        await Promise.race([this.#settled, this.#closed.promise]);
        this.#settled = undefined;
      }
      if (thinkMs > 0 && !echoes.isComplete) await this.#pause(thinkMs);
    }
  }

  /**
   * Waits for its turn, but not beyond the end of the flood or of the connection.
   *
   * @returns since when the message is due
   */
  async #turn(): Promise<number | undefined> {
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    this.#endPause = () => {
      this.#turns?.leave(resolve);
      resolve(undefined);
    };
    this.#turns?.park(resolve);
    return await promise;
  }

  /** Resolves when all that was sent has come back, or the connection has ended. */
  async #echo(): Promise<void> {
    while (this.echoes.isOwed && !this.#ended) {
      await new Promise<void>((resolve) => this.#onEcho = resolve);
    }
  }

  async #receive(): Promise<void> {
    const buffer = new Uint8Array(RECV_SIZE_BYTES);
    const words = new Int32Array(buffer.buffer);
    try {
      for (let count; (count = await this.#conn.read(buffer)) !== null;) {
        this.echoes.took(buffer, words, count, performance.now(), this.#flood.aborted);
        if (this.echoes.isBroken) break;
        this.#onEcho?.();
      }
      if (this.echoes.isBroken) return this.#close();
      this.echoes.ended(performance.now());
    } catch (error) {
      if (!this.#ended) this.echoes.lost(lossOf(error), performance.now());
    }
    this.#close();
  }

  #close(): void {
    this.#ended = true;
    try {
      this.#conn.close();
    } catch {
      // It is closed already.
    }
    this.#closed.resolve();
    this.#onEcho?.();
    this.#endPause?.();
  }

  /**
   * Waits, but not beyond the end of the flood or of the connection. It adds no listener to the signal:
   * with thousands of connections, each listener that goes is searched for among all of them.
   */
  async #pause(ms: number): Promise<void> {
    if (this.#flood.aborted || this.#ended) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
