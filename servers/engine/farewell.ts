import type { Connection, Sockets } from "../sockets/interface.ts";

/** Deno 2.5 and later versions disagree on what it is. */
type Timer = ReturnType<typeof setTimeout>;

/** After how long without a byte a client counts as having nothing on its way any more. */
const QUIET_MS = 25;
/** For how long what is on its way is waited for, from a client that never pauses. */
const LAST_BYTES_MS = 250;
/** How long clients may take to read what they are owed, when the grace is over. */
const ABORT_MS = 1_500;

/** The end of a server: its clients finish, are told to, and are cut off, in this order. */
export class Farewell {
  readonly #sockets: Sockets;
  #timer: Timer | undefined = undefined;
  #dismissing = false;
  begun = false;

  constructor(sockets: Sockets) {
    this.#sockets = sockets;
  }

  /** Stops accepting. When called again, the new grace counts from then. */
  begin(graceMs: number): void {
    this.begun = true;
    this.#sockets.stopListening();
    if (this.#dismissing) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#dismissAll(), graceMs);
    this.#sockets.allClosed().then(() => clearTimeout(this.#timer));
  }

  /** Lets what clients have sent already arrive, so that it is answered, and then ends each. */
  #dismissAll(): void {
    this.#dismissing = true;
    const { connections } = this.#sockets;
    const lastBytesUntil = performance.now() + LAST_BYTES_MS;
    const activities = new Map<Connection, number>();
    const look = () => {
      for (const connection of connections) {
        const isQuiet = activities.get(connection) === connection.activity;
        if (isQuiet || performance.now() > lastBytesUntil) this.#sockets.finish(connection);
        activities.set(connection, connection.activity);
      }
      if (connections.size === 0) return;
      if (performance.now() < lastBytesUntil + QUIET_MS) this.#timer = setTimeout(look, QUIET_MS);
      else this.#timer = setTimeout(() => this.#abortAll(), ABORT_MS);
    };
    look();
  }

  #abortAll(): void {
    for (const connection of [...this.#sockets.connections]) this.#sockets.abort(connection);
  }
}

/**
 * Ends clients that neither sent nor took a byte for `idleTimeoutMs` (`Infinity`: never), and cuts off
 * who does not take what it is owed for as long again.
 *
 * @returns a function that ends the watch
 */
export function dismissIdle(sockets: Sockets, idleTimeoutMs: number): () => void {
  if (idleTimeoutMs === Infinity) return () => {};
  const seen = new Map<Connection, { activity: number; sinceMs: number }>();
  // Whoever was idle for the whole time is found at most a quarter of it later.
  const timer = setInterval(() => {
    const nowMs = performance.now();
    for (const connection of seen.keys()) {
      if (!sockets.connections.has(connection)) seen.delete(connection);
    }
    for (const connection of sockets.connections) {
      const { activity } = connection;
      const before = seen.get(connection);
      if (before?.activity !== activity) seen.set(connection, { activity, sinceMs: nowMs });
      else if (nowMs - before.sinceMs >= 2 * idleTimeoutMs) sockets.abort(connection);
      else if (nowMs - before.sinceMs >= idleTimeoutMs) sockets.finish(connection);
    }
  }, Math.max(10, idleTimeoutMs / 4));
  return () => clearInterval(timer);
}
