import { SHUT_WR, type SystemCalls } from "../../system/system_calls.ts";

/** Enough for the code to be compiled, and few enough for both directions of a socket to hold them. */
const MESSAGES = 100;
const MESSAGE = new TextEncoder().encode("1\n");

/**
 * Plays a client at one end of a pair of sockets: sends messages and ends its stream. A thread or a
 * process that serves the other end has compiled its code before its first real client comes; without
 * this, a hundred of them that get their clients at once would all begin with compiling.
 */
export function sendWarmUpMessages(calls: SystemCalls, socket: number): void {
  for (let i = 0; i < MESSAGES; i++) calls.send(socket, MESSAGE, MESSAGE.length, 0);
  calls.shutdown(socket, SHUT_WR);
}
