import type { CompletionQueue } from "../sockets/completions.ts";
import type { Sockets } from "../sockets/interface.ts";
import { LibcCompletionQueue } from "../sockets/libc/completion_queue.ts";

/**
 * Makes the completion queue of a server.
 *
 * @throws {SystemCallError} when the system refuses
 */
export function openCompletions(sockets: Sockets): CompletionQueue {
  return new LibcCompletionQueue(sockets);
}
