import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { systemReason } from "../../cli/system_reason.ts";
import { FORMAT, type Head, VERSION } from "./recording.ts";

const NEWLINE = "\n".charCodeAt(0);

/** The readable part of a recording. */
export interface RecordedRun {
  /** The first line and one line for each frame, as JSON. */
  readonly lines: Uint8Array<ArrayBuffer>;
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
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw new RefusedError(watch.cannotReplay(path, systemReason(error, messages)));
  }
  const [first, ...rest] = linesOf(bytes);
  const head: Partial<Head> | undefined = parseObject(first);
  if (head?.format !== FORMAT || typeof head.version !== "number") {
    throw new RefusedError(watch.noRecording(path));
  }
  if (head.version !== VERSION) {
    throw new RefusedError(watch.otherVersion(path, head.version, VERSION));
  }
  if (!Array.isArray(head.hello?.source)) throw new RefusedError(watch.noRecording(path));
  const frames = rest.filter((line) => isFrame(parseObject(line)));
  return {
    lines: joined([first, ...frames]),
    frames: frames.length,
    leftOut: rest.length - frames.length,
  };
}

/** The lines of a file. The last one may lack its newline. */
function linesOf(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const lines: Uint8Array<ArrayBuffer>[] = [];
  for (let begin = 0; begin < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, begin);
    const end = newline < 0 ? bytes.length : newline;
    lines.push(bytes.subarray(begin, end));
    begin = end + 1;
  }
  return lines;
}

function joined(lines: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lines.reduce((sum, { length }) => sum + length + 1, 0));
  let at = 0;
  for (const line of lines) {
    bytes.set(line, at);
    at += line.length;
    bytes[at++] = NEWLINE;
  }
  return bytes;
}

/** @returns `undefined` when the line is not a JSON object */
function parseObject(line: Uint8Array | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(line));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value, parsed from JSON, has all the fields of a frame that views use. */
export function isFrame(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { timeMs, peers, changes, log, totals, calls, messages, settings, synthetic } = value;
  if (typeof timeMs !== "number") return false;
  return [totals, calls, messages, settings, synthetic].every(isObject) &&
    isListOf(peers, ([client, peer]) => typeof client === "number" && typeof peer === "string") &&
    isListOf(changes, (change) => change.length === 4 && change.every(Number.isFinite)) &&
    Array.isArray(log) && log.every(isObject);
}

/** Whether a value is an array of arrays that all pass a test. */
function isListOf(value: unknown, test: (item: readonly unknown[]) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => Array.isArray(item) && test(item));
}

/** Whether properties can be read from a value. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
