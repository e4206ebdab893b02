import { dirname, join } from "node:path";
import { withUnlockedFile } from "../system/locked_file.ts";
import { hasSystemCalls } from "../system/system_calls.ts";

/** How the names of the directories begin. */
const PREFIX = "playground-kv-";
/** The file in each that its server has locked as long as it runs. */
const LOCK = "in-use";

/** A directory that is removed when it is disposed of. */
export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a directory for what a server keeps as long as it runs. On Linux it also removes those of servers
 * that were killed, of which the system has given back the locks.
 *
 * @throws {Error} when there can be none
 */
export async function makeTemporaryDirectory(): Promise<TemporaryDirectory> {
  const path = await Deno.makeTempDir({ prefix: PREFIX });
  const unlocked = join(path, "unlocked");
  const lock = await Deno.open(unlocked, { write: true, create: true });
  await lock.lock(true);
  await Deno.rename(unlocked, join(path, LOCK)); // others look for this one, and find it locked
  if (hasSystemCalls()) await removeAbandoned(dirname(path));
  return {
    path,
    async [Symbol.asyncDispose]() {
      lock.close();
      await removeIfThere(path);
    },
  };
}

/** What cannot be removed of others is left: this server has nothing to do with it. */
async function removeAbandoned(directory: string): Promise<void> {
  try {
    for await (const { name, isDirectory } of Deno.readDir(directory)) {
      if (!isDirectory || !name.startsWith(PREFIX)) continue;
      const path = join(directory, name);
      await withUnlockedFile(join(path, LOCK), () => removeIfThere(path));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
}

/** Another server, which begins in the same moment, may remove it. */
async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
