/**
 * A client that a child process has to itself, and all that the child needs to serve it.
 *
 * @module
 */

import { WatchedSession } from "../../context/watched_session.ts";
import type { Session } from "../../handlers/session.ts";
import { Controls } from "../../metrics/controls.ts";
import { COUNTER, openCounters } from "../../metrics/counters.ts";
import { openMemory, type SharedMemory } from "../../metrics/memory.ts";
import { NOTHING_RARE, Recorder } from "../../metrics/recorder.ts";
import type { Address } from "../../sockets/interface.ts";
import { ReceiveBuffer } from "../../sockets/libc/connected_socket.ts";
import { cutSocketOff, LibcConnection } from "../../sockets/libc/connection.ts";
import { createDescriptorMemory, DescriptorTable } from "../../sockets/libc/descriptor_table.ts";
import { setTimeoutOf } from "../../sockets/libc/socket_options.ts";
import { ERRNO } from "../../system/system_call_error.ts";
import { MSG_DONTWAIT, SO_RCVTIMEO, SO_SNDTIMEO } from "../../system/system_calls.ts";
import { type SystemCalls, systemCalls } from "../../system/system_calls.ts";

const NOTHING = () => {};

/** A client, and the number of the child that serves it. Plain data. */
export interface NumberedClient {
  /** See `Connection.id`. */
  readonly id: number;
  readonly peer: Address;
  /** See `ListedChild.number`. */
  readonly number: number;
}

/** How a child serves its client. */
export interface OwnClientOptions {
  readonly recvSizeBytes: number;
  /** How long a client may be silent before it is ended; 0, `null` and `Infinity` mean for ever. */
  readonly idleTimeoutMs: number | null;
  readonly isWatched: boolean;
}

/** See the module. */
export class OwnClient {
  readonly connection: LibcConnection;
  readonly #recorder: Recorder;
  readonly #controls: Controls | undefined;
  readonly #id: number;

  /**
   * @param descriptor of the client's socket
   * @param memory where the child counts and traces
   */
  constructor(
    descriptor: number,
    { id, peer, number }: NumberedClient,
    { stats, trace, controls }: Record<"stats" | "trace" | "controls", SharedMemory>,
    { recvSizeBytes, idleTimeoutMs, isWatched }: OwnClientOptions,
  ) {
    this.#id = id;
    if (isWatched) this.#controls = new Controls(openMemory(controls));
    const counted = openMemory(stats);
    const observer = new ChildRecorder(
      ...[counted, openMemory(trace), NOTHING_RARE, number, number, this.#controls] as const,
    );
    this.#recorder = observer;
    observer.dispatched({ id, peer });
    const calls = systemCalls(openCounters(counted, number).subarray(COUNTER.systemCalls));
    if (idleTimeoutMs && idleTimeoutMs !== Infinity) {
      limitSilence(calls, descriptor, idleTimeoutMs);
    }
    const table = new DescriptorTable(createDescriptorMemory(descriptor + 1));
    table.add(descriptor);
    this.connection = new LibcConnection(
      {
        ...{ calls: interruptible(calls, table), observer, table },
        thread: 0, // there is but one
        turn: 0,
        wake: NOTHING,
        buffer: new ReceiveBuffer(recvSizeBytes),
        closing: NOTHING,
        released: NOTHING,
        linger: (connection, untilMs) => connection.waitForEnd(untilMs),
      },
      ...[descriptor, id, peer] as const,
    );
  }

  /** The session as the server's view controls it, if there is a view. */
  watched(session: Session): Session {
    if (this.#controls === undefined) return session;
    return new WatchedSession(session, this.#controls, this.#recorder, this.#id, true);
  }
}

/** Makes calls that wait for the client fail when it is silent or takes nothing. */
function limitSilence(calls: SystemCalls, fd: number, idleTimeoutMs: number): void {
  setTimeoutOf(calls, fd, SO_RCVTIMEO, idleTimeoutMs);
  setTimeoutOf(calls, fd, SO_SNDTIMEO, 2 * idleTimeoutMs); // as long again as one that is silent
}

/**
 * The system calls, with two additions. A `recv` that a signal interrupts, or that waits for too long,
 * ends the client after what has arrived. A `send` that waits for too long cuts the client off.
 */
function interruptible(calls: SystemCalls, table: DescriptorTable): SystemCalls {
  return {
    ...calls,
    recv(fd, buffer, sizeBytes, flags) {
      const count = calls.recv(fd, buffer, sizeBytes, flags);
      const isSilent = count === -ERRNO.EAGAIN && flags === 0;
      if (isSilent) table.dismiss(fd);
      if (isSilent || count === -ERRNO.EINTR) table.finish(fd);
      return isSilent ? -ERRNO.EINTR : count;
    },
    send(fd, bytes, sizeBytes, flags) {
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
