/**
 * Starts Workers, and ends them. The runtime aborts, with a stack trace and all that it serves, when the system gives
 * it no thread for that; nothing can catch it. So the system is asked beforehand.
 *
 * @module
 */

import { OutOfThreadsError } from "../../cli/errors.ts";
import { SystemCallError } from "./system_interface.ts";
import { askForThreads, ROOM } from "./thread_question.ts";

/** What takes the place of {@linkcode ROOM} when one is to end, which gives back more than it takes. */
const ROOM_TO_END = 1;
/**
 * How long an answer holds for one more Worker, for which there is room as well. To ask takes a fifth of a
 * millisecond, and where one thread is wanted, so is the next, some ten milliseconds later.
 */
const ANSWER_HOLDS_MS = 50;
/** How long those wait that cannot be ended now: what the runtime starts to end a Worker lives for two seconds. */
const END_LATER_MS = 1_000;

let answerHoldsUntilMs = 0;

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
  const holds = performance.now() < answerHoldsUntilMs;
  answerHoldsUntilMs = 0;
  if (holds) return new Worker(url, { type: "module" });
  const { errno } = askForThreads(1 + ROOM);
  if (errno !== 0) throw new OutOfThreadsError(new SystemCallError("pthread_create", errno));
  answerHoldsUntilMs = performance.now() + ANSWER_HOLDS_MS;
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
  answerHoldsUntilMs = 0;
  const { count } = askForThreads(toEnd.length + ROOM_TO_END);
  for (const worker of toEnd.splice(0, Math.max(0, count - ROOM_TO_END))) worker.terminate();
  if (toEnd.length === 0 || endsLater) return;
  endsLater = true;
  Deno.unrefTimer(setTimeout(() => {
    endsLater = false;
    endWorkers([]);
  }, END_LATER_MS));
}
