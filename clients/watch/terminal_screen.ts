import { standardOutput } from "../../cli/output.ts";

/** Sequences of console_codes(4) and xterm: a second screen, the cursor, and wiping. */
const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const WIPE_LINE = "\x1b[K";
const WIPE_REST = "\x1b[J";

/** Signals that end a program; a terminal that is closed hangs up. */
const ENDING: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** The whole terminal, for as long as this lives: what was on it before comes back. */
export class TerminalScreen implements Disposable {
  readonly #onSignal: () => void;

  /** @param onQuit is called when `q` or Ctrl-C is pressed, or a signal asks to end */
  constructor(onQuit: () => void) {
    this.#onSignal = onQuit;
    for (const signal of ENDING) Deno.addSignalListener(signal, this.#onSignal);
    Deno.stdin.setRaw(true);
    standardOutput.write(ENTER);
    this.#readKeys(onQuit);
  }

  /** How much there is room for, now. */
  get size(): { columns: number; rows: number } {
    return Deno.consoleSize();
  }

  /** Shows these lines, and nothing else; while the terminal does not take the last, nothing. */
  show(lines: readonly string[]): void {
    if (!standardOutput.isWritten) return;
    standardOutput.write(HOME + lines.join(`${WIPE_LINE}\r\n`) + WIPE_LINE + WIPE_REST);
  }

  [Symbol.dispose](): void {
    standardOutput.write(LEAVE);
    Deno.stdin.setRaw(false);
    for (const signal of ENDING) Deno.removeSignalListener(signal, this.#onSignal);
  }

  /** Ctrl-C is a key like any other here. */
  async #readKeys(onQuit: () => void): Promise<void> {
    const keys = new Uint8Array(64);
    const isQuit = (key: number) => key === "q".charCodeAt(0) || key === 0x03;
    for (let count; (count = await Deno.stdin.read(keys)) !== null;) {
      if (keys.subarray(0, count).some(isQuit)) return onQuit();
    }
    onQuit(); // there is nobody who could press a key any more
  }
}
