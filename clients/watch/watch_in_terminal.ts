import { RefusedError, UsageError } from "../../cli/errors.ts";
import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import { type Address, formatAddress } from "../../servers/sockets/interface.ts";
import { RemoteRun } from "./remote_run.ts";
import { saveLastMinute } from "./save_last_minute.ts";
import { TerminalPicture } from "./terminal_picture.ts";
import { TerminalScreen } from "./terminal_screen.ts";

const REDRAW_INTERVAL_MS = 100;
/** How long a server may take to describe itself. */
const TIMEOUT_MS = 5_000;

/**
 * Shows a server in the terminal until `q` is pressed, or the server ends.
 *
 * @param address of the page
 * @param language of the log
 * @param messages of the terminal
 * @throws {UsageError} when there is no terminal
 * @throws {RefusedError} when there is no server, or it ends
 */
export async function watchInTerminal(
  address: Address,
  language: Language,
  messages: Messages,
): Promise<void> {
  const { watch } = messages;
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) throw new UsageError(watch.noTerminal);
  const quit = new AbortController();
  const run = new RemoteRun(`http://${formatAddress(address)}/`);
  const { picture, ended } = await follow(
    run,
    formatAddress(address),
    language,
    messages,
    quit.signal,
  );
  const save = async () => {
    picture.notice = await saveLastMinute(run, picture.model, messages);
  };
  if (!await showUntilQuit(picture, ended, quit, save)) throw new RefusedError(watch.terminal.lost);
}

/**
 * Begins to follow a server.
 *
 * @returns its picture, which each frame updates, and a promise that settles after the last frame
 */
async function follow(
  run: RemoteRun,
  address: string,
  language: Language,
  messages: Messages,
  quit: AbortSignal,
): Promise<{ picture: TerminalPicture; ended: Promise<void> }> {
  const { watch } = messages;
  const described = Promise.withResolvers<TerminalPicture>();
  let picture: TerminalPicture | undefined;
  const ended = run.follow({
    onHello: (hello) => {
      picture = new TerminalPicture(hello, messages, language, !Deno.noColor);
      described.resolve(picture);
    },
    onFrame: (frame) => picture?.apply(frame),
  }, quit);
  const refuse = async () => {
    const reason = await isForbidden(address)
      ? watch.forbidden(address)
      : watch.notWatched(address);
    described.reject(new RefusedError(reason));
  };
  ended.then(refuse, refuse);
  const timer = setTimeout(
    () => described.reject(new RefusedError(watch.silent(address, TIMEOUT_MS / 1_000))),
    TIMEOUT_MS,
  );
  try {
    return { picture: await described.promise, ended };
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a view refuses this address, as it does through a tunnel with another port. */
async function isForbidden(address: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const { status, body } = await fetch(`http://${address}/view`, { signal });
    await body?.cancel();
    return status === 403;
  } catch {
    return false; // no program listens, or it does not speak HTTP
  }
}

/** @returns whether the user quit, and the server did not end before */
async function showUntilQuit(
  picture: TerminalPicture,
  ended: Promise<void>,
  quit: AbortController,
  save: () => Promise<void>,
): Promise<boolean> {
  await using screen = new TerminalScreen(() => quit.abort(), save);
  const draw = () => {
    const { columns, rows } = screen.size;
    screen.show(picture.draw(columns, rows));
  };
  const timer = setInterval(draw, REDRAW_INTERVAL_MS);
  try {
    await ended;
  } catch {
    // The server is gone, or has sent something unreadable.
  } finally {
    clearInterval(timer);
  }
  return quit.signal.aborted;
}
