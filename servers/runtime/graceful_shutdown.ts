import { CLIENT_SENDS, SERVER_WORKS } from "../sockets/interface.ts";
import type { Connection, Sockets } from "../sockets/interface.ts";
import type { ClosableClients } from "../context/closable_clients.ts";

/** A number or an object, depending on the version of Deno. */
type Timer = ReturnType<typeof setTimeout>;

/** After how long without a byte we take it that a client has nothing on its way. */
const QUIET_MS = 25;
/** How long we wait for bytes on their way from a client that never pauses. */
const LAST_BYTES_MS = 250;
/** How long clients are ended again and again: a thread may just have begun to wait. */
const LAST_LOOKS_MS = 100;
/** The longest time between two looks for silent clients. */
const MAX_POLL_INTERVAL_MS = 60_000;
/** How long nothing may move, when the grace is over, until those who are left are cut off. */
const ABORT_MS = 1_500;
/** How often it is checked whether something moves. */
const ABORT_POLL_INTERVAL_MS = 100;

/** The clients of this thread. */
export function clientsOf(sockets: Sockets): ClosableClients<Connection> {
  return {
    all: () => sockets.connections,
    activity: (connection) => connection.activity,
    turn: (connection) => connection.turn,
    hasUnread: (connection) => connection.hasUnread,
    stopListening: () => sockets.stopListening(),
    finish: (connection) => connection.finish(),
    dismiss: (connection) => connection.dismiss(),
    abort: (connection) => connection.abort(),
  };
}

/** The end of a server: clients may finish, then their streams are ended, and the rest is cut off. */
export class GracefulShutdown<Client> {
  readonly #clients: ClosableClients<Client>;
  readonly #onCutOff: () => void;
  #timer: Timer | undefined = undefined;
  #closingIdle = false;
  #hasCutOff = false;

  /** @param onCutOff called when all clients that were left have been cut off */
  constructor(clients: ClosableClients<Client>, onCutOff: () => void = () => {}) {
    this.#clients = clients;
    this.#onCutOff = onCutOff;
  }

  /** Stops accepting. Called again, it starts a new grace. */
  begin(graceMs: number): void {
    this.#clients.stopListening();
    if (this.#closingIdle) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#closeAll(), graceMs);
  }

  /** Ends the shutdown: the last client is gone. */
  end(): void {
    this.#closingIdle = true;
    clearTimeout(this.#timer);
  }

  /** Waits until what clients have sent has arrived, so that it is answered, and then ends each. */
  #closeAll(): void {
    this.#closingIdle = true;
    const lastBytesUntil = performance.now() + LAST_BYTES_MS;
    const activities = new Map<Client, number>();
    const look = () => {
      for (const client of this.#clients.all()) {
        const activity = this.#clients.activity(client);
        const isQuiet = activities.get(client) === activity;
        if (isQuiet || performance.now() > lastBytesUntil) this.#clients.finish(client);
        activities.set(client, activity);
      }
      if (performance.now() < lastBytesUntil + LAST_LOOKS_MS) {
        this.#timer = setTimeout(look, QUIET_MS);
      } else this.#abortWhenStill();
    };
    look();
  }

  /** Clients that read what they are owed, or leave one after another, are let be. */
  #abortWhenStill(): void {
    let [seen, sinceMs] = [this.#moved(), performance.now()];
    const look = () => {
      const moved = this.#moved();
      if (moved !== seen) [seen, sinceMs] = [moved, performance.now()];
      if (performance.now() - sinceMs >= ABORT_MS) this.#abortAll();
      else this.#timer = setTimeout(look, ABORT_POLL_INTERVAL_MS);
    };
    look();
  }

  /** Stays the same while no bytes are moved and nobody leaves. */
  #moved(): string {
    const clients = [...this.#clients.all()];
    const activities = clients.map((client) => this.#clients.activity(client));
    return `${clients.length} ${activities.reduce((sum, activity) => sum + activity, 0)}`;
  }

  #abortAll(): void {
    const clients = [...this.#clients.all()];
    for (const client of clients) this.#clients.abort(client);
    if (clients.length === 0) return;
    if (!this.#hasCutOff) this.#onCutOff();
    this.#hasCutOff = true;
    this.#timer = setTimeout(() => this.#abortAll(), QUIET_MS); // a thread may just have begun to wait
  }
}

/** How long a client has been silent. */
interface Silence {
  readonly activity: number;
  readonly forMs: number;
}

/**
 * Ends clients that neither sent nor took a byte for `idleTimeoutMs` while it was their turn, and after
 * the same time again cuts off those that still take nothing.
 *
 * @param idleTimeoutMs 0 and `Infinity` mean never
 *
 * @returns a function that ends the watch
 */
export function closeIdle<Client>(
  clients: ClosableClients<Client>,
  idleTimeoutMs: number,
): () => void {
  if (idleTimeoutMs === 0 || idleTimeoutMs === Infinity) return () => {};
  let seen = new Map<Client, Silence>();
  const lookMs = Math.min(Math.max(10, idleTimeoutMs / 4), MAX_POLL_INTERVAL_MS);
  let lookedAtMs = performance.now();
  // A client that was silent for the whole time is found at most a quarter of it later.
  const timer = setInterval(() => {
    const nowMs = performance.now();
    // When a look comes late, the handler may have held up this thread, and nothing was received
    // meanwhile. That does not count as silence.
    const passedMs = Math.min(nowMs - lookedAtMs, 2 * lookMs);
    lookedAtMs = nowMs;
    const present: typeof seen = new Map();
    for (const client of clients.all()) {
      const forMs = silenceOf(client, seen.get(client), passedMs);
      present.set(client, { activity: clients.activity(client), forMs });
      if (forMs < idleTimeoutMs) continue;
      // Bytes that wait to be received are a sign of life.
      if (clients.turn(client) === CLIENT_SENDS && clients.hasUnread(client)) {
        present.delete(client);
      } else if (forMs >= 2 * idleTimeoutMs) clients.abort(client);
      else clients.dismiss(client);
    }
    seen = present;
  }, lookMs);
  return () => clearInterval(timer);

  function silenceOf(client: Client, before: Silence | undefined, passedMs: number): number {
    if (before === undefined || clients.turn(client) === SERVER_WORKS) return 0;
    return before.activity === clients.activity(client) ? before.forMs + passedMs : 0;
  }
}
