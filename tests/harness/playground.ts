/**
 * Runs the real executable: the compiled file that `PLAYGROUND_BIN` names, or the source.
 *
 * @module
 */

import { resolve } from "node:path";
import { fileURLToPath as fromFileUrl } from "node:url";
import { commandFromSource } from "../../servers/system/self_exec.ts";
import { linesOf } from "../../cli/text_lines.ts";
import { decode, encode } from "./bytes.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
/** How long an event may take to come before a test fails. Generous: it is for hanging, not speed. */
const PATIENCE_MS = 60_000;

/** A line of JSON that `serve --json` printed. */
export type ServerEvent = Readonly<Record<string, unknown>> & { readonly event: string };

/** How a finished command ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to start the executable with these arguments. */
export function commandFor(args: readonly string[]): [string, string[]] {
  const compiled = Deno.env.get("PLAYGROUND_BIN");
  if (compiled !== undefined) return [resolve(ROOT, compiled), [...args]];
  return commandFromSource(args);
}

/** What a command may be run with. */
export interface RunOptions {
  readonly input?: string;
  readonly env?: Record<string, string>;
  /** A shell command that is run first in the same process, such as `ulimit -n 256`. */
  readonly before?: string;
  /** A program that runs the executable, with its arguments. */
  readonly wrapper?: readonly string[];
}

/** Runs the executable to its end. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = spawn(args, options);
  const writer = child.stdin.getWriter();
  await writer.write(encode(options.input ?? "")).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

/** Starts the executable. */
export function spawn(
  args: readonly string[],
  { env, before, wrapper }: RunOptions = {},
): Deno.ChildProcess {
  const [program, programArgs] = commandFor(args);
  const shell = before === undefined ? [] : ["sh", "-c", `${before} && exec "$0" "$@"`];
  const [command, ...commandArgs] = [...(wrapper ?? shell), program, ...programArgs];
  return new Deno.Command(command, {
    args: commandArgs,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { LC_ALL: "C", ...env },
  }).spawn();
}

/** Runs the executable, of whose `lost` output the reader leaves before anything is printed. */
export async function runWithoutReader(
  args: readonly string[],
  lost: "stdout" | "stderr" = "stdout",
): Promise<Outcome> {
  const [program, programArgs] = commandFor(args);
  const child = new Deno.Command(program, {
    args: programArgs,
    env: { LC_ALL: "C" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await child[lost].cancel();
  const read = async (stream: "stdout" | "stderr") =>
    stream === lost ? "" : await new Response(child[stream]).text();
  const [stdout, stderr] = await Promise.all([read("stdout"), read("stderr")]);
  return { code: (await child.status).code, stdout, stderr };
}

/** How many of its last lines a server shows when its test fails. */
const LAST_LINES = 20;
/** The servers of the test that runs. Tests of one file run one after another. */
let started: Server[] = [];

/** Forgets the servers so far: another test begins. */
export function forgetServers(): void {
  started = [];
}

/** What the servers of this test have printed last, and what the test waits for. */
export function lastWords(): string {
  return started.map((server) => server.lastWords).join("\n");
}

/** A running `playground serve … --port 0`. Dispose of it, and nothing is left. */
export class Server implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #events: ServerEvent[] = [];
  readonly #lines: string[] = [];
  readonly #stderr: string[] = [];
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #reading: Promise<unknown>;
  #onEvent: (() => void) | undefined = undefined;
  #ended = false;
  #awaited = "";

  private constructor(child: Deno.ChildProcess, private readonly args: readonly string[]) {
    started.push(this);
    this.#child = child;
    this.#output = linesOf(child.stdout).getReader();
    this.#reading = Promise.all([this.#read(), this.#readErrors()]);
  }

  /** Starts the server and resolves when clients can connect. */
  static async start(
    args: readonly string[],
    options: RunOptions = {},
    output: "json" | "text" = "json",
  ): Promise<Server> {
    const json = output === "json" ? ["--json"] : [];
    const server = new Server(spawn(["serve", ...json, "--port", "0", ...args], options), args);
    try {
      await server.event("listening");
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Whether it has ended, as far as its output tells: nobody answers any more. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  get pid(): number {
    return this.#child.pid;
  }

  get port(): number {
    return Number(this.#events.find(({ event }) => event === "listening")?.port);
  }

  get stdin(): WritableStream<Uint8Array> {
    return this.#child.stdin;
  }

  /** The events of this name so far. */
  events(name: string): ServerEvent[] {
    return this.#events.filter(({ event }) => event === name);
  }

  /** Waits for the event of this name that comes as number `count`. */
  async event(name: string, count = 1): Promise<ServerEvent> {
    let overdue = false;
    this.#awaited = `, ${name} number ${count} is awaited`;
    const timer = setTimeout(() => {
      overdue = true;
      this.#onEvent?.();
    }, PATIENCE_MS);
    try {
      for (;;) {
        const found = this.events(name)[count - 1];
        if (found !== undefined) {
          this.#awaited = "";
          return found;
        }
        if (this.#ended) throw new Error(`ended before ${name}: ${this.#stderr.join("\n")}`);
        if (overdue) throw new Error(`no ${name} in ${PATIENCE_MS} ms`);
        await new Promise<void>((resolve) => this.#onEvent = resolve);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  connect(): Promise<Deno.TcpConn> {
    return Deno.connect({ hostname: "127.0.0.1", port: this.port });
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** From now on nobody reads what it prints on standard output, and it can learn that. */
  async stopReading(): Promise<void> {
    await this.#output.cancel();
  }

  /** Ends it as Ctrl-C does. */
  async stop(): Promise<Outcome> {
    this.signal("SIGINT");
    return await this.outcome();
  }

  /** Waits for its end. */
  async outcome(): Promise<Outcome> {
    const { code } = await this.#child.status;
    await this.#reading;
    const stderr = this.#stderr.map((line) => `${line}\n`).join("");
    return { code, stdout: `${this.#lines.join("\n")}\n`, stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.stdin.close().catch(() => {});
    await this.#child.status;
    await this.#reading;
  }

  /** Its last lines, whether it has ended, and which event is awaited. */
  get lastWords(): string {
    const state = this.#ended ? "has ended" : "runs";
    const lines = [...this.#lines.slice(-LAST_LINES), ...this.#stderr.slice(-LAST_LINES)];
    return [`serve ${this.args.join(" ")}: ${state}${this.#awaited}`, ...lines].join("\n  ");
  }

  async #readErrors(): Promise<void> {
    for await (const line of linesOf(this.#child.stderr)) {
      this.#stderr.push(line);
      this.#events.push({ event: "stderr", line });
      this.#onEvent?.();
    }
  }

  async #read(): Promise<void> {
    for (let one; !(one = await this.#output.read()).done;) {
      const line = one.value;
      this.#lines.push(line);
      this.#events.push(line.startsWith("{") ? JSON.parse(line) : toEvent(line));
      this.#onEvent?.();
    }
    this.#ended = true;
    this.#onEvent?.();
  }
}

/** A line for people, of which only the first is looked into. */
function toEvent(line: string): ServerEvent {
  const port = /^listening on \S+:(\d+) /.exec(line)?.[1];
  return port === undefined ? { event: "line", line } : { event: "listening", port };
}
