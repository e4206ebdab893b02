/**
 * The hidden role in which the executable serves one client from standard input to standard output.
 *
 * @module
 */

import { settlesWithin } from "../../cli/settles_within.ts";
import { serveClient } from "../blocking.ts";
import { type HandlerChoice, makeHandler } from "../handlers/handlers.ts";
import { sharesRooms } from "../handlers/traits.ts";
import { type InheritedOptions, READY_BYTE, SILENT_STATUS } from "./child_protocol.ts";
import { selfExec } from "../system/self_exec.ts";
import { type SessionConnection, Sessions } from "../context/sessions.ts";
import { Rooms } from "../handlers/rooms.ts";
import {
  type Connection,
  ConnectionReset,
  type Interrupting,
  LONGEST_WAIT_MS,
} from "../sockets/interface.ts";
import { interruptedRecv } from "../sockets/interrupted_recv.ts";
import { describeThrown, hearUncaught, toError } from "../system/thrown.ts";

/** The name of the role on the command line. */
export const CHILD_ROLE = "--serve-one-client";

interface ChildOptions {
  readonly handler: HandlerChoice;
  readonly recvSizeBytes: number;
  /** JSON has no `Infinity`, and makes `null` of it. */
  readonly idleTimeoutMs: number | null;
  /** See `Rooms.sharingNothing`. */
  readonly whyNothingIsShared: string | undefined;
  /** Given when standard input and output are a socket and not pipes. */
  readonly inherited?: InheritedOptions;
}

/** The program and arguments that start a child. */
export function childCommand(options: ChildOptions): [string, string[]] {
  return selfExec([CHILD_ROLE, JSON.stringify(options)]);
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
  // A promise of a handler may never settle, and the process is to wait for it nevertheless.
  const alive = setInterval(() => {}, LONGEST_WAIT_MS);
  try {
    await serve(json);
    return 0;
  } catch (error) {
    // The parent has ended, or has no client any more, so nobody needs an answer or a report.
    if (error instanceof Deno.errors.BrokenPipe) return 0;
    if (error instanceof SilentClient) return SILENT_STATUS;
    return failWith(error);
  } finally {
    clearInterval(alive);
  }
}

/** Waits while the event loop goes on: what was sent is under way, and others may say something. */
async function pass(ms: number): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= LONGEST_WAIT_MS) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, LONGEST_WAIT_MS)));
  }
}

function failWith(error: unknown): never {
  console.error(describeThrown(error));
  Deno.exit(1);
}

async function serve(json: string): Promise<void> {
  const options: ChildOptions = JSON.parse(json);
  const { handler, recvSizeBytes, idleTimeoutMs, inherited, whyNothingIsShared } = options;
  const rooms = Rooms.sharingNothing(whyNothingIsShared);
  const make = await makeHandler(handler);
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  // The process has only this client, so it may block.
  const sleep = (ms: number) => void Atomics.wait(sleeper, 0, 0, ms);
  if (inherited !== undefined) {
    const { serveInherited } = await import("./libc/child.ts");
    return await serveInherited(inherited, make, rooms, { recvSizeBytes, idleTimeoutMs }, sleep);
  }
  if (sharesRooms(handler.name)) {
    const { FramedClient } = await import("./framed_client.ts");
    const client = new FramedClient(rooms);
    await writeAll(Uint8Array.of(READY_BYTE));
    await client.come();
    client.recv = limited(client.recv, idleTimeoutMs);
    return await serveStreams(client, new Sessions(make, rooms, report), recvSizeBytes, pass)
      .finally(() => client.written());
  }
  await writeAll(Uint8Array.of(READY_BYTE));
  const client = standardStreams(idleTimeoutMs);
  await serveStreams(client, new Sessions(make, rooms, report), recvSizeBytes, sleep);
}

type StreamClient = SessionConnection & Pick<Connection, "recv" | "send">;

/** Why the client is let go, if it is. */
let failure: { readonly error: unknown } | undefined;

function report(_client: unknown, error: unknown): void {
  if (!(error instanceof ConnectionReset)) failure ??= { error };
}

/** @throws what the handler throws, or why the client was let go */
async function serveStreams(
  client: StreamClient,
  sessions: Sessions<StreamClient>,
  recvSizeBytes: number,
  sleep: (ms: number) => void,
): Promise<void> {
  const session = sessions.begin(client);
  try {
    await serveClient(client, session, new Uint8Array(recvSizeBytes), sleep);
  } catch (error) {
    sessions.failed(client, error);
  }
  client.close();
  if (failure !== undefined) throw failure.error;
}

/** The only client of this process. Its parent alone knows its address. */
function standardStreams(idleTimeoutMs: number | null) {
  const recv = limited(async (buffer) => await Deno.stdin.read(buffer) ?? 0, idleTimeoutMs);
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

/** A `recv` that ends a client that is silent for too long. */
function limited(
  recv: (buffer: Uint8Array) => Promise<number>,
  idleTimeoutMs: number | null,
): (buffer: Uint8Array) => Promise<number> {
  return idleTimeoutMs ? (buffer) => withTimeout(recv(buffer), idleTimeoutMs) : recv;
}

/** The client was silent for too long while it was its turn. */
class SilentClient extends Error {}

/**
 * Time in which the system left this process no processor does not count: then it has not listened.
 *
 * @throws {SilentClient} when it takes longer
 */
async function withTimeout<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  if (!await settlesWithin(promise, timeoutMs)) throw new SilentClient();
  return await promise;
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await Deno.stdout.write(bytes.subarray(sent));
}
