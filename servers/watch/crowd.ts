/**
 * The clients that are opened from a view, seen from there. They live in a process of their own: in
 * the server's they would take its descriptors, and count as its memory and its CPU time.
 *
 * @module
 */

import { linesOf } from "../../cli/text_lines.ts";
import { selfExec } from "../system/self_exec.ts";
import type { Address } from "../sockets/interface.ts";
import type { Command, CrowdCounts } from "./frames.ts";

/** The name of their role on the command line. */
export const CROWD_ROLE = "--drive-clients";

/** What clients are told. */
export type CrowdCommand = Exclude<Command, { do: "burden" | "hold" }>;

const PERMISSIONS = ["--no-prompt", "--allow-net", "--allow-ffi"];
const NOBODY: CrowdCounts = { open: 0, talking: false, reading: true, messages: 0 };

/** See the module. The process is started with the first command. */
export class Crowd {
  readonly #address: Address;
  #process: Deno.ChildProcess | undefined = undefined;
  #input: WritableStreamDefaultWriter<Uint8Array> | undefined = undefined;
  #reading: Promise<void> = Promise.resolve();
  #counts = NOBODY;

  constructor(address: Address) {
    this.#address = address;
  }

  /** The process in which they live, if there is one. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get counts(): CrowdCounts {
    return this.#counts;
  }

  async control(command: CrowdCommand): Promise<void> {
    this.#input ??= this.#start();
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(command)}\n`));
  }

  /** All of them leave. */
  async end(): Promise<void> {
    await this.#input?.close().catch(() => {}); // it has ended already
    await this.#process?.status;
    await this.#reading;
  }

  #start(): WritableStreamDefaultWriter<Uint8Array> {
    const [program, args] = selfExec([CROWD_ROLE, JSON.stringify(this.#address)], PERMISSIONS);
    this.#process = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      detached: true, // Ctrl-C at the terminal is for the server, which lets clients finish
    }).spawn();
    this.#reading = this.#read(this.#process.stdout);
    return this.#process.stdin.getWriter();
  }

  async #read(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const line of linesOf(output)) this.#counts = JSON.parse(line);
    this.#counts = NOBODY;
    this.#input = undefined;
  }
}
