/**
 * The hidden role in which the executable is a server that forks. It is a process of its own, because
 * the child of a fork has a copy of all that its parent has, and only the thread that forked.
 *
 * @module
 */

import type { FromServer } from "../context/protocol.ts";
import { isHandlerFile } from "../handlers/handlers.ts";
import { mapProcessMemory } from "../metrics/process_memory.ts";
import { LONGEST_WAIT_MS } from "../sockets/interface.ts";
import { createDescriptorMemory } from "../sockets/libc/descriptor_table.ts";
import { endWithParent } from "../sockets/libc/interruption.ts";
import { removeVariable } from "../system/environment.ts";
import { F_SETFD, FD_CLOEXEC, systemCalls } from "../system/system_calls.ts";
import { ARENAS, FORKING_DESCRIPTORS, parseForkingSetup } from "./forking_protocol.ts";
import { beServer } from "./server.ts";

/**
 * Serves until the supervisor stops it.
 *
 * @param json what `formatForkingSetup()` made
 * @returns the exit status; whatever fails is told as a message
 */
export async function serveByForking(json: string): Promise<number> {
  const { parentPid, isWatched, sizes, hasOneArena, ...setup } = parseForkingSetup(json);
  if (hasOneArena) removeVariable(ARENAS);
  endWithParent();
  if (Deno.ppid !== parentPid) return 0; // the parent had ended before that
  for (const fd of Object.values(FORKING_DESCRIPTORS)) {
    systemCalls().fcntl(fd, F_SETFD, FD_CLOEXEC); // they are none of a program's business
  }
  const { descriptor, stats, trace, controls } = mapProcessMemory(
    FORKING_DESCRIPTORS.memory,
    sizes,
  );
  const descriptors = createDescriptorMemory(setup.descriptorLimit);
  // A handler's file may wait for ever. Timers are megabytes, so they are loaded for that alone.
  const stayAlive = isHandlerFile(setup.handler.name)
    ? setInterval(() => {}, LONGEST_WAIT_MS)
    : undefined;
  await beServer(tell)({
    kind: "start",
    setup: {
      ...{ ...setup, stats, trace, descriptors },
      controls: isWatched ? controls : undefined,
      processMemory: { descriptor, sizes },
    },
  });
  clearInterval(stayAlive);
  return 0;
}

/** Blocks until the supervisor has taken the message. */
function tell(message: FromServer): void {
  const line = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
  for (let written = 0; written < line.length;) {
    const rest = line.subarray(written);
    const count = systemCalls().write(FORKING_DESCRIPTORS.messages, rest, rest.length);
    if (count < 0) return; // the supervisor is gone, and this process ends with it
    written += count;
  }
}
