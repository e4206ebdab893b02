import { createStatsMemory } from "../metrics/counters.ts";
import { createTraceMemory } from "../metrics/trace.ts";
import { createDescriptorMemory, DescriptorTable } from "../sockets/libc/descriptor_table.ts";
import { AF_UNIX, SHUT_WR, SOCK_CLOEXEC, SOCK_SEQPACKET } from "../system/system_calls.ts";
import { systemCalls } from "../system/system_calls.ts";
import { ClientQueue, createQueueMemory } from "./client_queue.ts";
import type { ThreadSetup } from "../context/protocol.ts";

/** Enough for what serves to be compiled, and so few that both directions of a socket hold them. */
const MESSAGES = 100;
const MESSAGE_BYTES = 64;

/**
 * Has a thread serve a client that is none, before the first one comes. Each Worker compiles all code
 * anew, a function when it is first called: without this, a hundred threads that get their clients at
 * once would all begin with compiling.
 *
 * @param serve what the thread does, with everything of its own: nobody is to see the rehearsal
 */
export async function warmUp(
  setup: ThreadSetup,
  serve: (setup: ThreadSetup) => Promise<void>,
): Promise<void> {
  const calls = systemCalls();
  const pair = new Int32Array(2);
  // Message by message, unix(7): one recv for all of them would be no practice.
  const type = SOCK_SEQPACKET | SOCK_CLOEXEC;
  if (calls.socketpair(AF_UNIX, type, 0, pair) < 0) return; // for want of descriptors
  const [ours, theirs] = pair;
  const message = new Uint8Array(MESSAGE_BYTES);
  for (let i = 0; i < MESSAGES; i++) calls.send(theirs, message, message.length, 0);
  calls.shutdown(theirs, SHUT_WR);

  const descriptors = createDescriptorMemory(ours + 1);
  new DescriptorTable(descriptors).add(ours);
  const queue = new ClientQueue(createQueueMemory(1));
  queue.put({ fd: ours, id: 1, peer: { host: "127.0.0.1", port: 1 } });
  queue.close();
  await serve({
    ...setup,
    handler: { name: "echo", sleepMs: 0, cpuMs: 0 },
    descriptors,
    queue: queue.memory,
    stats: createStatsMemory(),
    statsBlock: 0,
    trace: createTraceMemory(),
    controls: undefined,
  });
  calls.close(theirs);
}
