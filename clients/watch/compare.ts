import { RefusedError } from "../../cli/errors.ts";
import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import type { ModelName } from "../../servers/context/context.ts";
import type { SocketKind } from "../../servers/context/protocol.ts";
import type { Run } from "../../servers/watch/frames.ts";
import { WebServer } from "../../servers/watch/web_server.ts";
import { showPage } from "./show_page.ts";
import { startWatched } from "./watched_server.ts";

const STOP_TIMEOUT_MS = 1_000;

/** What to compare, and where to show it. */
export interface Comparison {
  readonly models: readonly ModelName[];
  /** `undefined`: for each model the kind that it is served on without a flag. */
  readonly sockets: SocketKind | undefined;
  readonly port: number;
  readonly open: boolean;
}

/**
 * Serves each model in a process of its own, and shows both on one page until Ctrl-C. A command of the
 * page goes to both.
 *
 * @param language of the page
 * @param messages for the terminal
 * @throws {RefusedError} when a server or the page cannot be started, or a server ends
 */
export async function compare(
  { models, sockets, port, open }: Comparison,
  language: Language,
  messages: Messages,
): Promise<void> {
  await using servers = new AsyncDisposableStack();
  const runs: Run[] = [];
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {}); // nobody awaits it when the servers are stopped at the end
  for (const model of models) {
    const kind = sockets === undefined ? [] : ["--sockets", sockets];
    const { server, run } = await startWatched([model, ...kind, "--quiet"], messages);
    servers.defer(async () => void await server.stop(STOP_TIMEOUT_MS));
    server.ended.then(() => lost.reject(new RefusedError(messages.watch.serverEnded(model))));
    runs.push(run);
  }
  const page = new WebServer({ runs, language, messages, portFlag: "--port" }, port);
  await showPage(page, { open, messages, lost: lost.promise }, (address) => {
    console.log(messages.watch.watching(address));
  });
}
