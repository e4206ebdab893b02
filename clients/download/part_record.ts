/**
 * The record beside a part, which says what it is a part of.
 *
 * When the file is complete, the record stays as its receipt while the command has files to download.
 * When the command is interrupted, or files failed that may not fail later, the same command finds it,
 * and so knows the file for its own. A file that has changed since has another time, and the receipt no
 * longer holds.
 *
 * @module
 */

import { parseObject } from "../../cli/json.ts";
import type { Description } from "./destination.ts";
import { RECORD_ENDING } from "./file_name.ts";
import { lookAt } from "./final_file.ts";

/** The file beside a part that says what it is a part of. */
export interface PartRecord extends Description {
  readonly url: string;
}

/**
 * Reads the record at `path`.
 *
 * @returns `undefined` if there is none, `"foreign"` if there is something else
 */
export async function readRecord(path: string): Promise<PartRecord | "foreign" | undefined> {
  try {
    if (!(await Deno.lstat(path)).isFile) return "foreign";
    return asRecord(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Writes the record of a part that has none. A link that lies there is not followed: O_EXCL, open(2). */
export async function writeRecord(path: string, record: PartRecord): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(record), { createNew: true });
}

function asRecord(text: string): PartRecord | "foreign" {
  const { url, validator, sizeBytes } = parseObject(text) ?? {};
  if (typeof url !== "string") return "foreign";
  return {
    url,
    ...typeof validator === "string" && { validator },
    ...typeof sizeBytes === "number" && { sizeBytes },
  };
}

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
