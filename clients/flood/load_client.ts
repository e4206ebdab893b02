import type { EchoTracker, Turn } from "./echo_tracker.ts";
import type { FloodOptions } from "./options.ts";

/** How long a client pauses at least after a connection that failed. */
const RETRY_MS = 100;

/**
 * After which failures to connect a client tries again: local ports become free when the system forgets
 * the connections that were closed, tcp(7), and a server that was too busy may have time later.
 */
const PASSING: readonly string[] = ["EADDRNOTAVAIL", "ECONNRESET", "ECONNABORTED", "ETIMEDOUT"];

/**
 * One client of a flood. It opens one connection, or with `reconnectAfter` one after another, each as
 * soon as the last is closed; with a rate, when the next message is due.
 */
export class LoadClient implements Turn {
  readonly #options: FloodOptions;
  /** How many of its connections were opened, or could not be. */
  #tries = 0;
  #dueMs: number | undefined = undefined;

  /** @param index tells it from the other clients, from 0 on */
  constructor(readonly index: number, options: FloodOptions) {
    this.#options = options;
  }

  get seed(): number {
    return this.index + this.#tries * this.#options.conns;
  }

  /** Whether it has not tried to connect before. */
  get isNew(): boolean {
    return this.#tries === 0;
  }

  get dueMs(): number | undefined {
    return this.#dueMs;
  }

  /**
   * The present connection was closed before the end of the flood. Settles it, unless the client has no
   * other one, and what falls due from now on is sent nowhere.
   *
   * @returns when to open the next one, in milliseconds on the same clock; `Infinity`: never
   */
  afterConnection(echoes: EchoTracker, nowMs: number): number {
    const pauseMs = echoes.isFinished ? 0 : RETRY_MS;
    this.#dueMs = echoes.dueMs === 0 ? undefined : echoes.dueMs;
    const nextMs = this.#next(
      Math.max(nowMs + Math.max(pauseMs, this.#options.thinkMs), echoes.dueMs),
    );
    if (nextMs < Infinity || echoes.isFinished) echoes.settle(nowMs, nowMs, true);
    return nextMs;
  }

  /** As {@linkcode afterConnection}, after a connection that could not be opened for that reason. */
  afterRefusal(reason: string, nowMs: number): number {
    return PASSING.includes(reason) ? this.#next(nowMs + RETRY_MS) : Infinity;
  }

  #next(ms: number): number {
    const { reconnectAfter, connectionsEach } = this.#options;
    return reconnectAfter === Infinity || ++this.#tries >= connectionsEach ? Infinity : ms;
  }
}
