/**
 * Floods without an end, which a test ends when they have come as far as it wants: how far one comes in
 * half a second, a busy machine decides.
 *
 * ```ts
 * await using server = await Server.start(["select"]);
 * const args = ["flood", "--port", String(server.port), "--conns", "3", "--duration", "0"];
 * const { code } = await interrupted(args, untilReceived(server, 3, 2));
 * assertEquals(code, 0);
 * ```
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { decode } from "./bytes.ts";
import { type Outcome, type RunOptions, type Server, spawn } from "./playground.ts";

const POLL_INTERVAL_MS = 20;

/** Runs the executable until `isFar` resolves, ends it as Ctrl-C does, and waits for its end. */
export async function interrupted(
  args: readonly string[],
  isFar: Promise<unknown>,
  options?: RunOptions,
): Promise<Outcome> {
  const child = spawn(args, options);
  await child.stdin.close().catch(() => {});
  const ended = child.output();
  try {
    // One that ends by itself is not waited for: its outcome is what the test looks at.
    await Promise.race([isFar, ended]);
    signal(child, "SIGINT");
    const { code, stdout, stderr } = await ended;
    return { code, stdout: decode(stdout), stderr: decode(stderr) };
  } finally {
    signal(child, "SIGKILL");
    await ended;
  }
}

function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch {
    // It has ended.
  }
}

/**
 * Waits until a server has received from each of its first `clients` so many times. A client that waits
 * for answers has had one less.
 */
export async function untilReceived(server: Server, clients: number, times: number): Promise<void> {
  const hasSent = (client: number) =>
    server.events("received").filter((event) => event.client === client).length >= times;
  while (!Array.from({ length: clients }, (_, index) => index + 1).every(hasSent)) {
    await server.event("received", server.events("received").length + 1);
  }
}

/** Runs a flood, with `args` and no end of its own, until so many connections were served. */
export async function floodUntilServed(
  conns: number,
  args: readonly string[],
  options?: RunOptions,
): Promise<Outcome> {
  const csv = await Deno.makeTempFile();
  try {
    return await interrupted(
      ["flood", "--duration", "0", "--conns", String(conns), "--csv", csv, ...args],
      untilInTable(csv, "served", conns),
      options,
    );
  } finally {
    await Deno.remove(csv);
  }
}

/** Waits until a column of the table that a flood writes with --csv, second by second, has come to `least`. */
export async function untilInTable(path: string, name: string, least: number): Promise<void> {
  for (;;) {
    const [names = [], ...rows] = (await Deno.readTextFile(path)).trimEnd().split("\r\n")
      .map((line) => line.split(","));
    const column = names.indexOf(name);
    if (rows.reduce((sum, row) => sum + Number(row[column]), 0) >= least) return;
    await delay(POLL_INTERVAL_MS);
  }
}

/** Counts what happens on each of some connections. */
export class EachOf {
  readonly #left: number[];
  readonly #done = Promise.withResolvers<void>();

  /** @param times how often it is to happen on each of `conns` connections */
  constructor(conns: number, times: number) {
    this.#left = Array.from({ length: conns }, () => times);
  }

  /** Resolves when it has happened often enough on each. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /** It has happened on the connection with this index; `times` times, or as often as it ever will. */
  count(index: number, times = 1): void {
    this.#left[index] -= times;
    if (this.#left.every((left) => left <= 0)) this.#done.resolve();
  }
}
