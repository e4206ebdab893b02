import { readCounters } from "../shared_memory/stats.ts";
import { isIgnored } from "../sockets/signals.ts";
import { hasSystemCalls } from "../sockets/system_calls.ts";
import type { Supervision } from "./supervisor.ts";

/** How much longer than the grace an engine may take before it is ended from outside. */
const OVERDUE_MS = 4_000;

/** Brings a server to its end: kindly at first, at once when told twice, by force when overdue. */
export class Stop {
  readonly #supervision: Supervision;
  readonly #endClients: (graceMs: number) => void;
  readonly #stats: ArrayBufferLike;
  readonly #giveUp: () => void;
  readonly #onSignal = () => this.begin();
  // Windows knows no SIGTERM that a program could listen to. A terminal that is closed hangs up.
  readonly #signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  /** Who starts us with nohup(1) does not want us to stop when the terminal is closed. */
  readonly #onHangup = hasSystemCalls() && isIgnored("SIGHUP") ? () => {} : this.#onSignal;
  #begun = false;
  #overdue: ReturnType<typeof setTimeout> | undefined = undefined;

  /** To be made before anybody listens to a signal: the runtime then forgets what was ignored. */
  constructor(
    supervision: Supervision,
    endClients: (graceMs: number) => void,
    stats: ArrayBufferLike,
    giveUp: () => void,
  ) {
    this.#supervision = supervision;
    this.#endClients = endClients;
    this.#stats = stats;
    this.#giveUp = giveUp;
  }

  listenToSignals(): void {
    for (const signal of this.#signals) Deno.addSignalListener(signal, this.#listener(signal));
  }

  begin(): void {
    const graceMs = this.#begun ? 0 : this.#supervision.graceMs;
    const clients = readCounters(this.#stats).active;
    if (!this.#begun && clients > 0) this.#supervision.reporter.stopping(clients, graceMs);
    this.#begun = true;
    this.#endClients(graceMs);
    clearTimeout(this.#overdue);
    this.#overdue = setTimeout(() => {
      this.#supervision.reporter.cutOff(readCounters(this.#stats).active);
      this.#giveUp();
    }, graceMs + OVERDUE_MS);
  }

  end(): void {
    clearTimeout(this.#overdue);
    for (const signal of this.#signals) Deno.removeSignalListener(signal, this.#listener(signal));
  }

  /** What the runtime is not listened to for it takes as a request to exit, though it was ignored before. */
  #listener(signal: Deno.Signal): () => void {
    return signal === "SIGHUP" ? this.#onHangup : this.#onSignal;
  }
}
