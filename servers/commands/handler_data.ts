import { RefusedError, UsageError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import type { ModelName } from "../context/context.ts";
import { whyNothingIsShared } from "../registry.ts";
import { messageOf } from "../system/thrown.ts";

/**
 * Finds the directory whose files are to be served.
 *
 * @param root the value of `--root`; may be empty
 * @returns its absolute path; empty if there is none
 * @throws {RefusedError} when it is no directory
 */
export async function findRoot(root: string, { serve }: Messages): Promise<string> {
  if (root === "") return "";
  const info = await Deno.stat(root).catch(() => undefined); // or we may not look
  if (!info?.isDirectory) throw new RefusedError(serve.rootMissing(root));
  const { resolve } = await import("node:path"); // some 8 ms of a start
  return resolve(root);
}

/** The name of a database in memory, for one thread only, https://sqlite.org/inmemorydb.html */
const IN_MEMORY = ":memory:";

/** Where `--handler kv` keeps its data. */
export interface Store extends AsyncDisposable {
  /** What SQLite opens: an absolute path, or `:memory:`; empty for another handler. */
  readonly path: string;
}

/**
 * Prepares what `--handler kv` keeps its data in, before the first client finds that it cannot be used.
 *
 * @returns the store; without a name it is a file as well, which all threads and processes of a server can
 *   use, and which is deleted when the store is disposed of
 * @throws {UsageError} when the data shall be in memory, and the model serves in several threads or processes
 * @throws {RefusedError} when the file cannot be used
 */
export async function prepareStore(
  model: ModelName,
  { handler, db }: { readonly handler: string; readonly db: string },
  { serve }: Messages,
): Promise<Store> {
  const none = { async [Symbol.asyncDispose]() {} };
  if (handler !== "kv") return { path: "", ...none };
  if (db === IN_MEMORY) {
    if (whyNothingIsShared(model) !== undefined) throw new UsageError(serve.dbNotInMemory(model));
    return { path: IN_MEMORY, ...none };
  }
  const { KvStore } = await import("../handlers/kv_store.ts");
  const { join, resolve } = await import("node:path");
  const { makeTemporaryDirectory } = await import("./temporary_directory.ts");
  const directory = db === "" ? await makeTemporaryDirectory() : undefined;
  const path = directory === undefined ? resolve(db) : join(directory.path, "kv.db");
  try {
    // Closed at once: no connection may cross a fork, and its locks are those of a whole process.
    new KvStore(path).close();
  } catch (error) {
    throw new RefusedError(serve.dbFailed(db, messageOf(error).split(": ")[0]));
  }
  return { ...directory ?? none, path };
}
