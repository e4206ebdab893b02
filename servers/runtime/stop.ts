import { readCounters } from "../metrics/counters.ts";
import { isIgnored } from "../system/signals.ts";
import { hasSystemCalls } from "../system/system_calls.ts";
import type { Reporter } from "./reporter.ts";

/** How much longer than the grace a server may take that answers, and has clients. */
const OVERDUE_MS = 4_000;
/** The same for one that has nothing to do but end, or does not answer, and so cannot do anything. */
const DEAF_MS = 1_000;
/** How long a server may take to let go of clients that were cut off. */
const LET_GO_MS = 500;

/** How long the last lines may take after a signal. */
const LAST_WORDS_MS = 1_000;
/** The exit status of a program that a signal has ended, as a shell tells it of Ctrl-C. */
const INTERRUPTED = 130;

type Timer = ReturnType<typeof setTimeout>;

/** What is brought to its end. */
export interface Stoppable {
  /** Whether it can have clients already. */
  readonly isListening: boolean;
  /** Whether it says that it has heard of its end, and is to be {@linkcode Stop.heard}. */
  readonly answers: boolean;
  endClients(graceMs: number): void;
  /** Ends it by force. */
  giveUp(): void;
}

/** Brings a server to its end: kindly at first, sooner when told twice, by force when overdue. */
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
  /** Who starts us with nohup(1) does not want us to stop when the terminal is closed. */
  readonly #onHangup = hasSystemCalls() && isIgnored("SIGHUP") ? () => {} : this.#onSignal;
  #timesTold = 0;
  #isOver = false;
  #overdue: Timer | undefined = undefined;
  #deaf: Timer | undefined = undefined;

  /** To be made before anybody listens to a signal: the runtime then forgets what was ignored. */
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
    // While it starts it has nobody to be kind to, and may be stuck in what it loads.
    if (!this.#server.isListening) return this.#server.giveUp();
    const timesTold = ++this.#timesTold;
    if (timesTold > 2) return this.#force();
    const clients = readCounters(this.#stats).active;
    const graceMs = timesTold > 1 ? 0 : this.#graceMs;
    if (timesTold === 1 && clients > 0) this.#reporter.stopping(clients, graceMs);
    this.#server.endClients(graceMs);
    this.#overdue = this.#forceIn(graceMs + OVERDUE_MS, this.#overdue);
    clearTimeout(this.#deaf);
    if (clients === 0) this.#deaf = setTimeout(() => this.#forceIfEmpty(), DEAF_MS);
    else if (this.#server.answers) this.#deaf = this.#forceIn(graceMs + DEAF_MS, undefined);
  }

  /** The server has heard that it is to stop, and does what it can. */
  heard(): void {
    if (readCounters(this.#stats).active > 0) clearTimeout(this.#deaf);
  }

  /** All clients that were left have been cut off. */
  clientsAreCutOff(): void {
    this.#overdue = this.#forceIn(LET_GO_MS, this.#overdue);
  }

  /** The server has ended. What is still to be said is not cut short by a signal, nor waited for long. */
  end(): void {
    clearTimeout(this.#overdue);
    clearTimeout(this.#deaf);
    this.#isOver = true;
  }

  /** What the runtime is not listened to for it takes as a request to exit, though it was ignored before. */
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
