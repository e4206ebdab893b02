/**
 * Servers as child processes: `playground serve …`, or any other program that listens on a port it is
 * given.
 *
 * ```ts
 * await using server = await ServerProcess.startPlayground(["select"], { startTimeoutMs: 10_000 });
 * await Deno.connect({ port: server.port });
 * const { totals } = await server.stop(3_000);
 * ```
 *
 * None outlives this process, however it ends; see `guarded_process.ts`.
 *
 * @module
 */

// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import type { ServerEvent, Totals } from "../../servers/runtime/json_reporter.ts";
import { selfExec } from "../../servers/system/self_exec.ts";
import { GuardedProcess } from "../../servers/system/guarded_process.ts";
import { isListening } from "./listening_ports.ts";
import { linesOf } from "../../cli/text_lines.ts";

/** How often to look whether a program listens. */
const POLL_INTERVAL_MS = 20;
/** How many of the last lines of standard error are kept. */
const MAX_ERROR_LINES = 20;
/** How long children may hold the output of a server open that has ended. */
const HELD_OPEN_MS = 1_000;

/** How a server is started. */
export interface StartOptions {
  /** How long it may take until it listens. */
  readonly startTimeoutMs: number;
  /** Aborts the start. */
  readonly signal?: AbortSignal;
  /** Called with each event of `playground serve`. */
  readonly onEvent?: (event: ServerEvent) => void;
}

/** How a server has ended. */
export interface ServerEnd {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  /** The last lines that it wrote to standard error. */
  readonly errorLines: readonly string[];
  /** The totals that `playground serve` printed last; none if it was killed. */
  readonly totals: Totals | undefined;
}

/** A server that does not listen: it ended early, or took too long and was killed. */
export class NotListeningError extends Error {
  override readonly name = "NotListeningError";

  constructor(readonly end: ServerEnd, readonly tookTooLong: boolean) {
    super(tookTooLong ? "it takes too long to listen" : `it ended with exit status ${end.code}`);
  }

  /** Its last line of standard error, or else how it failed. */
  get reason(): string {
    return this.end.errorLines.at(-1) ?? this.message;
  }
}

/** A server in a process of its own. Disposing of it kills the process and its children. */
export class ServerProcess implements AsyncDisposable {
  /**
   * @param port where it listens on 127.0.0.1
   * @param ended resolves when it has ended, for whatever reason, and its output is read
   */
  private constructor(
    private readonly process: GuardedProcess,
    readonly port: number,
    readonly ended: Promise<ServerEnd>,
    private readonly stopSignal: Deno.Signal,
  ) {}

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
    const [program, programArgs] = selfExec(["serve", ...args, "--json", "--port", "0"]);
    const process = await GuardedProcess.start([program, ...programArgs], {
      stdout: "piped",
      stderr: "piped",
    });
    const listening = Promise.withResolvers<number>();
    let totals: Totals | undefined;
    const events = readLines(process.child.stdout, (line) => {
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
   * Starts a program that has its port among its arguments, and resolves when it listens there.
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

  /** The id of the process. */
  get pid(): number {
    return this.process.pid;
  }

  /** Resolves as soon as it has ended; its output may not be read yet. */
  get exited(): Promise<unknown> {
    return this.process.child.status;
  }

  /**
   * Asks it to stop, as Ctrl-C or `kill` does, and kills it after `graceMs`. What is left of its
   * process group is killed as well.
   */
  async stop(graceMs: number): Promise<ServerEnd> {
    this.process.signal(this.stopSignal);
    const timer = setTimeout(() => this.process.signal("SIGKILL"), graceMs);
    await this.exited;
    clearTimeout(timer);
    return await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop(0);
  }
}

/** Waits for the end of a process, ends its group, and reads the rest of its output. */
async function endOf(
  process: GuardedProcess,
  totals: () => Totals | undefined,
  ...outputs: EndWithin[]
): Promise<ServerEnd> {
  const errorLines: string[] = [];
  const errors = readLines(process.child.stderr, (line) => {
    errorLines.push(line);
    if (errorLines.length > MAX_ERROR_LINES) errorLines.shift();
  });
  const { code, signal } = await process.child.status;
  await process.end();
  await Promise.all([...outputs, errors].map((endWithin) => endWithin(HELD_OPEN_MS)));
  return { code, signal, errorLines, totals: totals() };
}

/**
 * Waits until a server listens, and kills one that does not.
 *
 * @param wait resolves to the port; it may stop when its signal aborts
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
    await delay(POLL_INTERVAL_MS, { signal: over }).catch(() => {}); // the condition tells
  }
  return port;
}

/** Waits until the output of a process is read, or for `ms` at most. */
type EndWithin = (ms: number) => Promise<void>;

/** Reads what a process writes, line by line. */
function readLines(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => void,
): EndWithin {
  const reader = linesOf(bytes).getReader();
  const read = async () => {
    for (let line; !(line = await reader.read()).done;) onLine(line.value);
  };
  const done = read();
  return async (ms) => {
    const timer = setTimeout(() => reader.cancel(), ms);
    await done;
    clearTimeout(timer);
  };
}
