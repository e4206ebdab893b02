/**
 * Starts Workers, and ends them. The runtime aborts, with a stack trace and all that it serves, when the system gives
 * it no thread for that; nothing can catch it. So the system is asked beforehand, by threads of C that do nothing.
 *
 * No arithmetic would tell: a limit may be that of the user (`RLIMIT_NPROC`, which counts the threads of
 * all processes of this user), of a cgroup around this one (`pids.max`), or of the whole system.
 *
 * @module
 */

import { OutOfThreadsError } from "../../cli/errors.ts";
import { cFunctions } from "./c_library.ts";
import { hasSystemCalls } from "./system_calls.ts";
import { ERRNO, SystemCallError } from "./system_interface.ts";

/**
 * How many threads must be left when a Worker has its own: the runtime starts some when it needs them, for files
 * and for calls that block, and aborts as well if it gets none at all.
 */
const ROOM = 4;
/** The same when one is to end, which gives back more than it takes. */
const ROOM_TO_END = 1;
/** How long those wait that cannot be ended now: what the runtime starts to end a Worker lives for two seconds. */
const END_LATER_MS = 1_000;
/** A thread only waits; this is as little as the C library gives where the runtime has much of its own for each. */
const STACK_BYTES = 65_536;
/** <bits/pthreadtypes-arch.h> and <bits/semaphore.h>: the larger of both processors. */
const ATTRIBUTES_BYTES = 64;
const SEMAPHORE_BYTES = 32;

const functions = cFunctions({
  pthread_create: { parameters: ["buffer", "buffer", "pointer", "buffer"], result: "i32" },
  pthread_join: { parameters: ["u64", "pointer"], result: "i32" },
  pthread_attr_init: { parameters: ["buffer"], result: "i32" },
  pthread_attr_setstacksize: { parameters: ["buffer", "usize"], result: "i32" },
  sem_init: { parameters: ["buffer", "i32", "u32"], result: "i32" },
  sem_post: { parameters: ["buffer"], result: "i32" },
  sem_wait: { type: "pointer" },
});

/**
 * Starts a Worker. All others of the executable are made here.
 *
 * Whoever starts threads beside this one may still take the last between the question and the start, and so may other
 * processes of the same user. Elsewhere than on Linux nobody is asked.
 *
 * @param url of its module
 * @throws {OutOfThreadsError} when the system allows no more threads
 *
 * @example
 * ```ts
 * endWorkers([startWorker("data:text/javascript,")]);
 * ```
 */
export function startWorker(url: string | URL): Worker {
  const { errno } = askForThreads(1 + ROOM);
  if (errno !== 0) throw new OutOfThreadsError(new SystemCallError("pthread_create", errno));
  return new Worker(url, { type: "module" });
}

/**
 * {@linkcode startWorker}, for a server that goes on with the threads that it has.
 *
 * @returns none when the system allows no more threads
 *
 * @example
 * ```ts
 * const worker = tryToStartWorker("data:text/javascript,");
 * if (worker !== undefined) endWorkers([worker]);
 * ```
 */
export function tryToStartWorker(url: string | URL): Worker | undefined {
  try {
    return startWorker(url);
  } catch (error) {
    if (!(error instanceof OutOfThreadsError)) throw error;
    return undefined;
  }
}

/** Those that the system has not yet allowed to end. */
const toEnd: Worker[] = [];
let endsLater = false;

/**
 * Ends Workers: the runtime starts a thread for each that ends a script which does not stop by itself. Those for
 * which the system allows none are ended later, and say nothing until then.
 *
 * @example
 * ```ts
 * endWorkers([startWorker("data:text/javascript,")]);
 * ```
 */
export function endWorkers(workers: Iterable<Worker>): void {
  for (const worker of workers) {
    worker.onmessage = null;
    worker.onerror = (event) => event.preventDefault();
    toEnd.push(worker);
  }
  if (toEnd.length === 0) return;
  const { count } = askForThreads(toEnd.length + ROOM_TO_END);
  for (const worker of toEnd.splice(0, Math.max(0, count - ROOM_TO_END))) worker.terminate();
  if (toEnd.length === 0 || endsLater) return;
  endsLater = true;
  Deno.unrefTimer(setTimeout(() => {
    endsLater = false;
    endWorkers([]);
  }, END_LATER_MS));
}

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
 */
function askForThreads(most: number): { readonly count: number; readonly errno: number } {
  question = question === undefined ? makeQuestion() : question;
  if (question === null) return { count: most, errno: 0 };
  const { attributes, semaphore } = question;
  const { pthread_create, pthread_join, sem_post, sem_wait } = functions();
  const threads = new BigUint64Array(new ArrayBuffer(most * BigUint64Array.BYTES_PER_ELEMENT));
  let count = 0;
  let errno = 0;
  while (count < most && errno === 0) {
    errno = pthread_create(threads.subarray(count), attributes, sem_wait, semaphore);
    if (errno === 0) count++;
  }
  for (let i = 0; i < count; i++) sem_post(semaphore);
  for (let i = 0; i < count; i++) pthread_join(threads[i], null);
  // Any other error says nothing of the runtime's threads, which it makes in another way.
  return errno === ERRNO.EAGAIN || errno === ERRNO.ENOMEM
    ? { count, errno }
    : { count: most, errno: 0 };
}

/** @returns `null` where the C library is older than version 2.34, which was the first to have these functions */
function makeQuestion(): Question | null {
  if (!hasSystemCalls()) return null;
  // For programs of others that use the coroutines: it asks nobody for the permission.
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return null;
  // Of their own buffers: a small array would be in memory that V8 moves, while threads wait in it.
  const attributes = new Uint8Array(new ArrayBuffer(ATTRIBUTES_BYTES));
  const semaphore = new Uint8Array(new ArrayBuffer(SEMAPHORE_BYTES));
  try {
    functions().pthread_attr_init(attributes);
  } catch {
    return null;
  }
  functions().pthread_attr_setstacksize(attributes, BigInt(STACK_BYTES));
  functions().sem_init(semaphore, 0, 0);
  return { attributes, semaphore };
}
