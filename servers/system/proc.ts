/**
 * Files of /proc, proc(5). They are read through the C library, since Deno opens /proc only with
 * `--allow-all`. Needs the permission `--allow-ffi`.
 *
 * @module
 */

import { cFunctions, cString } from "./c_library.ts";
import { ERRNO, SystemCallError } from "./system_interface.ts";
import { errnoInstead, hasSystemCalls } from "./system_calls.ts";

/** <fcntl.h>: to be read, which goes without saying, and closed in children, open(2). */
const O_CLOEXEC = 0x80000;

/** Where `struct linux_dirent64` has its own length and the name, getdents(2). */
const AT = { length: 16, name: 19 };

const functions = cFunctions({
  open: { parameters: ["buffer", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  getdents64: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
});

/** Errors of a process that has ended meanwhile, or is hidden from this one. */
const NOTHING_THERE: readonly number[] = [ERRNO.ENOENT, ERRNO.ESRCH, ERRNO.EACCES, ERRNO.EPERM];

const decoder = new TextDecoder();
const buffer = new Uint8Array(65_536);
const view = new DataView(buffer.buffer);

/**
 * The text of a file.
 *
 * @param maxBytes how many bytes are of interest; it may read a little more
 * @returns an empty text if the file does not exist (any more)
 * @throws {SystemCallError} when it cannot be read
 */
export function readSystemFile(path: string, maxBytes = Infinity): string {
  let text = "";
  readAll(path, "read", (bytes) => {
    text += decoder.decode(bytes);
    return text.length < maxBytes;
  });
  return text;
}

/**
 * The names in a directory, those of itself and its parent included.
 *
 * @returns no names if the directory does not exist (any more)
 * @throws {SystemCallError} when it cannot be read
 */
export function readSystemDirectory(path: string): string[] {
  const names: string[] = [];
  readAll(path, "getdents64", ({ length }) => {
    for (let at = 0, next; at < length; at = next) {
      next = at + view.getUint16(at + AT.length, true);
      const name = buffer.subarray(at + AT.name, next);
      names.push(decoder.decode(name.subarray(0, name.indexOf(0))));
    }
    return true;
  });
  return names;
}

/**
 * The longest backlog that the system allows. A server that asks for more gets this many without being
 * told, listen(2). `Infinity` where the limit is unknown.
 */
export function longestBacklog(): number {
  if (!hasSystemCalls()) return Infinity;
  const limit = parseInt(readSystemFile("/proc/sys/net/core/somaxconn"));
  return Number.isNaN(limit) ? Infinity : limit;
}

/** @param take returns whether it wants more */
function readAll(
  path: string,
  call: "read" | "getdents64",
  take: (bytes: Uint8Array) => boolean,
): void {
  const c = functions();
  const fail = errnoInstead();
  const fd = fail(c.open(cString(path), O_CLOEXEC));
  if (NOTHING_THERE.includes(-fd)) return;
  if (fd < 0) throw new SystemCallError("open", -fd);
  try {
    for (let count; (count = fail(c[call](fd, buffer, buffer.length))) !== 0;) {
      if (NOTHING_THERE.includes(-count)) return;
      if (count < 0) throw new SystemCallError(call, -count);
      if (!take(buffer.subarray(0, count))) return;
    }
  } finally {
    c.close(fd);
  }
}
