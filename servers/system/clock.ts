import { cFunctions } from "./c_library.ts";

const functions = cFunctions({
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
});

/** <time.h> */
const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;
/** `struct timespec`: seconds and nanoseconds of 64 bits each, of which the lower halves suffice. */
const TIMESPEC_WORDS = 4;

const realTime = new Uint32Array(TIMESPEC_WORDS);

/**
 * Milliseconds since the epoch, with the microseconds, clock_gettime(2). It is the time of `preciseTimeMs()`, for
 * which a child of a fork would load 20 pieces of the runtime's code and data. Needs the permission `--allow-ffi`.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(realTimeMs(), Date.now(), 100);
 * ```
 */
export function realTimeMs(): number {
  functions().clock_gettime(CLOCK_REALTIME, realTime);
  return inMs(realTime);
}

/**
 * The system's monotonic clock, clock_gettime(2), for what is timed with every message: it takes a third of
 * the time of `performance.now()`. Needs the permission `--allow-ffi`.
 */
export class LibcClock {
  readonly #getTime = functions().clock_gettime;
  readonly #time = new Uint32Array(TIMESPEC_WORDS);

  /** Milliseconds from some time on, with fractions. Its zero is the same in all threads. */
  now(): number {
    this.#getTime(CLOCK_MONOTONIC, this.#time);
    return inMs(this.#time);
  }
}

function inMs(timespec: Uint32Array): number {
  return timespec[0] * 1_000 + timespec[2] / 1_000_000;
}
