import { linesOf } from "../../cli/text_lines.ts";
import { commandFor } from "./playground.ts";

/** A command that shows a page until it is stopped. Dispose of it, and nothing is left. */
export class PageProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  /** What it has written to standard error; all of it when it has ended. */
  complaints = "";
  readonly #found = Promise.withResolvers<string>();

  private constructor(args: readonly string[]) {
    const [program, programArgs] = commandFor(args);
    this.#child = new Deno.Command(program, {
      args: programArgs,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { LC_ALL: "C" },
    }).spawn();
    this.#reading = Promise.all([this.#read(), this.#readErrors()]);
  }

  /** Starts it, and resolves with the page's address when it has said that. */
  static async start(args: readonly string[]): Promise<{ process: PageProcess; address: string }> {
    const process = new PageProcess(args);
    try {
      return { process, address: await process.#found.promise };
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Ends it as Ctrl-C does. @returns the exit status */
  async stop(): Promise<number> {
    this.#child.kill("SIGINT");
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.#reading;
  }

  async #readErrors(): Promise<void> {
    for await (const line of linesOf(this.#child.stderr)) this.complaints += `${line}\n`;
  }

  async #read(): Promise<void> {
    const lines = linesOf(this.#child.stdout);
    for await (const line of lines) {
      const address = /http:\S+/.exec(line)?.[0];
      if (address !== undefined) this.#found.resolve(address);
    }
    this.#found.reject(new Error("it ended before it said where the page is"));
  }
}
