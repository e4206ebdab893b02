import { OffThreadPoll } from "../../system/off_thread_poll.ts";
import type { Session } from "../../handlers/session.ts";
import type { Connection } from "../../sockets/interface.ts";
import { LibcConnection } from "../../sockets/libc/connection.ts";

/** After how long a client that is waited for is looked at again. */
const LOOK_AGAIN_MS = 100;

/** The sessions of clients that are bound to a thread, and those to whom there is something to say unasked. */
export class LedSessions {
  readonly #sessions = new Map<Connection, Session>();
  readonly #addressed = new Set<LibcConnection>();

  /**
   * @param newSession begins the session of a client
   * @param interruptWait ends the wait of the thread
   */
  constructor(
    private readonly newSession: (client: Connection) => Session,
    private readonly interruptWait: () => void,
  ) {}

  /** The session of a client, which begins now if it has none. */
  of(client: Connection): Session {
    const known = this.#sessions.get(client);
    if (known !== undefined) return known;
    const session = this.newSession(client);
    this.#sessions.set(client, session);
    if (session.outbox !== undefined) session.outbox.onWaiting = () => this.#address(client);
    return session;
  }

  /** The client has been served. There may be something to say that came meanwhile. */
  served(client: Connection): void {
    if (this.#sessions.get(client)?.outbox?.isWaiting) this.#address(client);
  }

  /** The client is gone. */
  delete(client: Connection): void {
    this.#sessions.delete(client);
  }

  /** Takes out clients to whom there is something to say. */
  *addressed(): Generator<LibcConnection> {
    for (const client of this.#addressed) {
      this.#addressed.delete(client);
      yield client;
    }
  }

  #address(client: Connection): void {
    if (client instanceof LibcConnection) this.#addressed.add(client);
    this.interruptWait();
  }
}

/** Waits for one socket, while the thread waits for others. It is looked at again whether it is cut off. */
export async function waitAlone(fd: number, events: number): Promise<void> {
  await new OffThreadPoll().ready([[fd, events]], LOOK_AGAIN_MS);
}
