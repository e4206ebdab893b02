/**
 * Which part of a file a request wants, and whether it wants it at all, RFC 9110, 13 and 14.
 *
 * @module
 */

import type { Conditions } from "./http_condition_headers.ts";
import type { Headers } from "./http_response.ts";

/** What tells the versions of a file apart. */
export interface FileVersion {
  /** In bytes. */
  readonly size: number;
  readonly etag: string;
  /** When it was modified, as HTTP writes it. */
  readonly modified: string;
}

/** What is sent of a file. */
export interface Part {
  readonly status: string;
  /** The bytes from `start` to `end`, which is not among them. */
  readonly start: number;
  readonly end: number;
  readonly headers: Headers;
}

/**
 * What tells the versions of a file apart, by its size and the time at which it was modified.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { etag, modified } = versionOf({ size: 16, mtime: new Date(0) });
 * assertEquals([etag, modified], ['"0-10"', "Thu, 01 Jan 1970 00:00:00 GMT"]);
 * ```
 */
export function versionOf({ size, mtime }: Pick<Deno.FileInfo, "size" | "mtime">): FileVersion {
  const time = mtime ?? new Date(0);
  const etag = `"${time.getTime().toString(16)}-${size.toString(16)}"`;
  return { size, etag, modified: time.toUTCString() };
}

/**
 * Which part of a file to send.
 *
 * @param isHead whether the request is a HEAD, which has no use for ranges
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const version = versionOf({ size: 10, mtime: new Date(0) });
 * const { status, start, end } = choosePart(version, { range: "bytes=-3" }, false);
 * assertEquals([status, start, end], ["206 Partial Content", 7, 10]);
 * const { etag } = version;
 * assertEquals(choosePart(version, { "if-none-match": etag }, false).status, "304 Not Modified");
 * ```
 */
export function choosePart(
  version: FileVersion,
  conditions: Conditions | undefined,
  isHead: boolean,
): Part {
  const whole = { status: "200 OK", start: 0, end: version.size, headers: {} };
  if (conditions === undefined) return whole;
  // In this order, section 13.2.2.
  if (hasChanged(version, conditions)) {
    return { status: "412 Precondition Failed", start: 0, end: 0, headers: {} };
  }
  if (isKnown(version, conditions)) {
    return { status: "304 Not Modified", start: 0, end: 0, headers: {} };
  }
  const { range, "if-range": ifRange } = conditions;
  if (range === undefined || isHead) return whole;
  if (ifRange !== undefined && ifRange !== version.etag && ifRange !== version.modified) {
    return whole;
  }
  return rangeOf(range, version.size) ?? whole;
}

/** Whether the file is another one than the client wants. */
function hasChanged(version: FileVersion, conditions: Conditions): boolean {
  const tags = conditions["if-match"];
  if (tags !== undefined) return !lists(tags, version.etag);
  return secondsOf(conditions["if-unmodified-since"]) < secondsOf(version.modified);
}

/** Whether the client has this version. */
function isKnown(version: FileVersion, conditions: Conditions): boolean {
  const tags = conditions["if-none-match"];
  // A weak one will do, section 13.1.2.
  if (tags !== undefined) return lists(tags.replaceAll("W/", ""), version.etag);
  return secondsOf(conditions["if-modified-since"]) >= secondsOf(version.modified);
}

function lists(tags: string, etag: string): boolean {
  return tags === "*" || tags.split(",").some((tag) => tag.trim() === etag);
}

/** `NaN`, which no comparison holds for, when it is not a time as HTTP writes it. */
function secondsOf(time: string | undefined): number {
  const isAsctime = time !== undefined && / \d{4}$/.test(time);
  if (time === undefined || !isAsctime && !time.endsWith(" GMT")) return NaN;
  return Date.parse(isAsctime ? `${time} GMT` : time) / 1_000;
}

/** @returns `undefined` when it is to be ignored, as several ranges are, which section 14.2 allows */
function rangeOf(range: string, size: number): Part | undefined {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(range);
  if (match === null) return undefined;
  const [first, last] = [match[1], match[2]];
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  if (start >= size) {
    const headers = { "content-range": `bytes */${size}` };
    return { status: "416 Range Not Satisfiable", start: 0, end: 0, headers };
  }
  const headers = {
    "content-range": `bytes ${start}-${end - 1}/${size}`,
    "content-length": String(end - start),
  };
  return { status: "206 Partial Content", start, end, headers };
}
