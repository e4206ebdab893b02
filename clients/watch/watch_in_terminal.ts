import { RefusedError, UsageError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { type Address, formatAddress } from "../../servers/sockets/interface.ts";
import type { Hello } from "../../servers/watch/frames.ts";
import { RemoteRun } from "./remote_run.ts";
import { TerminalPicture } from "./terminal_picture.ts";
import { TerminalScreen } from "./terminal_screen.ts";

const REDRAW_MS = 100;

/**
 * Shows a server in the terminal until `q` is pressed, or the server ends.
 *
 * @param address of the page
 * @throws {UsageError} when there is no terminal
 * @throws {RefusedError} when there is no server, or none any more
 */
export async function watchInTerminal(address: Address, messages: Messages): Promise<void> {
  const { watch } = messages;
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) throw new UsageError(watch.noTerminal);
  const shown = formatAddress(address);
  const run = new RemoteRun(`http://${shown}/`);
  let hello: Hello;
  try {
    hello = await run.hello();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    throw new RefusedError(watch.notWatched(shown));
  }
  if (!await showUntilQuit(run, new TerminalPicture(hello, messages, !Deno.noColor))) {
    throw new RefusedError(watch.terminal.lost);
  }
}

/** @returns false when the frames have come to an end before */
async function showUntilQuit(run: RemoteRun, picture: TerminalPicture): Promise<boolean> {
  const quit = new AbortController();
  using screen = new TerminalScreen(() => quit.abort());
  const draw = () => {
    const { columns, rows } = screen.size;
    screen.show(picture.draw(columns, rows));
  };
  const timer = setInterval(draw, REDRAW_MS);
  try {
    await run.follow((frame) => picture.take(frame), quit.signal);
  } catch {
    // It was quit, or the server is gone.
  } finally {
    clearInterval(timer);
  }
  return quit.signal.aborted;
}
