/**
 * The file that a download becomes.
 *
 * @module
 */

import { DownloadError } from "./reasons.ts";

/** What lies at `path`; a link is not followed. */
export async function lookAt(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Makes sure that a file may be put at `path`.
 *
 * @throws {DownloadError} if something is there that may not be replaced
 */
export async function checkIsFree(path: string, force: boolean): Promise<void> {
  const found = await lookAt(path);
  if (found?.isDirectory) throw new DownloadError({ kind: "directory", path });
  if (found !== undefined && !force) throw new DownloadError({ kind: "exists", path });
}

/**
 * Gives the complete file at `from` its final name.
 *
 * @throws {DownloadError} if something has come to be there that may not be replaced
 */
export async function moveTo(path: string, from: string, force: boolean): Promise<void> {
  // rename(2) replaces what is there, and a link itself instead of what it points to.
  if (force) return await Deno.rename(from, path);
  try {
    // link(2) never replaces anything, not even a file that has come since the check.
    await Deno.link(from, path);
  } catch {
    // Something is there, or the file system has no links, as FAT: then looking must be enough.
    await checkIsFree(path, force);
    return await Deno.rename(from, path);
  }
  await Deno.remove(from);
}
