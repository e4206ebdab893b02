import { readCounters } from "../metrics/counter_totals.ts";
import { isIgnored } from "../system/signals.ts";
import { hasSystemCalls } from "../system/system_calls.ts";
import type { Reporter } from "./reporter.ts";

/** How much longer than the grace a server may take that has clients and has answered. */
const OVERDUE_MS = 4_000;
/** The same for a server without clients, and for one that does not answer and so can do nothing. */
const DEAF_MS = 1_000;
/** How long a server may take to let go of clients that were cut off. */
const LET_GO_MS = 500;

/** How long the last lines may take after a signal. */
const LAST_WORDS_MS = 1_000;
/** The exit status that a shell gives for a program that Ctrl-C has ended. */
const INTERRUPTED = 130;

type Timer = ReturnType<typeof setTimeout>;

/** A server, for the code that stops it. */
export interface Stoppable {
  /** Whether it listens, so that it may have clients. */
  readonly isListening: boolean;
  /** Whether it confirms that it has received the stop, see {@linkcode Stop.heard}. */
  readonly answers: boolean;
  endClients(graceMs: number): void;
  /** Ends it by force. */
  giveUp(): void;
}

/** Stops a server: with a grace at first, without one at the second signal, by force when overdue. */
export class Stop {
  readonly #graceMs: number;
  readonly #reporter: Pick<Reporter, "stopping" | "cutOff">;
  readonly #server: Stoppable;
  readonly #stats: ArrayBufferLike;
  readonly #onSignal = () => this.begin();
  // Windows knows no SIGTERM that a program could listen to. A terminal that is closed hangs up.
  readonly #signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  /** Under nohup(1) the server goes on when the terminal is closed. */
  readonly #onHangup = hasSystemCalls() && isIgnored("SIGHUP") ? () => {} : this.#onSignal;
  #signalCount = 0;
  #isOver = false;
  #overdue: Timer | undefined = undefined;
  #deaf: Timer | undefined = undefined;

  /** Make it before anything listens to a signal: the runtime then forgets which were ignored. */
  constructor(
    server: Stoppable,
    stats: ArrayBufferLike,
    { graceMs, reporter }: {
      readonly graceMs: number;
      readonly reporter: Pick<Reporter, "stopping" | "cutOff">;
    },
  ) {
    this.#server = server;
    this.#graceMs = graceMs;
    this.#reporter = reporter;
    this.#stats = stats;
  }

  listenToSignals(): void {
    for (const signal of this.#signals) Deno.addSignalListener(signal, this.#listener(signal));
  }

  begin(): void {
    if (this.#isOver) return void setTimeout(() => Deno.exit(INTERRUPTED), LAST_WORDS_MS);
    // While it starts it has no clients, and may be stuck in a handler that it loads.
    if (!this.#server.isListening) return this.#server.giveUp();
    const signalCount = ++this.#signalCount;
    if (signalCount > 2) return this.#force();
    const clients = readCounters(this.#stats).active;
    const graceMs = signalCount > 1 ? 0 : this.#graceMs;
    if (signalCount === 1 && clients > 0) this.#reporter.stopping(clients, graceMs);
    this.#server.endClients(graceMs);
    this.#overdue = this.#forceIn(graceMs + OVERDUE_MS, this.#overdue);
    clearTimeout(this.#deaf);
    if (clients === 0) this.#deaf = setTimeout(() => this.#forceIfEmpty(), DEAF_MS);
    else if (this.#server.answers) this.#deaf = this.#forceIn(graceMs + DEAF_MS, undefined);
  }

  /** The server has received the stop, and does what it can. */
  heard(): void {
    if (readCounters(this.#stats).active > 0) clearTimeout(this.#deaf);
  }

  /** The clients that were left have been cut off. */
  clientsAreCutOff(): void {
    this.#overdue = this.#forceIn(LET_GO_MS, this.#overdue);
  }

  /** The server has ended. From now on a signal leaves the last lines a moment to be printed. */
  end(): void {
    clearTimeout(this.#overdue);
    clearTimeout(this.#deaf);
    this.#isOver = true;
  }

  /** A signal without a listener would end the process, even one that was ignored at its start. */
  #listener(signal: Deno.Signal): () => void {
    return signal === "SIGHUP" ? this.#onHangup : this.#onSignal;
  }

  #forceIn(ms: number, instead: Timer | undefined): Timer {
    clearTimeout(instead);
    return setTimeout(() => this.#force(), ms);
  }

  /** A client may have come since. */
  #forceIfEmpty(): void {
    if (readCounters(this.#stats).active === 0) this.#force();
  }

  #force(): void {
    const clients = readCounters(this.#stats).active;
    if (clients > 0) this.#reporter.cutOff(clients);
    this.#server.giveUp();
  }
}
