import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isObject } from "../../cli/json.ts";
import { HandlerError } from "./handler_error.ts";
import { outliveReader } from "../../cli/lost_output.ts";
import { GeneratedReplies, type Handler, type Reply } from "./session.ts";
import { messageOf } from "../system/thrown.ts";

const encoder = new TextEncoder();

/**
 * Loads a handler from a JavaScript file. Its default export is called for each client, and returns
 * an object with `receive(chunk)`. That returns the reply: bytes, a string,
 * `{ bytes, waitMs, close }`, an iterable of these, or nothing.
 *
 * @param path of the file, relative to the current directory
 * @throws {HandlerError} when the file cannot be loaded or exports something else; the handler and
 *   its sessions also throw it, when what the file returns is of no use
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { allReplies } from "./session.ts";
 * const path = await Deno.makeTempFile({ suffix: ".js" });
 * await Deno.writeTextFile(path, "export default () => ({ receive: () => ['one', 'two'] });");
 * const session = (await loadCustomHandler(path))();
 * assertEquals([...allReplies(session.onData(new Uint8Array(3)))].length, 2);
 * await Deno.remove(path);
 * ```
 */
export async function loadCustomHandler(path: string): Promise<Handler> {
  outliveReader(); // a handler may print, and must not fail when nobody reads that
  const make = (await importHandlerFile(path)).default;
  if (typeof make !== "function") throw new HandlerError(path, "it has no default function export");
  return () => {
    const session = makeSession(path, make);
    if (!isObject(session) || typeof session.receive !== "function") {
      throw new HandlerError(path, "what its function returns has no receive method");
    }
    const receive = session.receive.bind(session);
    // A copy, since the model may receive into the same buffer before all replies are made.
    return { onData: (chunk) => new GeneratedReplies(replies(path, receive(chunk.slice()))) };
  };
}

// deno-lint-ignore ban-types -- of what a file exports, no more than this is known
function makeSession(path: string, make: Function): unknown {
  try {
    return make();
  } catch (error) {
    throw new HandlerError(path, firstLine(error), { cause: error });
  }
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
    return await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    throw new HandlerError(path, firstLine(error), { cause: error });
  }
}

function firstLine(error: unknown): string {
  return messageOf(error).split("\n")[0];
}

function* replies(path: string, given: unknown): Generator<Reply> {
  if (given === undefined || given === null) return;
  if (typeof given === "string" || given instanceof Uint8Array) {
    yield { bytes: toBytes(given), waitMs: 0, close: false };
  } else if (isObject(given) && Symbol.iterator in given) {
    // Checked by the line above; each element is checked in its turn.
    for (const one of given as Iterable<unknown>) yield* replies(path, one);
  } else if (given instanceof Promise) {
    given.catch(() => {}); // nobody waits for it, so its failure must not end the thread
    throw new HandlerError(path, "receive returned a promise; it must answer at once");
  } else if (isObject(given) && ["bytes", "waitMs", "close"].some((name) => name in given)) {
    const { bytes = "", waitMs = 0, close = false } = given;
    if (typeof waitMs !== "number" || !(waitMs >= 0)) {
      throw new HandlerError(path, "waitMs is not a number of milliseconds");
    }
    if (typeof bytes !== "string" && !(bytes instanceof Uint8Array)) {
      throw new HandlerError(path, "bytes is neither a string nor a Uint8Array");
    }
    yield { bytes: toBytes(bytes), waitMs, close: close === true };
  } else {
    throw new HandlerError(path, `receive returned a ${typeof given} that is no answer`);
  }
}

function toBytes(given: string | Uint8Array): Uint8Array {
  return typeof given === "string" ? encoder.encode(given) : given;
}
