import { RefusedError } from "../../cli/errors.ts";
import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import type { ModelName } from "../../servers/context/context.ts";
import type { SocketKind } from "../../servers/context/protocol.ts";
import type { Run } from "../../servers/watch/frames.ts";
import { NotListeningError, ServerProcess } from "../target/server_process.ts";
import { RemoteRun } from "./remote_run.ts";
import { showPage } from "./show_page.ts";

const PATIENCE_MS = 20_000;
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
    const { server, run } = await startWatched(model, sockets, messages);
    servers.defer(async () => void await server.stop(STOP_TIMEOUT_MS));
    server.ended.then(() => lost.reject(new RefusedError(messages.watch.serverEnded(model))));
    runs.push(run);
  }
  const shown = { runs, language, messages, portFlag: "--port" as const, lost: lost.promise };
  await showPage(shown, { port, open }, (address) => {
    console.log(messages.watch.watching(address));
  });
}

async function startWatched(
  model: ModelName,
  sockets: SocketKind | undefined,
  { watch }: Messages,
): Promise<{ server: ServerProcess; run: Run }> {
  const watching = Promise.withResolvers<string>();
  try {
    const kind = sockets === undefined ? [] : ["--sockets", sockets];
    const args = [model, ...kind, "--quiet", "--watch", "0"];
    const server = await ServerProcess.startPlayground(args, {
      startTimeoutMs: PATIENCE_MS,
      onEvent: (event) => {
        if (event.event === "watching") watching.resolve(event.address);
      },
    });
    server.ended.then(() => watching.reject(new RefusedError(watch.serverEnded(model))));
    return { server, run: new RemoteRun(await watching.promise) };
  } catch (error) {
    if (!(error instanceof NotListeningError)) throw error;
    throw new RefusedError(watch.serverFailed(model, error.reason));
  }
}
