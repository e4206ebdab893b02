import { standardError } from "./output.ts";

/**
 * Lines at the bottom of the terminal, on standard error, that are redrawn in place.
 * @example
 * ```ts
 * const status = new StatusLines();
 * if (Deno.stderr.isTerminal()) status.draw(["1 of 3"]);
 * status.clear();
 * ```
 */
export class StatusLines {
  #drawn = 0;

  /** The size of the terminal, in characters. */
  size(): { columns: number; rows: number } {
    const { columns, rows } = Deno.consoleSize();
    // A terminal of unknown size, such as a serial line, reports 0: ioctl_tty(2).
    return { columns: columns || 80, rows: rows || 24 };
  }

  /**
   * Replaces the lines that were drawn last. Does nothing while the terminal has not taken those.
   *
   * @param lines at most one less than the terminal has rows
   */
  draw(lines: readonly string[]): void {
    if (!standardError.isWritten) return;
    this.#replace(lines);
  }

  /** Erases the lines, so that other text can take their place. */
  clear(): void {
    this.#replace([]);
  }

  #replace(lines: readonly string[]): void {
    if (lines.length === 0 && this.#drawn === 0) return;
    const back = this.#drawn === 0 ? "" : `\x1b[${this.#drawn}A`;
    // With DECAWM off, the terminal cuts a line that is too long instead of wrapping it.
    const text = `\r${back}\x1b[J\x1b[?7l${lines.map((line) => `${line}\n`).join("")}\x1b[?7h`;
    this.#drawn = lines.length;
    standardError.write(text);
  }
}
