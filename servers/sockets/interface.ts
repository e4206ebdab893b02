/**
 * The socket interface that every model is written against, in the words of BSD.
 *
 * A socket *kind* implements it: `deno` on `Deno.listen`, others on the system's own calls. Blocking
 * calls (`accept`, `recv`, `send`) return a value or a promise of it, so models `await` them. `try…`
 * calls answer at once. A readiness call is where an event loop waits.
 *
 * @module
 */

import type { Address, Turn, WOULD_BLOCK } from "./interface_values.ts";
import type { PollEntries, PollEntry } from "./poll_entries.ts";

export * from "./interface_values.ts";

/** Anything a readiness call can watch for reading. */
export interface Pollable {
  /** The word the log and the live view use for it. */
  readonly kind: "listener" | "connection" | "connecting" | "keyboard" | "mailbox";
}

/** The listening socket. */
export interface Listener extends Pollable {
  readonly kind: "listener";
  /** Where clients connect, with the port the system chose if 0 was asked for. */
  readonly address: Address;
  /** Waits for the next client; `null` once the server is stopping. */
  accept(): Connection | null | Promise<Connection | null>;
  /** The next client if one is waiting, otherwise `null`. */
  tryAccept(): Connection | null;
  /** Stops listening: clients that wait are refused, and no more are accepted. */
  close(): void;
}

/** What interrupts `recv`. */
export interface Interrupting {
  readonly isWaiting: boolean;
  /** Called when it has something and had nothing before. */
  onWaiting: () => void;
}

/** A connected client. */
export interface Connection extends Pollable {
  readonly kind: "connection";
  /** Counts from 1 in order of accept, and is never used again. */
  readonly id: number;
  readonly peer: Address;
  /** Grows with every call that moved bytes. */
  readonly activity: number;
  /**
   * Whether the server or the client has to act next. The calls of the socket keep it up to date. A loop
   * that waits for readiness makes no call once it has done its part, so it sets this itself.
   */
  turn: Turn;
  /** Whether bytes have arrived that the server has not received, as far as it can see. */
  readonly hasUnread: boolean;
  /**
   * Waits for bytes and stores them in `buffer`.
   *
   * @param buffer the same after {@linkcode INTERRUPTED} as before it
   * @returns how many bytes; 0 when the client sent its last; {@linkcode INTERRUPTED}
   * @throws {ConnectionReset} when the client reset the connection
   */
  recv(buffer: Uint8Array): number | Promise<number>;
  /** From now on `recv` is interrupted as long as there is something in the outbox. */
  interruptBy(outbox: Interrupting): void;
  /**
   * Waits until the socket took all of `bytes`.
   *
   * @throws {ConnectionReset} when the client is gone
   */
  send(bytes: Uint8Array): void | Promise<void>;
  /** What an error that a call on this connection threw means: {@linkcode ConnectionReset} or other. */
  explain(error: unknown): Error;
  /**
   * At most `sizeBytes` of what has arrived; nothing when the client sent its last, or
   * {@linkcode WOULD_BLOCK}. The bytes are a borrowed view, valid until the next call that receives or
   * waits, so that they need no copy on their way through. {@linkcode retain} makes it last longer.
   *
   * @throws {ConnectionReset} when the client reset the connection
   */
  tryRecv(sizeBytes: number): Uint8Array | typeof WOULD_BLOCK;
  /** Makes a view of {@linkcode tryRecv} last until {@linkcode release}. Copies it only if it must. */
  retain(bytes: Uint8Array): Uint8Array;
  /** Gives back what {@linkcode retain} returned, in the same order. */
  release(bytes: Uint8Array): void;
  /**
   * Sends as much of `bytes` as fits: how many, or {@linkcode WOULD_BLOCK} if none. What it took is
   * its own from then on, and `bytes` can be used again, unless they are a view of {@linkcode tryRecv}.
   */
  trySend(bytes: Uint8Array): number;
  /** Sends the end of the stream after what it took, `SHUT_WR` in shutdown(2). It can still receive. */
  shutdownWrite(): void;
  /** Ends the connection once what it took is sent. Closing twice is harmless. */
  close(): void;
  /** From now on `recv` reports the end of the stream. */
  finish(): void;
  /** As {@linkcode finish}, because the client was silent, which is reported. */
  dismiss(): void;
  /**
   * Ends the connection now; the server of its client closes it then. What it still holds is lost, so
   * where the system allows it, it ends with a reset: an end of stream would make a part look whole.
   */
  abort(): void;
}

/** A connection to a server in the making: writable once it is made or has failed. */
export interface Connecting extends Pollable {
  readonly kind: "connecting";
  /**
   * The connection; call it once this is writable. Its {@linkcode Connection.id} is negative, and no
   * observer hears of it, since it is no client of the server.
   *
   * @throws {ConnectFailed} when it could not be made
   */
  finish(): Connection;
  /** Gives up, if {@linkcode finish} was not called. */
  close(): void;
}

/** The terminal's keyboard as one of the things a loop watches. */
export interface Keyboard extends Pollable {
  readonly kind: "keyboard";
  /** A typed line, `null` at the end of standard input, or {@linkcode WOULD_BLOCK}. */
  tryReadLine(): string | null | typeof WOULD_BLOCK;
}

/** What a readiness call found. The arrays are good until the next call. */
export interface Ready<Watched extends Pollable = Pollable> {
  readable: Watched[];
  writable: Connection[];
}

/** One report of {@linkcode InterestList.wait}. */
export interface ReadyEvent<Watched extends Pollable = Pollable> {
  readonly target: Watched;
  /** Which of {@linkcode EPOLLIN}, {@linkcode EPOLLOUT} and {@linkcode EPOLLERR} hold. */
  events: number;
}

/** Sockets and what each is watched for, in a list that the system keeps, epoll(7). */
export interface InterestList<Watched extends Pollable = Pollable> {
  /** `EPOLL_CTL_ADD` */
  add(target: Watched, events: number): void;
  /** `EPOLL_CTL_MOD`; reports anew what already holds. */
  modify(target: Watched, events: number): void;
  /** `EPOLL_CTL_DEL`; a closed target leaves the list by itself. */
  remove(target: Watched): void;
  /**
   * Waits until something is ready or `timeoutMs` is over (`Infinity`: no limit). Of more than
   * {@linkcode LONGEST_WAIT_MS} it waits no longer than that, and finds nothing.
   *
   * @returns what is ready, in an array that is good until the next call
   */
  wait(timeoutMs: number): ReadyEvent<Watched>[] | Promise<ReadyEvent<Watched>[]>;
  /**
   * Waits until {@linkcode wait} would find something, or until `timeoutMs` are over, and lets the event
   * loop of the thread go on meanwhile. Where `wait` itself lets it go on, there is no such call.
   */
  waitAside?(timeoutMs: number): Promise<void>;
}

/** The connections of a thread that hold a descriptor. Some may leave, and others come, while it goes through them. */
export interface OpenConnections extends Iterable<Connection> {
  readonly size: number;
  has(connection: Connection): boolean;
}

/** A socket kind. */
export interface Sockets {
  listen(options: ListenOptions): Listener;
  /**
   * Begins to connect, connect(2) of a socket that does not block: once for each address of the host,
   * the next when the one before has failed. Looking up a name may block the thread.
   *
   * @throws {ConnectFailed} when there is no such host
   */
  connect(to: ConnectOptions): Iterable<Connecting>;
  keyboard(): Keyboard;
  /**
   * Waits until one of the sockets is ready or `timeoutMs` is over (`Infinity`: no limit), select(2).
   * Of more than {@linkcode LONGEST_WAIT_MS} it waits no longer than that, and finds nothing.
   *
   * Looks at every socket it is given, which is its cost.
   */
  select<Watched extends Pollable>(
    read: Iterable<Watched>,
    write: Iterable<Connection>,
    timeoutMs: number,
  ): Ready<Watched> | Promise<Ready<Watched>>;
  /** An empty array for {@linkcode poll}. */
  pollEntries<Watched extends Pollable>(): PollEntries<Watched>;
  /**
   * Waits until one of the sockets is ready or `timeoutMs` is over (`Infinity`: no limit), poll(2).
   * Of more than {@linkcode LONGEST_WAIT_MS} it waits no longer than that, and finds nothing.
   *
   * Looks at every entry, which is its cost. An error is found whether asked for or not.
   *
   * @param entries delete a socket's entry when you close the socket
   * @returns the entries whose `revents` are not 0, in an array that is good until the next call
   */
  poll<Watched extends Pollable>(
    entries: PollEntries<Watched>,
    timeoutMs: number,
  ): PollEntry<Watched>[] | Promise<PollEntry<Watched>[]>;
  epoll<Watched extends Pollable>(): InterestList<Watched>;
  /**
   * Waits until `recv` of `connection` would not block. For a caller that must not be caught in `recv`
   * when the server ends, because it sends at the same time.
   */
  readable(connection: Connection): Promise<void>;
  /** Ends the wait that is under way in this thread, if there is one: there is something else to do. */
  interruptWait(): void;
  /** Lets the system do its part between two rounds of a loop that never waits. */
  pause(ms: number): void | Promise<void>;
  /** What goes forward in milliseconds as `performance.now()` does, and takes less time, if there is such. */
  readonly clock?: { now(): number };
  /** True until {@linkcode stopListening} was called and the last connection has been closed. */
  readonly serving: boolean;
  /** Connections that hold a descriptor. */
  readonly connections: OpenConnections;
  /** Stops accepting; {@linkcode Listener.accept} answers `null` from now on. */
  stopListening(): void;
  /** Resets all connections, for a thread that ends without having served them. */
  abandon(): void | Promise<void>;
  /** Resolves when the last connection has given its descriptor back. */
  allClosed(): Promise<void>;
}

/** Where to listen. */
export interface ListenOptions {
  host: string;
  port: number;
  /** How many clients may wait to be accepted, listen(2). */
  backlog: number;
  /** Clients beyond this many are refused. */
  maxClients: number;
  /** The most that one `recv` will be asked for, in bytes. */
  recvSizeBytes: number;
  /** Clients whose descriptor is not below this are refused, since select(2) could not watch them. */
  descriptorsBelow: number;
  /** Whether several sockets of this server listen there, SO_REUSEPORT in socket(7). */
  reusePort?: boolean;
  /** A socket that listens already. On the system's sockets. */
  inherited?: InheritedListener;
}

/** A listening socket that another thread has opened. */
export interface InheritedListener {
  readonly descriptor: number;
  /** Whether other threads use it too, so that none of them closes it. */
  readonly isShared: boolean;
}

/** Where to connect to. */
export interface ConnectOptions extends Address {
  /** The most that one `recv` will be asked for, in bytes. */
  readonly recvSizeBytes: number;
}
