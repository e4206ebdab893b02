import type { ClosableClients } from "../context/closable_clients.ts";
import { closeIdle, GracefulShutdown } from "./graceful_shutdown.ts";

/** What the supervisor does with clients that the server cannot end by itself. */
export interface ClientWatch {
  readonly shutdown: { begin(graceMs: number): void; end(): void };
  stopClosingIdle(): void;
}

/**
 * Ends clients from this thread: a server that blocks in the system's calls cannot be told to do it,
 * and does not have the connections of child processes.
 *
 * @param idleTimeoutMs see {@linkcode closeIdle}
 * @param onCutOff see {@linkcode GracefulShutdown}
 */
export function watchClients<Client>(
  clients: ClosableClients<Client>,
  idleTimeoutMs: number,
  onCutOff: () => void,
): ClientWatch {
  const shutdown = new GracefulShutdown(clients, onCutOff);
  return { shutdown, stopClosingIdle: closeIdle(clients, idleTimeoutMs) };
}
