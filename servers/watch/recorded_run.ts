import { RefusedError } from "../../cli/errors.ts";
import { isObject, parseObject } from "../../cli/json.ts";
import type { Messages } from "../../cli/messages.ts";
import { systemReason } from "../../cli/system_reason.ts";
import { linesOf } from "../../cli/text_lines.ts";
import { FORMAT, type Head, OLDEST_VERSION, VERSION } from "./recording.ts";

/** The readable part of a recording. */
export interface RecordedRun {
  /** The first line and one line for each frame, as JSON. */
  readonly lines: Blob;
  readonly frames: number;
  /** How many lines were no frames, as when the writer was killed in the middle of one. */
  readonly leftOut: number;
}

/**
 * Reads a recording, and leaves out lines that are not frames.
 *
 * @throws {RefusedError} when the file cannot be read, or is no recording of this version
 */
export async function readRecording(path: string, messages: Messages): Promise<RecordedRun> {
  const { watch } = messages;
  const lines: string[] = [];
  try {
    for await (const line of linesOf((await Deno.open(path)).readable)) lines.push(line);
  } catch (error) {
    throw new RefusedError(watch.cannotReplay(path, systemReason(error, messages)));
  }
  const [first = "", ...rest] = lines;
  const head: Partial<Head> | undefined = parseObject(first);
  if (head?.format !== FORMAT || typeof head.version !== "number") {
    throw new RefusedError(watch.noRecording(path));
  }
  if (head.version > VERSION || head.version < OLDEST_VERSION) {
    throw new RefusedError(watch.otherVersion(path, head.version, VERSION));
  }
  if (!Array.isArray(head.hello?.source)) throw new RefusedError(watch.noRecording(path));
  const frames = rest.filter((line) => isFrame(parseObject(line)));
  return {
    lines: new Blob([first, ...frames].map((line) => `${line}\n`)),
    frames: frames.length,
    leftOut: rest.length - frames.length,
  };
}

/** Whether a value, parsed from JSON, has all the fields of a frame that views use. */
export function isFrame(value: unknown): boolean {
  if (!isObject(value)) return false;
  const {
    timeMs,
    peers,
    changes,
    transfers = [],
    phases = [],
    returns = [],
    log,
    totals,
    calls,
    messages,
    settings,
    synthetic,
  } = value;
  if (typeof timeMs !== "number") return false;
  return [totals, calls, messages, settings, synthetic].every(isObject) &&
    isListOf(peers, ([client, peer]) => typeof client === "number" && typeof peer === "string") &&
    isListOf(changes, (change) => change.length === 4 && change.every(Number.isFinite)) &&
    isListOf(transfers, (one) => one.length === 5 && one.every(Number.isFinite)) &&
    [phases, returns].every((list) =>
      isListOf(list, (one) => one.length === 4 && one.every(Number.isFinite))
    ) &&
    Array.isArray(log) && log.every(isObject);
}

/** Whether a value is an array of arrays that all pass a test. */
function isListOf(value: unknown, test: (item: readonly unknown[]) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => Array.isArray(item) && test(item));
}
