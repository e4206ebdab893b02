import type { Messages } from "../../cli/messages.ts";
import { systemReason } from "../../cli/system_reason.ts";
import type { RemoteRun } from "./remote_run.ts";

/**
 * Saves the last minute of a run as a recording, into a new file in the current directory.
 *
 * @param run whose last minute it is
 * @param model of the server, for the name of the file
 * @param messages for what is said of it
 * @returns what to say of it: the name of the file, or why there is none
 */
export async function saveLastMinute(
  run: RemoteRun,
  model: string,
  messages: Messages,
): Promise<string> {
  const { watch } = messages;
  try {
    const { lines, seconds } = await run.lastMinute();
    // As 2026-01-31T12-30-05: a colon cannot be in the name of a file everywhere.
    const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
    const path = `playground-${model}-${time}.jsonl`;
    await Deno.writeFile(path, lines, { createNew: true });
    return watch.saved(path, seconds.toFixed(1));
  } catch (error) {
    return watch.notSaved(systemReason(error, messages));
  }
}
