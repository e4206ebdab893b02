import type { Connection, Sockets } from "../sockets/interface.ts";

/** Deno 2.5 and later versions disagree on what it is. */
type Timer = ReturnType<typeof setTimeout>;

/** After how long without a byte a client counts as having nothing on its way any more. */
const QUIET_MS = 25;
/** For how long what is on its way is waited for, from a client that never pauses. */
const LAST_BYTES_MS = 250;
/** For how long those who were told to end are told again: one may just have begun to wait. */
const LAST_LOOKS_MS = 100;
/** How long clients may take to read what they are owed, when the grace is over. */
const ABORT_MS = 1_500;

/**
 * The clients of a server as those see them who end them: `Client` is a connection for who has it at
 * hand, and a descriptor for another thread.
 */
export interface Clients<Client> {
  /** Those that there are now. */
  all(): Iterable<Client>;
  /** Grows with every call that moved bytes; who it stays the same for is idle. */
  activity(client: Client): number;
  /** No more clients are accepted. */
  stopListening(): void;
  /** From now on the client's stream is at its end for us, after what has arrived. */
  finish(client: Client): void;
  /** Ends the client now; what it is still owed is lost. */
  abort(client: Client): void;
}

/** The clients of the thread that has them. */
export function clientsOf(sockets: Sockets): Clients<Connection> {
  return {
    all: () => sockets.connections,
    activity: (connection) => connection.activity,
    stopListening: () => sockets.stopListening(),
    finish: (connection) => sockets.finish(connection),
    abort: (connection) => sockets.abort(connection),
  };
}

/** The end of a server: its clients finish, are told to, and are cut off, in this order. */
export class Farewell<Client> {
  readonly #clients: Clients<Client>;
  #timer: Timer | undefined = undefined;
  #dismissing = false;
  begun = false;

  constructor(clients: Clients<Client>) {
    this.#clients = clients;
  }

  /** Stops accepting. When called again, the new grace counts from then. */
  begin(graceMs: number): void {
    this.begun = true;
    this.#clients.stopListening();
    if (this.#dismissing) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#dismissAll(), graceMs);
  }

  /** The last client is gone. */
  end(): void {
    this.#dismissing = true;
    clearTimeout(this.#timer);
  }

  /** Lets what clients have sent already arrive, so that it is answered, and then ends each. */
  #dismissAll(): void {
    this.#dismissing = true;
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
      } else this.#timer = setTimeout(() => this.#abortAll(), ABORT_MS);
    };
    look();
  }

  #abortAll(): void {
    for (const client of [...this.#clients.all()]) this.#clients.abort(client);
  }
}

/**
 * Ends clients that neither sent nor took a byte for `idleTimeoutMs` (`Infinity`: never), and cuts off
 * who does not take what it is owed for as long again.
 *
 * @returns a function that ends the watch
 */
export function dismissIdle<Client>(clients: Clients<Client>, idleTimeoutMs: number): () => void {
  if (idleTimeoutMs === Infinity) return () => {};
  let seen = new Map<Client, { activity: number; sinceMs: number }>();
  // Whoever was idle for the whole time is found at most a quarter of it later.
  const timer = setInterval(() => {
    const nowMs = performance.now();
    const present: typeof seen = new Map();
    for (const client of clients.all()) {
      const activity = clients.activity(client);
      const before = seen.get(client);
      const isSame = before?.activity === activity;
      const sinceMs = isSame ? before.sinceMs : nowMs;
      present.set(client, { activity, sinceMs });
      if (nowMs - sinceMs >= 2 * idleTimeoutMs) clients.abort(client);
      else if (nowMs - sinceMs >= idleTimeoutMs) clients.finish(client);
    }
    seen = present;
  }, Math.max(10, idleTimeoutMs / 4));
  return () => clearInterval(timer);
}
