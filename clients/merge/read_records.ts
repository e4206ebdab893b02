import { RefusedError } from "../../cli/errors.ts";
import { parseObject } from "../../cli/json.ts";
import type { Messages } from "../../cli/messages.ts";
import { systemReason } from "../../cli/system_reason.ts";
import { parseHdrLog } from "../flood/hdr_log.ts";
import { type FloodRecord, parseRecord } from "../flood/record.ts";

/** Stands for standard input among the files. */
const STANDARD_INPUT = "-";

/**
 * Reads the floods in a file: a log of `flood --hdr`, or what `flood --json` has printed, which may be
 * several lines of several floods.
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
    ? [parseHdrLog(content)]
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
