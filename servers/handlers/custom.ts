import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { HandlerError } from "./handler_error.ts";
import { outliveReader } from "../../cli/lost_output.ts";
import { FileSession } from "./file_session.ts";
import type { Handler } from "./session.ts";
import { messageOf, runsCodeOf } from "../system/thrown.ts";

/**
 * Loads a handler from a file. Its default export is called for each client with a context, and returns
 * an object with `receive(chunk)` and, if it wants, `open()`, `tick()`, `end()` and `close(reason)`, see
 * {@linkcode FileSession}.
 *
 * @param path of the file, relative to the current directory
 * @throws {HandlerError} when the file cannot be loaded or exports something else; the handler and
 *   its sessions also throw it, when what the file returns is of no use
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Rooms } from "./rooms.ts";
 * import { allReplies } from "./session.ts";
 * const path = await Deno.makeTempFile({ suffix: ".js" });
 * await Deno.writeTextFile(path, "export default () => ({ receive: () => ['one', 'two'] });");
 * const handler = await loadCustomHandler(path);
 * const session = handler({ id: 1, peer: { host: "::1", port: 50_000 }, rooms: new Rooms() });
 * assertEquals([...allReplies(session.onData(new Uint8Array(3)))].length, 2);
 * await Deno.remove(path);
 * ```
 */
export async function loadCustomHandler(path: string): Promise<Handler> {
  outliveReader(); // a handler may print, and must not fail when nobody reads that
  runsCodeOf(path, urlOf(path));
  const make = (await importHandlerFile(path)).default;
  if (typeof make !== "function") throw new HandlerError(path, "it has no default function export");
  return (client) => new FileSession(path, (context) => make(context), client);
}

/**
 * What a handler's file exports.
 *
 * @param path of the file, relative to the current directory
 * @throws {HandlerError} when it cannot be loaded
 *
 * @example
 * ```ts
 * const path = await Deno.makeTempFile({ suffix: ".js" });
 * const { default: none } = await importHandlerFile(path);
 * await Deno.remove(path);
 * ```
 */
export async function importHandlerFile(path: string): Promise<Record<string, unknown>> {
  try {
    return await import(urlOf(path));
  } catch (error) {
    throw new HandlerError(path, firstLine(error), { cause: error });
  }
}

function urlOf(path: string): string {
  return pathToFileURL(resolve(path)).href;
}

function firstLine(error: unknown): string {
  return messageOf(error).split("\n")[0];
}
