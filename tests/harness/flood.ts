/**
 * Floods, and the servers that they are let loose on.
 *
 * @module
 */

import { Flood } from "../../clients/flood/flood.ts";
import { LibcFlood } from "../../clients/flood/libc/flood.ts";
import { ofSize } from "../../clients/flood/messages.ts";
import type { FloodOptions } from "../../clients/flood/options.ts";
import type { RunningFlood } from "../../clients/flood/running_flood.ts";
import { lookUpHost } from "../../servers/sockets/libc/host_lookup.ts";
import { LibcClock } from "../../servers/system/clock.ts";
import { hasSystemCalls, systemCalls } from "../../servers/system/system_calls.ts";
import { askForThreads } from "../../servers/system/thread_question.ts";
import { writeAll } from "./clients.ts";
import { Target } from "./target.ts";
import { test } from "./test.ts";

// The C library is opened once, and is no leak of the first test.
if (hasSystemCalls()) {
  systemCalls();
  new LibcClock();
  lookUpHost("127.0.0.1", 0);
  askForThreads(1);
}

/** How long a flood waits at its end for what it is owed. Generous: it is for never, not for speed. */
const LAST_ECHOES_MS = 20_000;

/** The chunks that come; good until the next is asked for. */
export async function* chunks(conn: Deno.TcpConn): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(65_536);
  for (let count; (count = await conn.read(buffer)) !== null;) yield buffer.subarray(0, count);
}

/** A target that sends everything back, and tells after each chunk on which connection it did. */
export function echoTarget(echoed: (index: number) => void = () => {}, port = 0): Target {
  return new Target(async (conn, index) => {
    for await (const chunk of chunks(conn)) {
      await writeAll(conn, chunk);
      echoed(index);
    }
  }, port);
}

/** A flood of that port: three connections that talk until the flood is stopped. */
type FloodOf<Kind extends RunningFlood> = (
  target: { port: number },
  options?: Partial<FloodOptions>,
) => Kind;

const onDeno: FloodOf<Flood> = (target, options) => new Flood(optionsFor(target, options));

/** Floods on the system's own calls, in so many threads. */
export function onLibc(threads = 1): FloodOf<LibcFlood> {
  return (target, options) => new LibcFlood(optionsFor(target, options), threads);
}

function optionsFor(
  { port }: { port: number },
  options: Partial<FloodOptions> = {},
): FloodOptions {
  const messageSet = options.messageSet ?? ofSize(100);
  return {
    host: "127.0.0.1",
    port,
    conns: 3,
    reconnectAfter: Infinity,
    connectionsEach: Infinity,
    durationMs: Infinity,
    settleMs: 0,
    warmupMs: 0,
    messageSet,
    replySet: messageSet,
    rate: Infinity,
    wait: true,
    connectRate: Infinity,
    thinkMs: 0,
    lastEchoesMs: LAST_ECHOES_MS,
    ...options,
  };
}

/**
 * Registers a test for floods on each kind of sockets: all come out alike, so all have the same tests.
 *
 * @param threads in how many threads those on the system's own calls are tried
 * @param leavesOperation whether those on Deno's sockets leave an operation behind, which ends later
 */
export function testEachFlood(
  name: string,
  fn: (floodOf: FloodOf<RunningFlood>) => Promise<void>,
  { ignore, threads = [1, 2], leavesOperation }: {
    ignore?: boolean;
    threads?: readonly number[];
    leavesOperation?: boolean;
  } = {},
): void {
  test(`deno: ${name}`, () => fn(onDeno), { ignore, leavesOperation });
  for (const count of threads) {
    test(`libc, threads ${count}: ${name}`, () => fn(onLibc(count)), {
      ignore: ignore || !hasSystemCalls(),
    });
  }
}

/** Looks again and again until `isSo`. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Lets a flood run until `isSo`, and then stops it. */
export async function runUntil(flood: RunningFlood, isSo: () => boolean): Promise<void> {
  const running = flood.run();
  await until(isSo);
  flood.stop();
  await running;
}

/** Calls back when it was called `count` times for each of three connections. */
export function afterEach(count: number, done: () => void): (index: number) => void {
  const left = [count, count, count];
  return (index) => {
    if (--left[index] === 0 && left.every((calls) => calls <= 0)) done();
  };
}

/** How a flood came out. */
export function outcome({ measurements }: RunningFlood) {
  const { opened, refused, served, lost, wrongBytes } = measurements;
  return { opened, refused, served, lost, wrongBytes };
}

/** How a flood comes out in which all goes well. */
export const FLAWLESS = { opened: 3, refused: 0, served: 3, lost: 0, wrongBytes: 0 };
