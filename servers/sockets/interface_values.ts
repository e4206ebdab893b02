/**
 * What there is of the socket interface when the program runs: its numbers and its errors. It is a module
 * of its own, since a thread that starts often needs these, and would load all of `interface.ts` for them.
 *
 * @module
 */

/**
 * What `tryRecv` and the like answer when they would have had to wait (`EAGAIN`, recv(2)), or when the
 * connection has moved so much since the last wait that it is the others' turn. The next wait reports it again.
 */
export const WOULD_BLOCK = -1;

/**
 * What `recv` gives when the client is to be sent something that it did not ask for. As after a signal,
 * `EINTR` of recv(2), nothing was received, and the next call goes on.
 */
export const INTERRUPTED = -2;

/**
 * The longest wait that a timer or a readiness call takes as a number, in milliseconds: they count in
 * 32 bits. What takes longer is waited for in pieces, the last of which finds it due.
 */
export const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Readiness bits with the values of epoll_ctl(2). */
export const EPOLLIN = 0x001;
export const EPOLLOUT = 0x004;
/** An error is pending; reported whether asked for or not. */
export const EPOLLERR = 0x008;
/** What poll(2) calls the same three. */
export const POLLIN = EPOLLIN;
export const POLLOUT = EPOLLOUT;
export const POLLERR = EPOLLERR;
/** Report a change once (edge-triggered) instead of as long as it lasts (level-triggered). */
export const EPOLLET = 0x8000_0000;
/** Report once and then nothing more, until {@linkcode InterestList.modify} asks again. */
export const EPOLLONESHOT = 0x4000_0000;

/** Of several lists that watch one listener, wake one instead of all: since Linux 4.5, epoll_ctl(2). */
export const EPOLLEXCLUSIVE = 0x1000_0000;

/** The server has something to do for the client, from accept and from each receipt on. */
export const SERVER_WORKS = 0;
/** The server waits for the client to send. */
export const CLIENT_SENDS = 1;
/** The server waits for the client to take its bytes, whatever the client sends meanwhile. */
export const CLIENT_TAKES = 2;
/** Whose turn it is. A client is idle only when the turn is the client's. */
export type Turn = typeof SERVER_WORKS | typeof CLIENT_SENDS | typeof CLIENT_TAKES;

/** What an observer may know of a connection. */
export interface Observed {
  readonly id: number;
  readonly peer: Address;
}

/**
 * Notes that a connection's socket takes no more, and that it is the client's turn now. The observer hears
 * of it once, however often the server tries: a loop that never waits tries all the time.
 *
 * @param connection whose turn it becomes the client's
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { UNOBSERVED } from "./observer.ts";
 * const connection = { id: 1, peer: { host: "127.0.0.1", port: 1 }, turn: SERVER_WORKS };
 * noteBlocked(connection, UNOBSERVED);
 * assertEquals(connection.turn, CLIENT_TAKES);
 * ```
 */
export function noteBlocked(
  connection: Observed & { turn: Turn },
  observer: { blocked(connection: Observed): void },
): void {
  if (connection.turn !== CLIENT_TAKES) observer.blocked(connection);
  connection.turn = CLIENT_TAKES;
}

/** An Internet address. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * `host:port`, with brackets around an IPv6 host.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(formatAddress({ host: "::1", port: 80 }), "[::1]:80");
 * ```
 */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A connection could not be made: the message says why. */
export class ConnectFailed extends Error {
  override readonly name = "ConnectFailed";
}

/** The client reset the connection (`ECONNRESET`, `EPIPE`): its fault, and not an end of stream. */
export class ConnectionReset extends Error {
  override readonly name = "ConnectionReset";
}

/**
 * The fault of a connection that the server has ended before its client had everything.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(cutOff().message, "closed by the server");
 * ```
 */
export function cutOff(): ConnectionReset {
  return new ConnectionReset("closed by the server");
}
