import { standardOutput } from "../../cli/output.ts";

/** Sequences of console_codes(4) and xterm: the alternate screen, the cursor, and erasing. */
const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const ERASE_LINE = "\x1b[K";
const ERASE_REST = "\x1b[J";

/** How long the last sequence may take; a terminal that is stopped takes nothing. */
const LAST_WRITE_MS = 1_000;

/** Signals that end a program. SIGHUP comes when the terminal is closed. */
const ENDING: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Takes over the whole terminal, and restores it when disposed of. */
export class TerminalScreen implements AsyncDisposable {
  readonly #onSignal: () => void;

  /**
   * @param onQuit is called when `q` or Ctrl-C is pressed, or a signal ends the program
   * @param onSave is called when `s` is pressed
   */
  constructor(onQuit: () => void, private readonly onSave: () => void) {
    this.#onSignal = onQuit;
    for (const signal of ENDING) Deno.addSignalListener(signal, this.#onSignal);
    Deno.stdin.setRaw(true);
    standardOutput.write(ENTER);
    this.#readKeys(onQuit);
  }

  /** The present size, in characters. */
  get size(): { columns: number; rows: number } {
    return Deno.consoleSize();
  }

  /** Shows these lines, unless the terminal has not accepted the previous ones yet. */
  show(lines: readonly string[]): void {
    if (!standardOutput.isWritten) return;
    standardOutput.write(HOME + lines.join(`${ERASE_LINE}\r\n`) + ERASE_LINE + ERASE_REST);
  }

  /** Resolves when the terminal is as it was, so that a line on standard error is seen there. */
  async [Symbol.asyncDispose](): Promise<void> {
    standardOutput.write(LEAVE);
    Deno.stdin.setRaw(false);
    for (const signal of ENDING) Deno.removeSignalListener(signal, this.#onSignal);
    await standardOutput.writtenWithin(LAST_WRITE_MS);
  }

  /** In raw mode, Ctrl-C is a key like any other. */
  async #readKeys(onQuit: () => void): Promise<void> {
    const keys = new Uint8Array(64);
    const isQuit = (key: number) => key === "q".charCodeAt(0) || key === 0x03;
    for (let count; (count = await Deno.stdin.read(keys)) !== null;) {
      const pressed = keys.subarray(0, count);
      if (pressed.some(isQuit)) return onQuit();
      if (pressed.includes("s".charCodeAt(0))) this.onSave();
    }
    onQuit(); // standard input has ended, so no key can be pressed any more
  }
}
