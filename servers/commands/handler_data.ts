import { join, resolve } from "node:path";
import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { messageOf } from "../system/thrown.ts";

/**
 * Checks the directory whose files are to be served.
 *
 * @param root the value of `--root`; may be empty
 * @throws {RefusedError} when it is none
 */
export async function checkRoot(root: string, { serve }: Messages): Promise<void> {
  if (root === "") return;
  const info = await Deno.stat(root).catch(() => undefined); // or we may not look
  if (!info?.isDirectory) throw new RefusedError(serve.rootMissing(root));
}

/** The file that `--handler kv` keeps its data in. */
export interface StoreFile extends AsyncDisposable {
  /** Absolute; empty for another handler. */
  readonly path: string;
}

/**
 * Prepares what `--handler kv` keeps its data in, before the first client finds that it cannot be used.
 *
 * @returns the file; one that nobody has named is deleted when it is disposed of. A file it is even so,
 *   since all threads and processes of a server can use it.
 * @throws {RefusedError} when the file cannot be used
 */
export async function prepareStore(
  { handler, db }: { readonly handler: string; readonly db: string },
  { serve }: Messages,
): Promise<StoreFile> {
  if (handler !== "kv") return { path: "", async [Symbol.asyncDispose]() {} };
  const directory = db === "" ? await Deno.makeTempDir({ prefix: "playground-" }) : undefined;
  const path = directory === undefined ? resolve(db) : join(directory, "kv.db");
  const { KvStore } = await import("../handlers/kv_store.ts");
  try {
    // Closed at once: no connection may cross a fork, and its locks are those of a whole process.
    new KvStore(path).close();
  } catch (error) {
    throw new RefusedError(serve.dbFailed(db, messageOf(error).split(": ")[0]));
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      if (directory !== undefined) await Deno.remove(directory, { recursive: true });
    },
  };
}
