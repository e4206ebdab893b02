/**
 * A child that has its client's socket: the blocking server's code, on standard input.
 *
 * @module
 */

import { setFlagsFromString } from "node:v8";
import type { Session } from "../handlers/session.ts";
import { serveClient } from "../blocking.ts";
import { openProcessMemory } from "../shared_memory/process_memory.ts";
import { Recorder } from "../shared_memory/recorder.ts";
import { COUNTER, openCounters } from "../shared_memory/stats.ts";
import { duplicate, receiveDescriptor } from "../sockets/descriptor_passing.ts";
import { createDescriptorMemory, DescriptorTable } from "../sockets/descriptor_table.ts";
import { ConnectionReset } from "../sockets/interface.ts";
import { endWithParent, interruptBy } from "../sockets/interruption.ts";
import { LibcConnection } from "../sockets/libc_connection.ts";
import { ERRNO } from "../sockets/system_call_error.ts";
import { SHUT_RD, type SystemCalls, systemCalls } from "../sockets/system_calls.ts";
import { CHILD_DESCRIPTORS, type ChildClient, FINISH_SIGNAL } from "./child_protocol.ts";
import { type InheritedOptions, READY_BYTE, RECEIVED_BYTE } from "./child_protocol.ts";

/**
 * After how many calls V8 optimizes a function, ten times less than usual: a process of many spends its
 * whole short life before that otherwise, at twice the CPU time for a message.
 */
const OPTIMIZE_EARLY = "--invocation-count-for-turbofan=300";
const NOTHING = () => {};

/**
 * Serves the client that this process has or is sent.
 *
 * @throws what the handler throws, and {@linkcode SystemCallError}
 */
export async function serveInherited(
  options: InheritedOptions,
  session: Session,
  recvSizeBytes: number,
  sleep: (ms: number) => void,
): Promise<void> {
  const { memory } = CHILD_DESCRIPTORS;
  setFlagsFromString(OPTIMIZE_EARLY);
  endWithParent();
  if (Deno.ppid !== options.parentPid) return; // it had ended before that
  interruptBy(FINISH_SIGNAL);
  const shared = openProcessMemory(memory, options.blocks);
  const client = options.client ?? receiveClient();
  if (client === null) return;

  const observer = new ChildRecorder(shared.stats, shared.trace, {
    beganToWait: NOTHING,
    outOfDescriptors: NOTHING,
    beyondFdSetSize: NOTHING,
    acceptFailed: NOTHING,
  }, client.block);
  const calls = systemCalls(openCounters(shared.stats, client.block).subarray(COUNTER.systemCalls));
  const connection = makeConnection(calls, observer, client, recvSizeBytes);
  try {
    await serveClient(connection, session, new Uint8Array(recvSizeBytes), sleep);
  } catch (error) {
    if (!(error instanceof ConnectionReset)) throw error;
  } finally {
    connection.close();
  }
}

/** Blocks until the parent sends a client. @returns `null` when it has none any more */
function receiveClient(): ChildClient | null {
  const { input, output } = CHILD_DESCRIPTORS;
  const calls = systemCalls();
  calls.write(input, Uint8Array.of(READY_BYTE), 1);
  const received = receiveDescriptor(input);
  if (received === null) return null;
  calls.write(input, Uint8Array.of(RECEIVED_BYTE), 1);
  duplicate(received.descriptor, input);
  duplicate(received.descriptor, output);
  calls.close(received.descriptor);
  return JSON.parse(received.text);
}

function makeConnection(
  calls: SystemCalls,
  observer: Recorder,
  { id, peer }: ChildClient,
  recvSizeBytes: number,
): LibcConnection {
  const { input } = CHILD_DESCRIPTORS;
  const table = new DescriptorTable(createDescriptorMemory(input + 1));
  table.add(input);
  const finish = () => table.finish(input, () => calls.shutdown(input, SHUT_RD));
  const buffer = new Uint8Array(recvSizeBytes);
  return new LibcConnection(
    {
      calls: { ...calls, recv: interruptible(calls.recv, finish) },
      observer,
      table,
      buffer,
      lend: (count) => buffer.subarray(0, count),
      closing: NOTHING,
      released: NOTHING,
      linger: (connection) => connection.waitForEnd(),
    },
    input,
    id,
    peer,
  );
}

/** A `recv` that, when interrupted, calls `finish` and is called again, for what has arrived. */
function interruptible(recv: SystemCalls["recv"], finish: () => void): SystemCalls["recv"] {
  return (fd, buffer, sizeBytes, flags) => {
    const count = recv(fd, buffer, sizeBytes, flags);
    if (count === -ERRNO.EINTR) finish();
    return count;
  };
}

/** The parent says that the client is gone when it knows, which is when the child has ended. */
class ChildRecorder extends Recorder {
  override closed(): void {}
}
