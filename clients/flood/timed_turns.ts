import { LONGEST_WAIT_MS } from "../../servers/sockets/interface.ts";
import type { Measurements } from "./measurements.ts";
import type { FloodOptions } from "./options.ts";
import { Turns } from "./turns.ts";

/** Receives when it is its turn, and since when the message is due. */
export type OnTurn = (dueMs: number) => void;

/** {@linkcode Turns} with a timer, for connections on Deno's own sockets. */
export class TimedTurns {
  readonly #turns: Turns<OnTurn>;
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  #hasEnded = false;
  /**
   * When messages fall due no more. The flood may notice its end late: that adds neither messages nor
   * time.
   */
  endMs = Infinity;

  constructor(options: FloodOptions) {
    this.#turns = new Turns(options, { thread: 0, threads: 1 });
  }

  /** Messages begin to fall due. */
  begin(nowMs: number): void {
    this.#turns.begin(nowMs);
    this.#give();
  }

  /** A connection is free: calls `onTurn` once, when a message is due and no other was free before. */
  park(onTurn: OnTurn): void {
    this.#turns.park(onTurn);
    if (this.#timer === undefined) this.#give();
  }

  /** The connection that parked with `onTurn` is closed. */
  leave(onTurn: OnTurn): void {
    this.#turns.leave(onTurn);
  }

  /** The flood has ended: counts what was due and could not be sent. */
  end(endMs: number, measurements: Measurements): void {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#turns.settle(endMs, measurements);
  }

  #nowMs(): number {
    return Math.min(performance.now(), this.endMs);
  }

  #give(): void {
    this.#timer = undefined;
    if (this.#hasEnded) return;
    for (let turn; (turn = this.#turns.next(this.#nowMs())) !== undefined;) {
      turn.connection(turn.dueMs);
    }
    const { dueMs } = this.#turns;
    if (dueMs > this.endMs || dueMs === Infinity) return;
    const pauseMs = Math.max(0, Math.min(LONGEST_WAIT_MS, dueMs - performance.now()));
    this.#timer = setTimeout(() => this.#give(), pauseMs);
  }
}
