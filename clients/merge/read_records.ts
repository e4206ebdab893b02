import { RefusedError } from "../../cli/errors.ts";
import { parseObject } from "../../cli/json.ts";
import type { Messages } from "../../cli/messages.ts";
import { systemReason } from "../../cli/system_reason.ts";
import { parseHdrLog } from "../flood/hdr_log.ts";
import { type FloodRecord, parseRecord, recordWithoutTimes } from "../flood/record.ts";

/** Stands for standard input among the files. */
const STANDARD_INPUT = "-";

/** Where the log of a flood begins. */
const LOG_BEGIN = /^(?=#\[Histogram log format version)/m;

/**
 * Reads the floods in several files.
 *
 * @throws {RefusedError} when one cannot be read, or holds anything else, or a flood is in them twice,
 *   such as its log and its JSON
 */
export async function readAllRecords(
  paths: readonly string[],
  messages: Messages,
): Promise<FloodRecord[]> {
  const files = await Promise.all(paths.map((path) => readRecords(path, messages)));
  const pathOf = new Map<string, string>();
  for (const [index, records] of files.entries()) {
    for (const record of records) {
      // No two floods begin in the same millisecond and count the same; only the log has fractions.
      const key = JSON.stringify(recordWithoutTimes({ ...record, elapsedMs: 0 }));
      const other = pathOf.get(key);
      if (other !== undefined) throw new RefusedError(messages.merge.twice(paths[index], other));
      pathOf.set(key, paths[index]);
    }
  }
  return files.flat();
}

/**
 * Reads the floods in a file: a log of `flood --hdr`, or what `flood --json` has printed. There may be
 * several floods in it, one after another.
 *
 * @throws {RefusedError} when it cannot be read, or holds anything else
 */
export async function readRecords(path: string, messages: Messages): Promise<FloodRecord[]> {
  const { merge } = messages;
  let content: string;
  try {
    content = path === STANDARD_INPUT
      ? await new Response(Deno.stdin.readable).text()
      : await Deno.readTextFile(path);
  } catch (error) {
    throw new RefusedError(merge.cannotRead(path, systemReason(error, messages)));
  }
  const found = content.startsWith("#")
    ? content.split(LOG_BEGIN).map(parseHdrLog)
    : content.split("\n").filter((line) => line.trim() !== "").map((line) =>
      parseRecord(parseObject(line))
    );
  if (found.length === 0) throw new RefusedError(merge.empty(path));
  return found.map((record, index) => {
    if (record === "newer") throw new RefusedError(merge.newer(path));
    if (record === undefined) throw new RefusedError(merge.noFlood(path, index + 1));
    return record;
  });
}
