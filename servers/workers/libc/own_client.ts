/**
 * A client that a child process has to itself, and all that the child needs to serve it.
 *
 * @module
 */

import { ChildTable } from "../../context/child_table.ts";
import { WatchedSession } from "../../context/watched_session.ts";
import type { Session } from "../../handlers/session.ts";
import { Controls } from "../../metrics/controls.ts";
import { COUNTER, openCounters } from "../../metrics/counters.ts";
import { openMemory, type SharedMemory } from "../../metrics/memory.ts";
import { openProcessTrace } from "../../metrics/process_trace.ts";
import { NOTHING_RARE } from "../../metrics/rare_recorder.ts";
import { Recorder } from "../../metrics/recorder.ts";
import type { TraceWriter } from "../../metrics/trace.ts";
import type { Address } from "../../sockets/interface.ts";
import { ReceiveBuffer } from "../../sockets/libc/connected_socket.ts";
import { cutSocketOff, LibcConnection } from "../../sockets/libc/connection.ts";
import { createDescriptorMemory, DescriptorTable } from "../../sockets/libc/descriptor_table.ts";
import { setTimeoutOf } from "../../sockets/libc/socket_options.ts";
import { ERRNO } from "../../system/system_interface.ts";
import { MSG_DONTWAIT, SO_RCVTIMEO, SO_SNDTIMEO } from "../../system/system_calls.ts";
import { type SystemCalls, systemCalls } from "../../system/system_calls.ts";

import type { ConnectionContext } from "../../sockets/libc/connection_context.ts";

const NOTHING = () => {};

/** A client, and the number of the child that serves it. Plain data. */
export interface NumberedClient {
  /** See `Connection.id`. */
  readonly id: number;
  readonly peer: Address;
  /** See `ListedChild.number`. */
  readonly number: number;
}

/** How a child waits for its client that hears other things meanwhile. */
export type Waiting = Pick<ConnectionContext, "waitFor" | "interruptWait">;

/** How a child serves its client. */
export interface OwnClientOptions {
  readonly recvSizeBytes: number;
  /** How long a client may be silent before it is ended; 0, `null` and `Infinity` mean for ever. */
  readonly idleTimeoutMs: number | null;
  readonly isWatched: boolean;
}

/** The memory in which a child counts and traces, and is controlled. */
type OwnMemory = Readonly<Record<"stats" | "trace" | "controls" | "children", SharedMemory>>;

/** Where a child counts and traces. */
export interface Records {
  readonly stats: ArrayBufferLike;
  readonly trace: TraceWriter;
}

/**
 * What a child needs whoever its client is. A process that forks makes it once, and its children have
 * a copy.
 */
export class ClientServing {
  /** To receive into. */
  readonly buffer: Uint8Array;
  /** Where the server counts and traces. */
  readonly records: Records;
  readonly #controls: Controls | undefined;
  readonly #idleTimeoutMs: number;
  readonly #table: DescriptorTable;
  #number = 0;
  readonly #callCount = new Float64Array(1);
  readonly #calls: SystemCalls;
  readonly #receiveBuffer: ReceiveBuffer;
  readonly #waiting: Waiting | undefined;

  /**
   * @param maxDescriptor the highest that a client may have
   * @param waiting given when the child has something to hear while it waits for its client
   */
  constructor(
    memory: OwnMemory,
    options: OwnClientOptions,
    maxDescriptor: number,
    waiting?: Waiting,
  ) {
    this.#waiting = waiting;
    const { recvSizeBytes, idleTimeoutMs, isWatched } = options;
    this.buffer = new Uint8Array(recvSizeBytes);
    this.records = {
      stats: openMemory(memory.stats),
      trace: openProcessTrace(memory.trace),
    };
    if (isWatched) this.#controls = new Controls(openMemory(memory.controls));
    this.#idleTimeoutMs = idleTimeoutMs === Infinity ? 0 : idleTimeoutMs ?? 0;
    this.#table = new DescriptorTable(createDescriptorMemory(maxDescriptor + 1));
    const children = new ChildTable(openMemory(memory.children));
    this.#calls = interruptible(
      systemCalls(this.#callCount),
      this.#table,
      () => children.requestFor(this.#number) !== "none",
      waiting === undefined ? Infinity : this.#idleTimeoutMs || Infinity,
    );
    this.#receiveBuffer = new ReceiveBuffer(recvSizeBytes);
  }

  /**
   * @param descriptor of the client's socket
   * @param pid of this process
   * @param records where it counts and traces
   */
  begin(
    descriptor: number,
    { id, peer, number }: NumberedClient,
    pid: number,
    { stats, trace }: Records,
  ): OwnClient {
    this.#number = number;
    const controls = this.#controls;
    const observer = new ChildRecorder(stats, trace, NOTHING_RARE, number, number, controls);
    observer.dispatched({ id, peer }, number, pid);
    if (this.#idleTimeoutMs > 0) limitSilence(this.#calls, descriptor, this.#idleTimeoutMs);
    this.#table.add(descriptor);
    const connection = new LibcConnection(
      {
        ...{ calls: this.#calls, observer, table: this.#table, buffer: this.#receiveBuffer },
        thread: 0, // there is but one
        turn: 0,
        wake: NOTHING,
        interruptWait: () => this.#waiting?.interruptWait(),
        waitFor: this.#waiting?.waitFor,
        released: NOTHING,
        linger: (connection, untilMs) => connection.waitForEnd(untilMs),
      },
      ...[descriptor, id, peer] as const,
    );
    return {
      connection,
      watched: (session) =>
        controls === undefined
          ? session
          : new WatchedSession(session, controls, observer, id, true),
      end: () => {
        connection.close();
        openCounters(stats, number)[COUNTER.systemCalls] += this.#callCount[0];
        this.#callCount[0] = 0;
      },
    };
  }
}

/** See the module. */
export interface OwnClient {
  readonly connection: LibcConnection;
  /** The session as the server's view controls it, if there is a view. */
  watched(session: Session): Session;
  /** Closes the connection, and counts the system calls that the child has made. */
  end(): void;
}

/** Makes calls that wait for the client fail when it is silent or takes nothing. */
function limitSilence(calls: SystemCalls, fd: number, idleTimeoutMs: number): void {
  setTimeoutOf(calls, fd, SO_RCVTIMEO, idleTimeoutMs);
  setTimeoutOf(calls, fd, SO_SNDTIMEO, 2 * idleTimeoutMs); // as long again as one that is silent
}

/**
 * The system calls, with two additions. A `recv` that is interrupted because the client is to end, or
 * that waits for too long, ends the client after what has arrived. A `send` that waits for too long cuts
 * the client off.
 *
 * @param idleMs after how long without a byte a client is ended to whom `recv` does not wait
 */
function interruptible(
  calls: SystemCalls,
  table: DescriptorTable,
  isToEnd: () => boolean,
  idleMs: number,
): SystemCalls {
  // Asking for the time costs a tenth of what a message costs.
  const now = idleMs === Infinity ? () => 0 : () => performance.now();
  let movedAtMs = now();
  return {
    ...calls,
    recv(fd, buffer, sizeBytes, flags) {
      const count = calls.recv(fd, buffer, sizeBytes, flags);
      const isBlocking = flags === 0;
      if (count > 0) movedAtMs = now();
      const isSilent = count === -ERRNO.EAGAIN && (isBlocking || now() - movedAtMs > idleMs);
      if (isSilent) table.dismiss(fd);
      // With a timeout, SIGCONT interrupts it as well, signal(7).
      const wasInterrupted = count === -ERRNO.EINTR || count === -ERRNO.EAGAIN && !isBlocking;
      if (isSilent || wasInterrupted && isToEnd()) table.finish(fd);
      return isSilent && isBlocking ? -ERRNO.EINTR : count;
    },
    send(fd, bytes, sizeBytes, flags) {
      movedAtMs = now();
      const count = calls.send(fd, bytes, sizeBytes, flags);
      const isStuck = count === -ERRNO.EAGAIN && (flags & MSG_DONTWAIT) === 0;
      if (isStuck) table.finish(fd, () => cutSocketOff(calls, fd), false);
      return count;
    },
  };
}

/** Leaves it to the parent to report that the client is gone, since only the parent sees a crash. */
class ChildRecorder extends Recorder {
  override closed(): void {}
}
