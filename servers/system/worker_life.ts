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
/** How long it is not tried again to start one in the place of another. */
const START_AGAIN_MS = 1_000;
/** How long those wait that cannot be ended now: what the runtime starts to end a Worker lives for two seconds. */
const END_LATER_MS = 1_000;

let answerHoldsUntilMs = 0;

/**
 * Starts a Worker. All others of the executable are made here.
 *
 * Other threads of this process, and other processes of the same user, may still take the last thread between the
 * question and the start. Only Linux is asked.
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

/**
 * {@linkcode tryToStartWorker}, again and again until the system allows it.
 *
 * @param isNeeded whether it is still wanted
 * @param refused called whenever the system does not allow it
 * @returns none when it is needed no more
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(await startWorkerLater("data:text/javascript,", () => false, () => {}), undefined);
 * ```
 */
export async function startWorkerLater(
  url: string | URL,
  isNeeded: () => boolean,
  refused: () => void,
): Promise<Worker | undefined> {
  while (isNeeded()) {
    const worker = tryToStartWorker(url);
    if (worker !== undefined) return worker;
    refused();
    await new Promise((resolve) => setTimeout(resolve, START_AGAIN_MS));
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
