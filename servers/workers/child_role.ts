/**
 * The hidden role in which the executable serves one client from standard input to standard output.
 *
 * @module
 */

import { serveClient } from "../blocking.ts";
import { type HandlerChoice, makeHandler } from "../handlers/handlers.ts";
import { type InheritedOptions, READY_BYTE, SILENT_STATUS } from "./child_protocol.ts";
import { selfExec } from "../system/self_exec.ts";
import { Sessions } from "../context/sessions.ts";
import { Rooms } from "../handlers/rooms.ts";
import type { Interrupting } from "../sockets/interface.ts";
import { interruptedRecv } from "../sockets/interrupted_recv.ts";
import { describeThrown, hearUncaught, toError } from "../system/thrown.ts";

/** The name of the role on the command line. */
export const CHILD_ROLE = "--serve-one-client";

interface ChildOptions {
  readonly handler: HandlerChoice;
  readonly recvSizeBytes: number;
  /** JSON has no `Infinity`, and makes `null` of it. */
  readonly idleTimeoutMs: number | null;
  /** Given when standard input and output are a socket and not pipes. */
  readonly inherited?: InheritedOptions;
}

/** The program and arguments that start a child. */
export function childCommand(options: ChildOptions): [string, string[]] {
  // A child needs no network: its client is its standard input and output.
  const permissions = ["--no-prompt", "--allow-read", "--allow-env=PLAYGROUND_DEBUG"];
  if (options.inherited) permissions.push("--allow-ffi");
  if (options.handler.db) permissions.push("--allow-write");
  return selfExec([CHILD_ROLE, JSON.stringify(options)], permissions);
}

/**
 * Serves standard input until it ends.
 *
 * @param json what {@linkcode childCommand} passed
 * @returns the exit status: 1 when the handler failed, which the parent reports, and
 *   {@linkcode SILENT_STATUS} when the client was silent
 */
export async function serveOneClient(json: string): Promise<number> {
  // An error that a handler file throws from a timer or a promise ends its client, with a line.
  hearUncaught(failWith);
  try {
    await serve(json);
    return 0;
  } catch (error) {
    // The parent has ended, or has no client any more, so nobody needs an answer or a report.
    if (error instanceof Deno.errors.BrokenPipe) return 0;
    if (error instanceof SilentClient) return SILENT_STATUS;
    return failWith(error);
  }
}

function failWith(error: unknown): never {
  console.error(describeThrown(error));
  Deno.exit(1);
}

async function serve(json: string): Promise<void> {
  const { handler, recvSizeBytes, idleTimeoutMs, inherited }: ChildOptions = JSON.parse(json);
  const make = await makeHandler(handler);
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  // The process has only this client, so it may block.
  const sleep = (ms: number) => void Atomics.wait(sleeper, 0, 0, ms);
  if (inherited !== undefined) {
    const { serveInherited } = await import("./libc/child.ts");
    return await serveInherited(inherited, make, { recvSizeBytes, idleTimeoutMs }, sleep);
  }
  const client = standardStreams(idleTimeoutMs);
  const sessions = new Sessions<typeof client>(
    make,
    new Rooms(),
    (_client, error) => failWith(error),
  );
  await writeAll(Uint8Array.of(READY_BYTE));
  const session = sessions.begin(client);
  await serveClient(client, session, new Uint8Array(recvSizeBytes), sleep);
  client.close();
}

/** The only client of this process. Its parent alone knows its address. */
function standardStreams(idleTimeoutMs: number | null) {
  const recv = async (buffer: Uint8Array) => {
    const reading = Deno.stdin.read(buffer);
    return await (idleTimeoutMs ? withTimeout(reading, idleTimeoutMs) : reading) ?? 0;
  };
  return {
    ...{ id: 1, peer: { host: "0.0.0.0", port: 0 } },
    recv,
    send: writeAll,
    interruptBy(outbox: Interrupting) {
      this.recv = interruptedRecv(recv, outbox);
    },
    explain: toError,
    close() {},
    abort: () => Deno.exit(1),
  };
}

/** A timer of more than this fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The client was silent for too long while it was its turn. */
class SilentClient extends Error {}

/** @throws {SilentClient} when it takes longer */
async function withTimeout<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise: silence, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new SilentClient()), Math.min(timeoutMs, MAX_TIMER_MS));
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await Deno.stdout.write(bytes.subarray(sent));
}
