/**
 * The servers that experiments start.
 *
 * @module
 */

import { RefusedError } from "../../cli/errors.ts";
import type { LabTexts } from "../../cli/messages.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import type { ServerEvent } from "../../servers/runtime/json_reporter.ts";
import { NotListeningError, ServerProcess } from "../target/server_process.ts";

const START_TIMEOUT_MS = 10_000;

/** The system's own sockets, where there are any: flags of `serve`. */
export const BEST_SOCKETS: readonly string[] = hasSystemCalls() ? ["--sockets", "libc"] : [];

/**
 * Starts `playground serve` in a process of its own, which does not wait for its clients when it stops.
 *
 * @param args the model and its flags
 * @param onEvent called with each event of the server
 * @throws {RefusedError} when it does not listen
 */
export async function startServer(
  args: readonly string[],
  { needs }: LabTexts,
  onEvent?: (event: ServerEvent) => void,
): Promise<ServerProcess> {
  try {
    return await ServerProcess.startPlayground([...args, "--grace", "0"], {
      startTimeoutMs: START_TIMEOUT_MS,
      onEvent,
    });
  } catch (error) {
    if (!(error instanceof NotListeningError)) throw error;
    throw new RefusedError(needs.server(args.join(" "), error.reason));
  }
}
