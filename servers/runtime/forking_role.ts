/**
 * The hidden role in which the executable is a server that forks. It is a process of its own, because
 * the child of a fork has a copy of all that its parent has, and only the thread that forked.
 *
 * @module
 */

import type { FromServer, ServerSetup, SharedProcessMemory } from "../context/protocol.ts";
import { mapProcessMemory } from "../metrics/process_memory.ts";
import { createDescriptorMemory } from "../sockets/libc/descriptor_table.ts";
import { endWithParent } from "../sockets/libc/interruption.ts";
import { SINGLE_THREADED } from "../system/fork.ts";
import { PERMISSIONS, selfExec } from "../system/self_exec.ts";
import { F_SETFD, FD_CLOEXEC, systemCalls } from "../system/system_calls.ts";
import { beServer } from "./server.ts";

/** The name of the role on the command line. */
export const FORKING_ROLE = "--serve-by-forking";

/** Descriptors that the process inherits: the memory, and where its messages go, one a line. */
export const FORKING_DESCRIPTORS = { memory: 3, messages: 4 };

/** JSON has no `Infinity`. */
const INFINITE = "Infinity";

/** The setup without what is memory, which another process has elsewhere. */
export interface ForkingSetup extends
  Omit<
    ServerSetup,
    "stats" | "trace" | "controls" | "descriptors" | "processMemory"
  > {
  readonly parentPid: number;
  readonly isWatched: boolean;
  readonly sizes: SharedProcessMemory["sizes"];
}

/** The program and arguments that start the role. */
export function forkingCommand(setup: ForkingSetup): [string, string[]] {
  const json = JSON.stringify(setup, (_, value) => value === Infinity ? INFINITE : value);
  return selfExec([FORKING_ROLE, json], [...PERMISSIONS, SINGLE_THREADED]);
}

/**
 * Serves until the supervisor stops it.
 *
 * @param json what {@linkcode forkingCommand} passed
 * @returns the exit status; whatever fails is told as a message
 */
export async function serveByForking(json: string): Promise<number> {
  const { parentPid, isWatched, sizes, ...setup }: ForkingSetup = JSON.parse(
    json,
    (_, value) => value === INFINITE ? Infinity : value,
  );
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
  await beServer(tell)({
    kind: "start",
    setup: {
      ...{ ...setup, stats, trace, descriptors },
      controls: isWatched ? controls : undefined,
      processMemory: { descriptor, sizes },
    },
  });
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
