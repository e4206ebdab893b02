/**
 * A lock that processes share, fcntl(2) with F_SETLKW, on a file that has no name. The system releases it
 * when the process that holds it ends, however it ends. Linux.
 *
 * @module
 */

import { cFunctions, cString } from "./c_library.ts";
import { checked, ERRNO } from "./system_interface.ts";
import { errnoInstead } from "./system_calls.ts";

/** <fcntl.h> and <sys/mman.h> */
const F_SETLK = 6;
const F_SETLKW = 7;
const F_WRLCK = 1;
const F_UNLCK = 2;
const MFD_CLOEXEC = 1;
/** `struct flock` on x86-64 and arm64: type, whence, and from the start on all of the file. */
const FLOCK_BYTES = 32;

const functions = cFunctions({
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "buffer"], result: "i32" },
});

/**
 * See the module. Make it before the fork: then parent and children have the same.
 *
 * @example
 * ```ts
 * const lock = new FileLock();
 * while (!lock.take()); // unless a signal interrupts it
 * lock.release();
 * ```
 */
export class FileLock {
  readonly descriptor: number;
  readonly #locked = flock(F_WRLCK);
  readonly #unlocked = flock(F_UNLCK);
  readonly #fail = errnoInstead();

  /** @throws {SystemCallError} when there is no descriptor left */
  constructor() {
    const create = functions().memfd_create(cString("accept"), MFD_CLOEXEC);
    this.descriptor = checked("memfd_create", this.#fail(create));
  }

  /**
   * Blocks until this process holds the lock.
   *
   * @returns false when a signal has interrupted it before that
   * @throws {SystemCallError} when the system refuses
   */
  take(): boolean {
    const result = this.#fail(functions().fcntl(this.descriptor, F_SETLKW, this.#locked));
    if (result === -ERRNO.EINTR) return false;
    checked("fcntl", result);
    return true;
  }

  /** Releases the lock; harmless where this process does not hold it. */
  release(): void {
    functions().fcntl(this.descriptor, F_SETLK, this.#unlocked);
  }
}

function flock(type: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FLOCK_BYTES);
  new DataView(bytes.buffer).setInt16(0, type, true);
  return bytes;
}
