/**
 * The Worker that stands for a server in a process of its own: it starts the process, and passes on what
 * that says. The process ends with the thread that started it, prctl(2), so this one waits for it.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import type {
  FromServer,
  ServerSetup,
  SharedProcessMemory,
  ToServer,
} from "../context/protocol.ts";
import { canRehearseAll } from "../handlers/traits.ts";
import { hasVariable } from "../system/environment.ts";
import { socketPair } from "../system/socket_pair.ts";
import { spawn, waitForEndOf } from "../system/spawn.ts";
import { ERRNO } from "../system/system_interface.ts";
import { systemCalls } from "../system/system_calls.ts";
import { describeThrown } from "../system/thrown.ts";
import { V8_FLAGS_TO_FORK, V8_FLAGS_TO_REHEARSE } from "../system/fork.ts";
import { PERMISSIONS, selfExec } from "../system/self_exec.ts";
import { ARENAS, FORKING_DESCRIPTORS, formatForkingSetup } from "./forking_protocol.ts";

/** The name of the role on the command line. */
const ROLE = "--serve-by-forking";

/** More than a message has: each is read whole. */
const MAX_MESSAGE_BYTES = 262_144;

self.onmessage = ({ data }: MessageEvent<ToServer>) => {
  if (data.kind !== "start" || data.setup.processMemory === undefined) return;
  try {
    run(data.setup, data.setup.processMemory);
  } catch (error) {
    tell({ kind: "crashed", detail: describeThrown(error) });
  }
  tell({ kind: "process-ended" });
};

function run(setup: ServerSetup, { descriptor, sizes }: SharedProcessMemory): void {
  const calls = systemCalls();
  const [near, far] = socketPair();
  const { stats: _s, trace: _t, descriptors: _d, processMemory: _p, controls, ...plain } = setup;
  const isWatched = controls !== undefined;
  const hasOneArena = !hasVariable(ARENAS); // or as many as the user wants
  const json = formatForkingSetup({
    ...{ ...plain, parentPid: Deno.pid, isWatched, sizes, hasOneArena },
  });
  const [program, args] = selfExec([ROLE, json], [...PERMISSIONS, v8FlagsFor(setup)]);
  const descriptors: (number | undefined)[] = [undefined, undefined, undefined];
  descriptors[FORKING_DESCRIPTORS.memory] = descriptor;
  descriptors[FORKING_DESCRIPTORS.messages] = far;
  // Blocked from the beginning, so that no thread of the runtime takes them, signalfd(2).
  const blockedSignals = ["SIGCHLD", "SIGTERM"] as const;
  const pid = spawn({
    ...{ command: [program, ...args], descriptors, blockedSignals },
    environment: hasOneArena ? [`${ARENAS}=1`] : [],
  });
  calls.close(far);
  tell({ kind: "process-started", pid });
  let last: FromServer["kind"] | undefined;
  for (const message of messages(near)) {
    last = message.kind;
    tell(message);
  }
  calls.close(near);
  const { signal, code } = waitForEndOf(pid);
  if (last === "stopped" || last === "failed" || last === "crashed") return;
  tell({ kind: "crashed", detail: `process ${pid} has ended: ${signal ?? `exit status ${code}`}` });
}

/** What runs in the children is worth being optimized early, if nothing runs there but what is rehearsed. */
function v8FlagsFor({ handler, controls, options: { exec } }: ServerSetup): string {
  const isRehearsed = canRehearseAll(handler) && exec.length === 0 && controls === undefined;
  return isRehearsed ? `${V8_FLAGS_TO_FORK},${V8_FLAGS_TO_REHEARSE}` : V8_FLAGS_TO_FORK;
}

function* messages(socket: number): Generator<FromServer> {
  const calls = systemCalls();
  const buffer = new Uint8Array(MAX_MESSAGE_BYTES);
  for (;;) {
    const count = calls.read(socket, buffer, buffer.length);
    if (count === -ERRNO.EINTR) continue;
    if (count <= 0) return;
    yield JSON.parse(new TextDecoder().decode(buffer.subarray(0, count)));
  }
}

function tell(message: FromServer): void {
  self.postMessage(message);
}
