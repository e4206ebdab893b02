import { CLIENT_SENDS, SERVER_WORKS } from "../sockets/interface.ts";
import type { Connection, Sockets, Turn } from "../sockets/interface.ts";

/** Deno 2.5 and later versions disagree on what it is. */
type Timer = ReturnType<typeof setTimeout>;

/** After how long without a byte a client counts as having nothing on its way any more. */
const QUIET_MS = 25;
/** For how long what is on its way is waited for, from a client that never pauses. */
const LAST_BYTES_MS = 250;
/** For how long those who were told to end are told again: one may just have begun to wait. */
const LAST_LOOKS_MS = 100;
/** How long it may be until it is looked again whether a client is silent. */
const MOST_LOOK_MS = 60_000;
/** How long nothing may move, when the grace is over, until those who are left are cut off. */
const ABORT_MS = 1_500;
/** How often it is looked whether something does. */
const ABORT_LOOK_MS = 100;

/**
 * The clients of a server as those see them who end them: `Client` is a connection for who has it at
 * hand, and a descriptor for another thread.
 */
export interface Clients<Client> {
  /** Those that there are now. */
  all(): Iterable<Client>;
  /** Grows with every call that moved bytes. */
  activity(client: Client): number;
  /** Whose turn it is. */
  turn(client: Client): Turn;
  /** Whether bytes of the client wait to be received. */
  hasUnread(client: Client): boolean;
  /** No more clients are accepted. */
  stopListening(): void;
  /** From now on the client's stream is at its end for us, after what has arrived. */
  finish(client: Client): void;
  /** As {@linkcode finish}, because the client was silent, which is reported. */
  dismiss(client: Client): void;
  /** Ends the client now; what it is still owed is lost. */
  abort(client: Client): void;
}

/** The clients of the thread that has them. */
export function clientsOf(sockets: Sockets): Clients<Connection> {
  return {
    all: () => sockets.connections,
    activity: (connection) => connection.activity,
    turn: (connection) => connection.turn,
    hasUnread: (connection) => connection.hasUnread,
    stopListening: () => sockets.stopListening(),
    finish: (connection) => sockets.finish(connection),
    dismiss: (connection) => sockets.dismiss(connection),
    abort: (connection) => sockets.abort(connection),
  };
}

/** The end of a server: its clients finish, are told to, and are cut off, in this order. */
export class Farewell<Client> {
  readonly #clients: Clients<Client>;
  readonly #onCutOff: () => void;
  #timer: Timer | undefined = undefined;
  #dismissing = false;
  #hasCutOff = false;
  begun = false;

  /** @param onCutOff is called when all who were left have been cut off */
  constructor(clients: Clients<Client>, onCutOff: () => void = () => {}) {
    this.#clients = clients;
    this.#onCutOff = onCutOff;
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
      else this.#timer = setTimeout(look, ABORT_LOOK_MS);
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
    this.#timer = setTimeout(() => this.#abortAll(), QUIET_MS); // one may just have begun to wait
  }
}

/** What is known of a client that may be silent. */
interface Silence {
  readonly activity: number;
  readonly forMs: number;
}

/**
 * Ends clients that neither sent nor took a byte for `idleTimeoutMs` (0 or `Infinity`: never) while it
 * was their turn, and cuts off those that do not take what they are sent for as long again.
 *
 * @returns a function that ends the watch
 */
export function dismissIdle<Client>(clients: Clients<Client>, idleTimeoutMs: number): () => void {
  if (idleTimeoutMs === 0 || idleTimeoutMs === Infinity) return () => {};
  let seen = new Map<Client, Silence>();
  const lookMs = Math.min(Math.max(10, idleTimeoutMs / 4), MOST_LOOK_MS);
  let lookedAtMs = performance.now();
  // A client that was silent for the whole time is found at most a quarter of it later.
  const timer = setInterval(() => {
    const nowMs = performance.now();
    // A look that comes late was held up, maybe by the handler in this thread, and then nobody was
    // received from meanwhile: that is no silence of theirs.
    const passedMs = Math.min(nowMs - lookedAtMs, 2 * lookMs);
    lookedAtMs = nowMs;
    const present: typeof seen = new Map();
    for (const client of clients.all()) {
      const forMs = silenceOf(client, seen.get(client), passedMs);
      present.set(client, { activity: clients.activity(client), forMs });
      if (forMs < idleTimeoutMs) continue;
      // What it has sent is a sign of life, where it is received once its turn comes.
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
