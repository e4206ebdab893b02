// @ts-types="../../cli/std/deadline.d.ts"
import { deadline } from "@std/async/deadline";
import type { Description, Destination, Resumption } from "./destination.ts";
import { PART_ENDING, RECORD_ENDING } from "./file_name.ts";
import { leaveReceipt, readRecord, writeRecord } from "./part_record.ts";
import { DownloadError } from "./reasons.ts";
import { checkIsFree, lookAt, moveTo } from "./final_file.ts";

/** A lock that is free is had at once, even on a busy machine; one that is not may be held for hours. */
const LOCK_TIMEOUT_MS = 2_000;

/**
 * A file while it is not complete: it lies beside its target as `NAME.part`, with a record of what it
 * is a part of, `NAME.part.json`. If its download ends early, both stay for the next download to
 * resume, even after a crash; a part that cannot be resumed is removed.
 */
export class Part implements Destination {
  #isComplete = false;

  private constructor(
    private readonly path: string,
    private readonly url: string,
    private readonly force: boolean,
    private readonly file: Deno.FsFile,
    private description: Description,
    private offsetBytes: number,
  ) {}

  /**
   * Opens the part of the file at `path`, of which there may be some already.
   *
   * @param force replaces whatever is there
   * @throws {DownloadError} if something is there that may not be replaced, or that another process
   *   is at work on
   */
  static async open(path: string, url: string, force: boolean): Promise<Part> {
    await checkIsFree(path, force);
    if (force) await removeForeign(path, url);
    const file = await openAlone(path + PART_ENDING);
    try {
      const record = await readRecord(path + RECORD_ENDING);
      const { size } = await file.stat();
      if (isForeign(record, size, url)) {
        if (size === 0) await Deno.remove(path + PART_ENDING);
        throw new DownloadError({ kind: "foreign-part", path: path + PART_ENDING });
      }
      const { sizeBytes, validator } = record === "foreign" || record === undefined ? {} : record;
      // Its last byte is asked for again even if it is there: servers refuse to send no bytes.
      const offsetBytes = Math.max(0, Math.min(size, (sizeBytes ?? 0) - 1));
      await file.truncate(offsetBytes);
      await file.seek(offsetBytes, Deno.SeekMode.Start);
      return new Part(path, url, force, file, { sizeBytes, validator }, offsetBytes);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  get resumption(): Resumption | undefined {
    const { offsetBytes, description: { sizeBytes, validator } } = this;
    if (offsetBytes === 0 || sizeBytes === undefined || validator === undefined) return undefined;
    return { offsetBytes, sizeBytes, validator };
  }

  async restart(description: Description): Promise<void> {
    await this.file.truncate(0);
    await this.file.seek(0, Deno.SeekMode.Start);
    this.offsetBytes = 0;
    this.description = description;
    await removeIfThere(this.path + RECORD_ENDING);
    await writeRecord(this.path + RECORD_ENDING, { url: this.url, ...description });
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length;) {
      const count = await this.file.write(bytes.subarray(written));
      written += count;
      this.offsetBytes += count;
    }
  }

  async complete(withReceipt = false): Promise<void> {
    await moveTo(this.path, this.path + PART_ENDING, this.force);
    if (withReceipt) await leaveReceipt(this.path);
    else await removeIfThere(this.path + RECORD_ENDING);
    this.#isComplete = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Closing the file frees the lock, so remove first: no other process may have begun by then.
    using _ = this.file;
    if (this.#isComplete || this.resumption !== undefined) return;
    await removeIfThere(this.path + PART_ENDING);
    await removeIfThere(this.path + RECORD_ENDING);
  }
}

/** Whether there is a part of the file at `path`, of `url`, that a download can resume. */
export async function hasPart(path: string, url: string): Promise<boolean> {
  const record = await readRecord(path + RECORD_ENDING);
  const size = (await lookAt(path + PART_ENDING))?.size ?? 0;
  return size > 0 && record !== undefined && !isForeign(record, size, url);
}

/** Opens the part at `path` and locks it, so that no other process can until it is closed. */
async function openAlone(path: string): Promise<Deno.FsFile> {
  const found = await lookAt(path);
  if (found !== undefined && !found.isFile) throw new DownloadError({ kind: "foreign-part", path });
  let file: Deno.FsFile | undefined;
  try {
    file = await Deno.open(path, { read: true, write: true, createNew: found === undefined });
    await deadline(file.lock(true), LOCK_TIMEOUT_MS);
    // The process that had the lock may have finished, and this may be its complete file by now.
    const [{ ino: opened }, { ino: there }] = [await file.stat(), await Deno.lstat(path)];
    if (opened !== there) throw new DownloadError({ kind: "busy", path });
    return file;
  } catch (error) {
    file?.close();
    if (isOthersDoing(error)) throw new DownloadError({ kind: "busy", path });
    throw error;
  }
}

/** Whether the lock was not free, or another process has made or removed the file just now. */
function isOthersDoing(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError" ||
    error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotFound;
}

function isForeign(
  record: Awaited<ReturnType<typeof readRecord>>,
  partSizeBytes: number,
  url: string,
): boolean {
  return record === "foreign" || partSizeBytes > 0 && record?.url !== url;
}

/** Removes what is no part of this download, unless another process holds its lock. */
async function removeForeign(path: string, url: string): Promise<void> {
  const partPath = path + PART_ENDING;
  const found = await lookAt(partPath);
  const record = await readRecord(path + RECORD_ENDING);
  const isOfOther = isForeign(record, found?.size ?? 0, url);
  if (found !== undefined && (!found.isFile || isOfOther)) {
    using _ = found.isFile ? await openAlone(partPath) : undefined;
    await Deno.remove(partPath);
  }
  if (isOfOther) await removeIfThere(path + RECORD_ENDING);
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
