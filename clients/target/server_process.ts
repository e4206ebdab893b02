/**
 * Servers as child processes of ours: `playground serve …`, or any other program that listens on a
 * port it is told.
 *
 * ```ts
 * await using server = await ServerProcess.startPlayground(["select", "--quiet"], { startTimeoutMs: 10_000 });
 * await Deno.connect({ port: server.port });
 * const { totals } = await server.stop(3_000);
 * ```
 *
 * None outlives us, however we end; see `guarded_process.ts`.
 *
 * @module
 */

// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import type { ServerEvent, Totals } from "../../servers/runtime/json_reporter.ts";
import { commandOfOurs } from "../../servers/system/from_source.ts";
import { GuardedProcess } from "../../servers/system/guarded_process.ts";
import { isListening } from "./listening_ports.ts";
import { linesOf } from "../../cli/text_lines.ts";

/** How often it is looked whether a program listens that does not say so. */
const POLL_INTERVAL_MS = 20;
/** How many lines of what a server had to complain of are kept. */
const MAX_ERROR_LINES = 20;
/** How long a server's children may hold its output open when it has ended itself. */
const HELD_OPEN_MS = 1_000;

/** How a server is started. */
export interface StartOptions {
  /** How long it may take until it listens. */
  readonly startTimeoutMs: number;
  /** Gives up the start. */
  readonly signal?: AbortSignal;
  /** Is told each event of a server of ours. */
  readonly onEvent?: (event: ServerEvent) => void;
}

/** How a server has ended. */
export interface ServerEnd {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  /** The last lines that it wrote to standard error. */
  readonly errorLines: readonly string[];
  /** What a server of ours said at last; one that was killed says nothing. */
  readonly totals: Totals | undefined;
}

/** A server that does not listen: it ended before, or had to be ended since it took too long. */
export class NotListeningError extends Error {
  override readonly name = "NotListeningError";

  constructor(readonly end: ServerEnd, readonly tookTooLong: boolean) {
    super(tookTooLong ? "it takes too long to listen" : `it ended with exit status ${end.code}`);
  }

  /** The last that it had to say, or else how it failed. */
  get reason(): string {
    return this.end.errorLines.at(-1) ?? this.message;
  }
}

/** A server that runs in a process of its own. Dispose of it, and nothing is left. */
export class ServerProcess implements AsyncDisposable {
  /** Where it listens on 127.0.0.1. */
  readonly port: number;
  /** Resolves when it has ended, be it by itself, and all is known about that. */
  readonly ended: Promise<ServerEnd>;
  readonly #process: GuardedProcess;
  readonly #stopSignal: Deno.Signal;

  private constructor(
    process: GuardedProcess,
    port: number,
    ended: Promise<ServerEnd>,
    stopSignal: Deno.Signal,
  ) {
    this.#process = process;
    this.port = port;
    this.ended = ended;
    this.#stopSignal = stopSignal;
  }

  /**
   * Starts `playground serve`, and resolves when it listens.
   *
   * @param args the model and flags, without `--json` and `--port`
   * @throws {NotListeningError} when it ends before, or takes too long
   * @throws {unknown} the reason of the signal, when that gave up the start
   */
  static async startPlayground(
    args: readonly string[],
    options: StartOptions,
  ): Promise<ServerProcess> {
    const [program, programArgs] = commandOfOurs(["serve", ...args, "--json", "--port", "0"]);
    const process = await GuardedProcess.start([program, ...programArgs], {
      stdout: "piped",
      stderr: "piped",
    });
    const listening = Promise.withResolvers<number>();
    let totals: Totals | undefined;
    const events = new LineReader(process.child.stdout, (line) => {
      const event: ServerEvent = JSON.parse(line);
      if (event.event === "listening") listening.resolve(event.port);
      if (event.event === "stopped") totals = event;
      options.onEvent?.(event);
    });
    const ended = endOf(process, () => totals, events);
    const port = await untilListening(process, ended, options, () => listening.promise);
    return new ServerProcess(process, port, ended, "SIGINT");
  }

  /**
   * Starts a program that was told a port in its arguments, and resolves when it listens there.
   *
   * @throws {NotListeningError} when it ends before, or takes too long
   * @throws {unknown} the reason of the signal, when that gave up the start
   */
  static async startProgram(
    command: readonly string[],
    port: number,
    options: StartOptions,
  ): Promise<ServerProcess> {
    const process = await GuardedProcess.start(command, { stdout: "null", stderr: "piped" });
    const ended = endOf(process, () => undefined);
    await untilListening(process, ended, options, (over) => untilPortIsTaken(port, over));
    return new ServerProcess(process, port, ended, "SIGTERM");
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Resolves as soon as it has ended, while it may still be read what it had to say. */
  get exited(): Promise<unknown> {
    return this.#process.child.status;
  }

  /**
   * Asks it to stop, as Ctrl-C or `kill` does, and kills it when the grace is over. Whoever is left in
   * its process group is killed as well.
   */
  async stop(graceMs: number): Promise<ServerEnd> {
    this.#process.signal(this.#stopSignal);
    const timer = setTimeout(() => this.#process.signal("SIGKILL"), graceMs);
    await this.exited;
    clearTimeout(timer);
    return await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop(0);
  }
}

/** Waits for the end of a process, whose group ends with it, and for the last that it had to say. */
async function endOf(
  process: GuardedProcess,
  totals: () => Totals | undefined,
  ...readers: LineReader[]
): Promise<ServerEnd> {
  const errorLines: string[] = [];
  const errors = new LineReader(process.child.stderr, (line) => {
    errorLines.push(line);
    if (errorLines.length > MAX_ERROR_LINES) errorLines.shift();
  });
  const { code, signal } = await process.child.status;
  await process.end();
  await Promise.all([...readers, errors].map((reader) => reader.endWithin(HELD_OPEN_MS)));
  return { code, signal, errorLines, totals: totals() };
}

/**
 * Waits until a server listens, and sees to it that none is left that does not.
 *
 * @param wait gives the port, and need not go on when it is told so
 */
async function untilListening(
  process: GuardedProcess,
  ended: Promise<ServerEnd>,
  { startTimeoutMs, signal }: StartOptions,
  wait: (over: AbortSignal) => Promise<number>,
): Promise<number> {
  const over = new AbortController();
  const overdue = Promise.withResolvers<"overdue">();
  const giveUp = () => overdue.resolve("overdue");
  const timer = setTimeout(giveUp, startTimeoutMs);
  signal?.addEventListener("abort", giveUp);
  if (signal?.aborted) giveUp();
  try {
    const first = await Promise.race([wait(over.signal), ended, overdue.promise]);
    if (typeof first === "number") return first;
    await process.end();
    signal?.throwIfAborted();
    throw new NotListeningError(await ended, first === "overdue");
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
    over.abort();
  }
}

async function untilPortIsTaken(port: number, over: AbortSignal): Promise<number> {
  while (!over.aborted && !await isListening(port)) {
    await delay(POLL_INTERVAL_MS, { signal: over }).catch(() => {}); // which is looked at next
  }
  return port;
}

/** Reads what a process writes, line by line. */
class LineReader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #done: Promise<void>;

  constructor(bytes: ReadableStream<Uint8Array<ArrayBuffer>>, onLine: (line: string) => void) {
    this.#reader = linesOf(bytes).getReader();
    this.#done = this.#read(onLine);
  }

  /** Waits until all is read, or gives it up. */
  async endWithin(ms: number): Promise<void> {
    const timer = setTimeout(() => this.#reader.cancel(), ms);
    await this.#done;
    clearTimeout(timer);
  }

  async #read(onLine: (line: string) => void): Promise<void> {
    for (let line; !(line = await this.#reader.read()).done;) onLine(line.value);
  }
}
