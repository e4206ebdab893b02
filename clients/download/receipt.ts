/**
 * Receipts: while a command has files to download, the record of each that is complete stays beside it.
 * When the command is interrupted, or files failed that may not fail later, the same command finds it,
 * and so knows the file for its own. A file that has changed since has another time, and the receipt no
 * longer holds.
 *
 * @module
 */

import { RECORD_ENDING } from "./file_name.ts";
import { readRecord } from "./part_record.ts";
import { lookAt } from "./final_file.ts";

/** Makes the record beside the complete file at `path` its receipt: both have the same time then. */
export async function leaveReceipt(path: string): Promise<void> {
  const { mtime } = await Deno.lstat(path);
  if (mtime !== null) await Deno.utime(path + RECORD_ENDING, mtime, mtime);
}

/** The size of the file at `path` if there is a receipt that it came from `url`. */
export async function receivedBefore(path: string, url: string): Promise<number | undefined> {
  const record = await readRecord(path + RECORD_ENDING);
  if (record === undefined || record === "foreign" || record.url !== url) return undefined;
  const [file, receipt] = await Promise.all([lookAt(path), lookAt(path + RECORD_ENDING)]);
  if (!file?.isFile || !file.mtime) return undefined;
  return file.mtime.getTime() === receipt?.mtime?.getTime() ? file.size : undefined;
}

/** Removes the receipt for the file at `path`, and nothing else that may lie there. */
export async function removeReceipt(path: string, url: string): Promise<void> {
  if (await receivedBefore(path, url) !== undefined) await Deno.remove(path + RECORD_ENDING);
}
