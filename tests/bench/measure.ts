/**
 * What the benchmarks have in common: a load in C, servers that are measured with it in turn, and
 * medians. Needs a C compiler.
 *
 * @module
 */

import { fileURLToPath as fromFileUrl } from "node:url";
// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { freePort, isListening } from "../../clients/target/listening_ports.ts";
import { linesOf } from "../../cli/text_lines.ts";
import { cFunctions } from "../../servers/system/c_library.ts";
import { GuardedProcess } from "../../servers/system/guarded_process.ts";
import { processTree } from "../../servers/system/process_tree.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { commandFor } from "../harness/playground.ts";

export { median } from "../../clients/race/standings.ts";

/** How long a server gets to finish what it was doing, before its CPU time is read. */
const FALL_IDLE_MS = 30;

const functions = cFunctions({
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
});
/** <linux/posix-timers.h> */
const CPUCLOCK_SCHED = 2;
/** sysconf(_SC_CLK_TCK), the same on every Linux that is built. */
const TICKS_PER_SECOND = 100;

/** What the load has seen, and what it took. */
export interface Result {
  /** CPU time of the server's processes, user and system, divided by the messages it has answered. Linux. */
  readonly cpuUs: number;
  /** The same of the load. */
  readonly loadCpuUs: number;
  readonly messagesPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** From the first connect until every connection had been answered once. */
  readonly allServedMs: number;
}

/** What the load does. */
export interface Load {
  readonly clients: number;
  readonly sizeBytes: number;
  readonly seconds: number;
}

/** A server that runs, as the load sees it. */
export interface LoadedServer {
  readonly port: number;
  readonly pid: number;
}

/** A server that was started here. */
export interface RunningServer extends LoadedServer {
  end(): Promise<void>;
}

/** The path of a file beside this one. */
export function pathOf(name: string): string {
  return fromFileUrl(new URL(name, import.meta.url));
}

/** Programs made from C, in a directory that goes with the object. */
export class CompiledPrograms implements AsyncDisposable {
  readonly #directory = Deno.makeTempDirSync();
  readonly #made = new Map<string, Promise<string>>();

  /** @returns the path of the program that is made from this source */
  program(source: string): Promise<string> {
    let made = this.#made.get(source);
    if (made === undefined) {
      const output = `${this.#directory}/${this.#made.size}`;
      made = runOrFail("cc", ["-O2", "-pthread", "-o", output, source]).then(() => output);
      this.#made.set(source, made);
    }
    return made;
  }

  /** Puts the load on a server once. */
  async load(server: LoadedServer, load: Load): Promise<Result> {
    await using open = await this.openLoad(server, load);
    return await open.round();
  }

  /** Opens the connections of a load, and resolves when the server is warm and idle. */
  async openLoad({ port, pid }: LoadedServer, load: Load): Promise<OpenLoad> {
    const args = [port, load.clients, load.sizeBytes, load.seconds].map(String);
    const program = await this.program(pathOf("load.c"));
    const open = new OpenLoad(program, args, pid);
    await open.warm();
    return open;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#directory, { recursive: true });
  }
}

/** A load whose connections stay open from round to round. */
export class OpenLoad implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  constructor(program: string, args: string[], private readonly serverPid: number) {
    this.#process = new Deno.Command(program, { args, stdin: "piped", stdout: "piped" }).spawn();
    this.#lines = linesOf(this.#process.stdout).getReader();
    this.#input = this.#process.stdin.getWriter();
  }

  async warm(): Promise<void> {
    if ((await this.#lines.read()).value !== "warm") throw new Error("the load has failed");
  }

  /** Sends for a while. */
  async round(): Promise<Result> {
    const cpuBefore = await cpuSecondsWhenIdle(this.serverPid);
    await this.#input.write(new Uint8Array([10]));
    const printed = (await this.#lines.read()).value;
    if (printed === undefined) throw new Error("the load has failed");
    const cpuSeconds = await cpuSecondsWhenIdle(this.serverPid) - cpuBefore;
    const { messages, loadCpuUs, silent, wrong, ...others } = JSON.parse(printed);
    if (silent + wrong > 0) throw new Error(`the load has failed: ${printed}`);
    return { ...others, cpuUs: cpuSeconds * 1e6 / messages, loadCpuUs: loadCpuUs / messages };
  }

  /**
   * Sends without a pause: the load is asked for each round while it sends the one before.
   *
   * @param settling how many rounds come first and do not count
   * @param counted how many rounds count
   * @returns messages per second
   */
  async rate(settling: number, counted: number): Promise<number> {
    const ask = () => this.#input.write(new Uint8Array([10]));
    await ask();
    let sum = 0;
    for (let round = 1; round <= settling + counted; round++) {
      if (round < settling + counted) await ask();
      const printed = (await this.#lines.read()).value;
      if (printed === undefined) throw new Error("the load has failed");
      if (round > settling) sum += JSON.parse(printed).messagesPerSecond;
    }
    return sum / counted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {}); // it may have failed
    await this.#lines.cancel();
    await this.#process.status;
  }
}

/**
 * Measures several things in turn, round by round, so that what else the machine does meets all of them.
 *
 * @returns what each has come to, round by round
 */
export async function inTurn<Value>(
  rounds: number,
  measurements: readonly (() => Promise<Value>)[],
): Promise<Value[][]> {
  const values: Value[][] = measurements.map(() => []);
  for (let round = 0; round < rounds; round++) {
    const order = [...measurements.entries()];
    if (round % 2 === 1) order.reverse(); // so that nobody has the same one before it each time
    for (const [i, measure] of order) values[i].push(await measure());
  }
  return values;
}

/** CPU time so far of a server that nobody asks for anything now, with its children that live. */
async function cpuSecondsWhenIdle(pid: number): Promise<number> {
  await delay(FALL_IDLE_MS);
  if (!hasSystemCalls()) return NaN;
  return processTree(pid).reduce((sum, process) => sum + cpuSecondsOf(process.pid), 0);
}

/** User and system time of all threads of a process: to the nanosecond, where /proc counts in 10 ms. */
function cpuSecondsOf(pid: number): number {
  const time = new BigInt64Array(2); // struct timespec
  const clock = ~pid << 3 | CPUCLOCK_SCHED; // as clock_getcpuclockid(3) makes it
  return functions().clock_gettime(clock, time) === 0 ? Number(time[0]) + Number(time[1]) / 1e9 : 0; // it has just ended
}

/** CPU time of the children of this process that have ended, proc(5). Linux. */
export function childCpuSeconds(): number {
  const stat = Deno.readTextFileSync("/proc/self/stat");
  const [userTicks, systemTicks] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(13, 15);
  return (Number(userTicks) + Number(systemTicks)) / TICKS_PER_SECOND;
}

/** Does `work` with a server that is just being started, and ends it. */
export async function withServer<Value>(
  starting: Promise<RunningServer>,
  work: (server: RunningServer) => Promise<Value>,
): Promise<Value> {
  const server = await starting;
  try {
    return await work(server);
  } finally {
    await server.end();
  }
}

/** Starts `playground serve` with these words and flags, and resolves when it listens. */
export async function startPlayground(args: readonly string[]): Promise<RunningServer> {
  return await startAndReadPort(...commandFor(["serve", ...args, "--port", "0", "--json"]));
}

/**
 * Starts a program whose first line of output is JSON with the port. Each server has a session of its own, as
 * one that is started at another terminal: Linux may share processors among sessions, sched(7).
 */
export async function startAndReadPort(program: string, args: string[]): Promise<RunningServer> {
  const options = { stdout: "piped", stderr: "null" } as const;
  const server = await GuardedProcess.start([program, ...args], options);
  const lines = linesOf(server.child.stdout).getReader();
  const { port } = JSON.parse((await lines.read()).value ?? "{}");
  return {
    port,
    pid: server.pid,
    async end() {
      lines.cancel();
      await server.end();
    },
  };
}

/** Starts a program with the port as its last argument, and resolves when it listens. */
export async function startOnPort(program: string, args: string[]): Promise<RunningServer> {
  const port = freePort();
  const options = { stdout: "null", stderr: "null" } as const;
  const server = await GuardedProcess.start([program, ...args, String(port)], options);
  while (!await isListening(port)) await new Promise((resolve) => setTimeout(resolve, 20));
  return {
    port,
    pid: server.pid,
    end: () => server.end(),
  };
}

/** Runs a program to its end. @returns what it printed */
export async function runOrFail(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
