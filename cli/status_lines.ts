import { standardError } from "./output.ts";

/** Lines at the bottom of the terminal, on standard error, that are drawn over and over. */
export class StatusLines {
  #drawn = 0;

  /** The size of the terminal. */
  size(): { columns: number; rows: number } {
    const { columns, rows } = Deno.consoleSize();
    // A terminal that does not know, such as a serial line, says 0: ioctl_tty(2).
    return { columns: columns || 80, rows: rows || 24 };
  }

  /**
   * Replaces the lines that were drawn last; while the terminal does not take those, nothing.
   *
   * @param lines one less than the terminal has rows, at most
   */
  draw(lines: readonly string[]): void {
    if (!standardError.isWritten) return;
    this.#replace(lines);
  }

  /** Takes the lines away, so that others can be printed in their place. */
  clear(): void {
    this.#replace([]);
  }

  #replace(lines: readonly string[]): void {
    if (lines.length === 0 && this.#drawn === 0) return;
    const back = this.#drawn === 0 ? "" : `\x1b[${this.#drawn}A`;
    // A line that does not fit is cut by the terminal instead of moving the others: DECAWM off.
    const text = `\r${back}\x1b[J\x1b[?7l${lines.map((line) => `${line}\n`).join("")}\x1b[?7h`;
    this.#drawn = lines.length;
    standardError.write(text);
  }
}
