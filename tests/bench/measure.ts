/**
 * What the benchmarks have in common: a load in C, servers that are measured with it in turn, and
 * medians. Needs a C compiler.
 *
 * @module
 */

import { fileURLToPath as fromFileUrl } from "node:url";
import { freePort, isListening } from "../../clients/target/listening_ports.ts";
import { linesOf } from "../../cli/text_lines.ts";
import { commandFor } from "../harness/playground.ts";

export { median } from "../../clients/race/standings.ts";

/** What the load has seen. */
export interface Result {
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

/** A server that runs. */
export interface RunningServer {
  readonly port: number;
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

  /** Puts the load on a server. */
  async load(port: number, { clients, sizeBytes, seconds }: Load): Promise<Result> {
    const args = [port, clients, sizeBytes, seconds].map(String);
    return JSON.parse(await runOrFail(await this.program(pathOf("load.c")), args));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#directory, { recursive: true });
  }
}

/** Does `work` with a server that is just being started, and ends it. */
export async function withServer<Value>(
  starting: Promise<RunningServer>,
  work: (port: number) => Promise<Value>,
): Promise<Value> {
  const server = await starting;
  try {
    return await work(server.port);
  } finally {
    await server.end();
  }
}

/** Starts `playground serve` with these words and flags, and resolves when it listens. */
export async function startPlayground(args: readonly string[]): Promise<RunningServer> {
  return await startAndReadPort(...commandFor(["serve", ...args, "--port", "0", "--json"]));
}

/** Starts a program whose first line of output is JSON with the port. */
export async function startAndReadPort(program: string, args: string[]): Promise<RunningServer> {
  const server = new Deno.Command(program, { args, stdin: "null", stdout: "piped" }).spawn();
  const lines = linesOf(server.stdout).getReader();
  const { port } = JSON.parse((await lines.read()).value ?? "{}");
  return {
    port,
    async end() {
      lines.cancel();
      server.kill("SIGKILL");
      await server.status;
    },
  };
}

/** Starts a program with the port as its last argument, and resolves when it listens. */
export async function startOnPort(program: string, args: string[]): Promise<RunningServer> {
  const port = freePort();
  const server = new Deno.Command(program, { args: [...args, String(port)], stdin: "null" })
    .spawn();
  while (!await isListening(port)) await new Promise((resolve) => setTimeout(resolve, 20));
  return {
    port,
    async end() {
      server.kill("SIGKILL");
      await server.status;
    },
  };
}

/** Runs a program to its end. @returns what it printed */
export async function runOrFail(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
