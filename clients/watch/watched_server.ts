import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { NotListeningError, ServerProcess } from "../target/server_process.ts";
import { RemoteRun } from "./remote_run.ts";

const PATIENCE_MS = 20_000;

/** A server in a process of its own, and its frames. */
export interface WatchedServer {
  readonly server: ServerProcess;
  readonly run: RemoteRun;
}

/**
 * Starts a server that can be watched.
 *
 * @param args of `serve`: the model and flags
 * @param signal gives up the start
 * @throws {RefusedError} when it cannot be started
 * @throws {unknown} the reason of the signal
 */
export async function startWatched(
  [model, ...flags]: readonly string[],
  { watch }: Messages,
  signal?: AbortSignal,
): Promise<WatchedServer> {
  const watching = Promise.withResolvers<string>();
  watching.promise.catch(() => {}); // nobody awaits it when the start fails
  try {
    const server = await ServerProcess.startPlayground([model, ...flags, "--watch", "0"], {
      startTimeoutMs: PATIENCE_MS,
      signal,
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
