import type { Turn } from "../sockets/interface.ts";

/**
 * The clients of a server, for the code that ends them. `Client` is a connection in the thread that has
 * it, a descriptor in another thread, and a child process in the parent.
 */
export interface ClosableClients<Client> {
  /** Those that are there now. */
  all(): Iterable<Client>;
  /** A number that grows with every call that moved bytes. */
  activity(client: Client): number;
  /** Whose turn it is. */
  turn(client: Client): Turn;
  /** Whether bytes of the client wait to be received. */
  hasUnread(client: Client): boolean;
  /** Accepts no more clients. */
  stopListening(): void;
  /** Ends the client's stream for the server, after what has arrived. */
  finish(client: Client): void;
  /** Does the same because the client was silent, and reports that. */
  dismiss(client: Client): void;
  /** Ends the client now; what the server still owes it is lost. */
  abort(client: Client): void;
}
