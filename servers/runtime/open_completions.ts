import { EventLoopTurns } from "../context/event_loop_turns.ts";
import type { CompletionQueue } from "../sockets/completions.ts";
import type { Sockets } from "../sockets/interface.ts";
import { LibcCompletionQueue } from "../sockets/libc/completion_queue.ts";

/**
 * Makes the completion queue of a server.
 *
 * @param turnsLoop whether the event loop of its JavaScript is to turn, for the timers of a handler
 * @throws {SystemCallError} when the system refuses
 */
export function openCompletions(sockets: Sockets, turnsLoop: boolean): CompletionQueue {
  const queue = new LibcCompletionQueue(sockets);
  return turnsLoop ? new EventLoopTurns().beforeEach(queue, "wait") : queue;
}
