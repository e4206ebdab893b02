import { decode, encode } from "./bytes.ts";
import { commandFor } from "./playground.ts";
import { screenOf } from "./screen.ts";

/** A command in a terminal, script(1): what it prints, and whether the terminal is as it was then. */
export class InTerminal {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  readonly #columns: number;
  #output = "";
  #onOutput = () => {};

  /** @param env what differs from the usual environment */
  constructor(
    args: readonly string[],
    columns: number,
    rows: number,
    { env = {}, cwd }: {
      readonly env?: Readonly<Record<string, string>>;
      readonly cwd?: string;
    } = {},
  ) {
    this.#columns = columns;
    const [program, programArgs] = commandFor(args);
    const command = [program, ...programArgs].map((word) => `'${word}'`).join(" ");
    this.#child = new Deno.Command("script", {
      args: [
        "-qec",
        // The shell outlives a Ctrl-C, which a terminal sends to all that run in it.
        `trap : INT; stty cols ${columns} rows ${rows}; echo pid $$; ${command}; echo status $?; stty -a`,
        "/dev/null",
      ],
      // script(1) starts $SHELL, and shells differ in what a Ctrl-C does to them.
      env: { LC_ALL: "C", TERM: "xterm", NO_COLOR: "1", SHELL: "/bin/sh", ...env },
      stdin: "piped",
      stdout: "piped",
      cwd,
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  async press(keys: string): Promise<void> {
    await this.#input.write(encode(keys));
  }

  /** Waits until it has printed this. @returns what matches */
  async until(text: string | RegExp): Promise<RegExpMatchArray> {
    for (let match;; await new Promise<void>((resolve) => this.#onOutput = resolve)) {
      if ((match = this.#output.match(text)) !== null) return match;
    }
  }

  /** Waits until these lines are the last ones that it shows. */
  async untilShown(lines: readonly string[]): Promise<void> {
    const isShown = () => {
      const shown = screenOf(this.#output, this.#columns).slice(-lines.length);
      return shown.join("\n") === lines.join("\n");
    };
    while (!isShown()) await new Promise<void>((resolve) => this.#onOutput = resolve);
  }

  /** Waits for its end. @returns all that it has printed */
  async end(): Promise<string> {
    await this.#child.status;
    await this.#input.close().catch(() => {}); // the terminal is gone
    await this.#reading;
    return this.#output;
  }

  async #read(): Promise<void> {
    for await (const bytes of this.#child.stdout) {
      this.#output += decode(bytes);
      this.#onOutput();
    }
  }
}
