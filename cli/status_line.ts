/**
 * A line at the bottom of the terminal that is written again and again.
 *
 * @module
 */

const encoder = new TextEncoder();

/** Whether there is a terminal for it: it goes to standard error, and results do not. */
export function hasStatusLine(): boolean {
  return Deno.stderr.isTerminal();
}

/** Writes the line anew. One that does not fit is cut by the terminal: DECAWM off. */
export function writeStatusLine(line: string): void {
  Deno.stderr.writeSync(encoder.encode(`\r\x1b[?7l\x1b[K${line}\x1b[?7h`));
}
