import { resolve } from "node:path";
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

/**
 * Opens what `--handler kv` keeps its data in, before the first client finds that it cannot be used.
 *
 * @returns what keeps data in memory alive while no client is there
 * @throws {RefusedError} when the file cannot be used
 */
export async function openStore(
  { handler, db }: { readonly handler: string; readonly db: string },
  { serve }: Messages,
): Promise<Disposable> {
  if (handler !== "kv") return { [Symbol.dispose]() {} };
  const { KvStore, SHARED_MEMORY } = await import("../handlers/kv_store.ts");
  try {
    const store = new KvStore(db === "" ? SHARED_MEMORY : resolve(db));
    // A file needs nobody, and the locks of a connection here would be those of the whole process.
    if (db !== "") store.close();
    return { [Symbol.dispose]: () => db === "" && store.close() };
  } catch (error) {
    throw new RefusedError(serve.dbFailed(db, messageOf(error).replace(/: \/.*/s, "")));
  }
}
