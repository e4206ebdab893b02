/**
 * Asks the system whether it would give this process more threads, by threads of C that do nothing, and end. Linux.
 *
 * No arithmetic would tell: the user may have a limit (`RLIMIT_NPROC`, which counts the threads of all processes of
 * this user), a cgroup around this process (`pids.max`), or the whole system. Other threads and processes may still
 * take the last thread between the question and the start.
 *
 * @module
 */

import { cFunctions, rareFunctions } from "./c_library.ts";
import { hasSystemCalls } from "./system_calls.ts";
import { ERRNO } from "./system_interface.ts";

/**
 * How many threads must be left when one has begun: the runtime starts some when it needs them, for files
 * and for calls that block, and aborts as well if it gets none at all.
 */
export const ROOM = 4;
/** A thread only waits; this is as little as the C library gives where the runtime has much of its own for each. */
const STACK_BYTES = 65_536;
/** <bits/pthreadtypes-arch.h> and <bits/semaphore.h>: the larger of both processors. */
const ATTRIBUTES_BYTES = 64;
const SEMAPHORE_BYTES = 32;

/** How long one of them may take to end: others need the processors, too. */
const LONGEST_END_MS = 100;

const functions = rareFunctions({
  pthread_create: { parameters: ["buffer", "buffer", "pointer", "buffer"], result: "i32" },
  pthread_join: { parameters: ["u64", "pointer"], result: "i32" },
  pthread_getcpuclockid: { parameters: ["u64", "buffer"], result: "i32" },
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  sem_post: { parameters: ["buffer"], result: "i32" },
  pthread_attr_init: { parameters: ["buffer"], result: "i32" },
  pthread_attr_setstacksize: { parameters: ["buffer", "usize"], result: "i32" },
  sem_init: { parameters: ["buffer", "i32", "u32"], result: "i32" },
  sched_yield: { parameters: [], result: "i32" },
});
/** What such a thread does. */
const addresses = cFunctions({ sem_wait: { type: "pointer" } });

/** A `struct timespec` that nobody reads. */
const time = new BigInt64Array(2);

/** What the threads that ask are started with. They have all ended when the next ones begin. */
interface Question {
  readonly attributes: Uint8Array<ArrayBuffer>;
  readonly semaphore: Uint8Array<ArrayBuffer>;
}

/** `null` where nobody can be asked. */
let question: Question | null | undefined;

/**
 * @param most how many threads are wanted at once
 * @returns how many the system would give, and why no more, as errno(3)
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(askForThreads(2), { count: 2, errno: 0 });
 * ```
 */
export function askForThreads(most: number): { readonly count: number; readonly errno: number } {
  question = question === undefined ? makeQuestion() : question;
  if (question === null) return { count: most, errno: 0 };
  const { attributes, semaphore } = question;
  const { pthread_create, pthread_join, pthread_getcpuclockid, sem_post } = functions();
  const { sem_wait } = addresses();
  const threads = new BigUint64Array(new ArrayBuffer(most * BigUint64Array.BYTES_PER_ELEMENT));
  const clocks = new Int32Array(new ArrayBuffer(most * Int32Array.BYTES_PER_ELEMENT));
  let count = 0;
  let errno = 0;
  while (count < most) {
    errno = pthread_create(threads.subarray(count), attributes, sem_wait, semaphore);
    if (errno !== 0) break;
    pthread_getcpuclockid(threads[count], clocks.subarray(count));
    count++;
  }
  for (let i = 0; i < count; i++) sem_post(semaphore);
  for (let i = 0; i < count; i++) pthread_join(threads[i], null);
  for (let i = 0; i < count; i++) waitUntilGone(clocks[i]);
  // Any other error says nothing of the runtime's threads, which it makes in another way.
  return errno === ERRNO.EAGAIN || errno === ERRNO.ENOMEM
    ? { count, errno }
    : { count: most, errno: 0 };
}

/**
 * A thread that has been joined still counts for a moment. Its clock is there as long as it does, clock_gettime(2).
 *
 * @param clock of the thread
 */
function waitUntilGone(clock: number): void {
  const { clock_gettime, sched_yield } = functions();
  const untilMs = performance.now() + LONGEST_END_MS;
  while (clock_gettime(clock, time) === 0 && performance.now() < untilMs) sched_yield();
}

/** @returns `null` where the C library is older than version 2.34, which was the first to have these functions */
function makeQuestion(): Question | null {
  if (!hasSystemCalls()) return null;
  // For programs of others that use the coroutines: it asks nobody for the permission.
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return null;
  // Of their own buffers: a small array would be in memory that V8 moves, while threads wait in it.
  const attributes = new Uint8Array(new ArrayBuffer(ATTRIBUTES_BYTES));
  const semaphore = new Uint8Array(new ArrayBuffer(SEMAPHORE_BYTES));
  let opened;
  try {
    opened = functions();
  } catch {
    return null;
  }
  opened.pthread_attr_init(attributes);
  opened.pthread_attr_setstacksize(attributes, BigInt(STACK_BYTES));
  opened.sem_init(semaphore, 0, 0);
  return { attributes, semaphore };
}
