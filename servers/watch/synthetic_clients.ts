/**
 * The clients that are opened from a view, seen from there. They live in a process of their own: in
 * the server's they would take its descriptors, and count as its memory and its CPU time.
 *
 * @module
 */

import { linesOf } from "../../cli/text_lines.ts";
import { selfExec } from "../system/self_exec.ts";
import type { Address } from "../sockets/interface.ts";
import type { Command, SyntheticCounts } from "./frames.ts";

/** The name of their role on the command line, see clients/watch/synthetic_clients_role.ts. */
const ROLE = "--synthetic-clients";

/** A command to them. */
export type ClientCommand = Exclude<Command, { do: "simulate-cost" | "block" }>;

const NO_CLIENTS: SyntheticCounts = { open: 0, talking: false, reading: true, messages: 0 };

/** Starts the process of the clients with the first command, and passes commands on to it. */
export class SyntheticClientsProcess {
  #process: Deno.ChildProcess | undefined = undefined;
  #input: WritableStreamDefaultWriter<Uint8Array> | undefined = undefined;
  #reading: Promise<void> = Promise.resolve();
  #counts = NO_CLIENTS;

  /** @param address of the server that they connect to */
  constructor(private readonly address: Address) {}

  /** The process id, once the process runs. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Their last report. */
  get counts(): SyntheticCounts {
    return this.#counts;
  }

  /** Sends a command to them. */
  async control(command: ClientCommand): Promise<void> {
    this.#input ??= this.#start();
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(command)}\n`));
  }

  /** Closes their connections, and waits until their process has ended. */
  async end(): Promise<void> {
    await this.#input?.close().catch(() => {}); // it has ended already
    await this.#process?.status;
    await this.#reading;
  }

  #start(): WritableStreamDefaultWriter<Uint8Array> {
    const [program, args] = selfExec([ROLE, JSON.stringify(this.address)]);
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
    this.#counts = NO_CLIENTS;
    this.#input = undefined;
  }
}
