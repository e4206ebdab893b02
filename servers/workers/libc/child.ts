/**
 * A child that has its client's socket: the blocking server's code, on standard input.
 *
 * @module
 */

import { setFlagsFromString } from "node:v8";
import { makeHandler } from "../../handlers/handlers.ts";
import type { Session } from "../../handlers/session.ts";
import { serveClient } from "../../blocking.ts";
import { openProcessMemory } from "../../metrics/process_memory.ts";
import { NOTHING_RARE, Recorder } from "../../metrics/recorder.ts";
import { Controls } from "../../metrics/controls.ts";
import { COUNTER, openCounters, statsBytes } from "../../metrics/counters.ts";
import { TRACE_BYTES } from "../../metrics/trace.ts";
import { duplicate, receiveDescriptor } from "../../system/descriptor_passing.ts";
import { sendDescriptor, socketPair } from "../../system/descriptor_passing.ts";
import { createDescriptorMemory, DescriptorTable } from "../../sockets/libc/descriptor_table.ts";
import { ConnectionReset } from "../../sockets/interface.ts";
import { endWithParent, interruptBy } from "../../sockets/libc/interruption.ts";
import { ReceiveBuffer } from "../../sockets/libc/connected_socket.ts";
import { cutSocketOff, LibcConnection } from "../../sockets/libc/connection.ts";
import { setTimeoutOf } from "../../sockets/libc/socket_options.ts";
import { ERRNO } from "../../system/system_call_error.ts";
import { MSG_DONTWAIT, SO_RCVTIMEO, SO_SNDTIMEO } from "../../system/system_calls.ts";
import { type SystemCalls, systemCalls } from "../../system/system_calls.ts";
import { CHILD_DESCRIPTORS, type ChildClient, FINISH_SIGNAL } from "../child_protocol.ts";
import { workerOf } from "../../context/child_limit.ts";
import { type InheritedOptions, READY_BYTE, RECEIVED_BYTE } from "../child_protocol.ts";
import { EventLoopTurns } from "../../context/event_loop_turns.ts";
import { sendWarmUpMessages } from "./warm_up.ts";
import { WatchedSession } from "../../context/watched_session.ts";

/** After how many calls V8 optimizes a function: ten times less than usual. */
const OPTIMIZE_EARLY = "--invocation-count-for-turbofan=300";
/** After this many clients V8 has optimized what it can. */
const WARM_UP_CLIENTS = 10;
const NOTHING = () => {};

/** How a child serves. */
export interface ChildService {
  readonly recvSizeBytes: number;
  /** How long a client may be silent before it is ended; 0 and `null` mean for ever. */
  readonly idleTimeoutMs: number | null;
  /** Whether the handler comes from a file; its code may use timers and promises. */
  readonly isHandlerFile: boolean;
  sleep(ms: number): void;
}

/**
 * Serves the client that this process inherited, or the one that its parent sends.
 *
 * @throws what the handler throws, and {@linkcode SystemCallError}
 */
export async function serveInherited(
  options: InheritedOptions,
  session: Session,
  { recvSizeBytes, idleTimeoutMs, isHandlerFile, sleep }: ChildService,
): Promise<void> {
  const { memory } = CHILD_DESCRIPTORS;
  setFlagsFromString(OPTIMIZE_EARLY);
  endWithParent();
  if (Deno.ppid !== options.parentPid) return; // the parent had ended before that
  interruptBy(FINISH_SIGNAL);
  const shared = openProcessMemory(memory, options.blocks);
  // Opening the library takes a millisecond or two, so it is done before there is a client to wait.
  const callCount = new Float64Array(1);
  const calls = systemCalls(callCount);
  if (options.client === null) await warmUp(calls, recvSizeBytes, sleep);
  const client = options.client ?? receiveClient(calls);
  if (client === null) return;

  const controls = options.isWatched ? new Controls(shared.controls) : undefined;
  const { stats, trace } = shared;
  const number = workerOf(client.block);
  const observer = new ChildRecorder(stats, trace, NOTHING_RARE, client.block, number, controls);
  observer.dispatched(client);
  if (idleTimeoutMs) limitSilence(calls, CHILD_DESCRIPTORS.input, idleTimeoutMs);
  const connection = makeConnection(
    calls,
    observer,
    CHILD_DESCRIPTORS.input,
    client,
    recvSizeBytes,
  );
  try {
    const seen = controls === undefined
      ? session
      : new WatchedSession(session, controls, observer, client.id, true);
    if (isHandlerFile) new EventLoopTurns().beforeRecv(connection);
    await serveClient(connection, seen, new Uint8Array(recvSizeBytes), sleep);
  } catch (error) {
    if (!(error instanceof ConnectionReset)) throw error;
  } finally {
    connection.close();
    openCounters(shared.stats, client.block)[COUNTER.systemCalls] += callCount[0];
  }
}

/** Blocks until the parent sends a client. @returns `null` when there will be none */
function receiveClient(calls: SystemCalls): ChildClient | null {
  const { input, output } = CHILD_DESCRIPTORS;
  calls.write(input, Uint8Array.of(READY_BYTE), 1);
  const received = receiveDescriptor(input);
  if (received === null) return null;
  calls.write(input, Uint8Array.of(RECEIVED_BYTE), 1);
  duplicate(received.descriptor, input);
  duplicate(received.descriptor, output);
  calls.close(received.descriptor);
  return JSON.parse(received.text);
}

/**
 * Serves clients that it plays itself, so that the code is optimized when the real client comes. Without
 * this, a process that has only one client would be slow for much of its life.
 */
async function warmUp(
  calls: SystemCalls,
  recvSizeBytes: number,
  sleep: (ms: number) => void,
): Promise<void> {
  const stats = new ArrayBuffer(statsBytes(1));
  const observer = new ChildRecorder(stats, new ArrayBuffer(TRACE_BYTES), NOTHING_RARE);
  const echo = await makeHandler({ name: "echo", sleepMs: 0, cpuMs: 0 });
  const nobody: ChildClient = { id: 0, peer: { host: "", port: 0 }, block: 0 };
  for (let client = 0; client < WARM_UP_CLIENTS; client++) {
    const [near, far] = socketPair();
    sendDescriptor(far, near, JSON.stringify(nobody)); // as a client comes
    const received = receiveDescriptor(near);
    if (received === null) return;
    sendWarmUpMessages(calls, far); // all of them are there before the first recv, so nothing blocks
    const who: ChildClient = JSON.parse(received.text);
    const connection = makeConnection(calls, observer, received.descriptor, who, recvSizeBytes);
    await serveClient(connection, echo(), new Uint8Array(recvSizeBytes), sleep);
    connection.close();
    calls.close(near);
    calls.close(far);
  }
}

function makeConnection(
  calls: SystemCalls,
  observer: Recorder,
  fd: number,
  { id, peer }: Pick<ChildClient, "id" | "peer">,
  recvSizeBytes: number,
): LibcConnection {
  const table = new DescriptorTable(createDescriptorMemory(fd + 1));
  table.add(fd);
  const buffer = new ReceiveBuffer(recvSizeBytes);
  return new LibcConnection(
    {
      calls: interruptible(calls, table),
      observer,
      table,
      thread: 0, // there is but one
      turn: 0,
      wake: NOTHING,
      buffer,
      released: NOTHING,
      linger: (connection, untilMs) => connection.waitForEnd(untilMs),
    },
    fd,
    id,
    peer,
  );
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
