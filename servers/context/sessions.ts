import type { Rooms } from "../handlers/rooms.ts";
import type { CloseReason, Handler, HandlerClient, Session } from "../handlers/session.ts";
import type { Connection } from "../sockets/interface.ts";
import { ConnectionReset } from "../sockets/interface_values.ts";

/** A client's connection as its session needs it. */
export interface SessionConnection
  extends Pick<HandlerClient, "id" | "peer">, Pick<Connection, "interruptBy" | "explain"> {
  close(): void;
  /** Ends the connection now. */
  abort(): void;
}

/**
 * Begins the sessions of clients, and connects each with its client's connection: what is to be sent
 * unasked interrupts `recv`, a client that does not read is let go, and the session hears when the
 * connection is closed, and why.
 */
export class Sessions<Client extends SessionConnection = Connection> {
  readonly #handler: Handler;
  readonly #report: (connection: Client, error: unknown) => void;
  /** Why connections will be closed whose sessions want to know. */
  #reasons: Map<number, CloseReason> | undefined = undefined;

  /**
   * @param rooms where the clients meet; without them, the handler is one that needs none
   * @param report reports why a client was let go
   */
  constructor(
    handler: Handler,
    private readonly rooms: Rooms | undefined,
    report: (connection: Client, error: unknown) => void,
  ) {
    this.#handler = handler;
    this.#report = report;
  }

  /** @returns the session; when the handler cannot begin one, one that fails at the first bytes */
  begin(connection: Client): Session {
    const session = this.#make(connection);
    const { outbox } = session;
    if (outbox !== undefined) {
      connection.interruptBy(outbox);
      outbox.onFull = (limitBytes) => {
        this.failed(connection, new Error(`it has not read ${limitBytes} bytes`));
        connection.abort();
      };
    }
    if (session.onClose !== undefined) this.#tellWhenClosed(connection, session);
    return session;
  }

  /** The client is let go because of `error`. */
  failed(connection: Client, error: unknown): void {
    if (this.#reasons?.has(connection.id)) {
      const isReset = connection.explain(error) instanceof ConnectionReset;
      this.#reasons.set(connection.id, isReset ? "reset" : "failed");
    }
    this.#report(connection, error);
  }

  #make(connection: Client): Session {
    try {
      return this.#handler(new SessionClient(connection, this.rooms));
    } catch (error) {
      return {
        onData() {
          throw error;
        },
      };
    }
  }

  #tellWhenClosed(connection: Client, session: Session): void {
    const { id } = connection;
    const close = connection.close.bind(connection);
    const reasons = this.#reasons ??= new Map();
    reasons.set(id, "end");
    connection.close = () => {
      connection.close = close;
      close();
      const reason = reasons.get(id) ?? "end";
      reasons.delete(id);
      try {
        session.onClose?.(reason);
      } catch (error) {
        this.#report(connection, error);
      }
    };
  }
}

/** A client as its handler sees it. */
class SessionClient implements HandlerClient {
  readonly id: number;
  readonly peer: HandlerClient["peer"];
  readonly #rooms: Rooms | undefined;

  constructor({ id, peer }: Pick<HandlerClient, "id" | "peer">, rooms: Rooms | undefined) {
    this.id = id;
    this.peer = peer;
    this.#rooms = rooms;
  }

  get rooms(): Rooms {
    if (this.#rooms === undefined) throw new Error("this handler was not to meet other clients");
    return this.#rooms;
  }
}
