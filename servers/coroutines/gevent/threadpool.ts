import { AsyncResult } from "./async_result.ts";
import { getcurrent } from "./greenlet.ts";
import { Semaphore } from "./lock.ts";
import { checkWaits, type Coroutine } from "./park.ts";
import type { Job, Outcome } from "./thread_protocol.ts";
import { endWorkers, startWorker } from "../../system/worker_life.ts";

/** A function for another thread. */
export type ThreadBody<Args extends unknown[], Value> = (...args: Args) => Value | Promise<Value>;

/**
 * `gevent.threadpool.ThreadPool`: runs functions in threads, which are Workers, so that they may compute
 * or block while the greenlets go on.
 *
 * A thread gets the text of a function, and copies of its arguments. So the function must be written as
 * an arrow function or with `function`, and may use nothing of what is around it; it can `import`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   using pool = new ThreadPool(2);
 *   const sum = yield* pool.apply((n: number) => {
 *     let sum = 0;
 *     for (let i = 1; i <= n; i++) sum += i;
 *     return sum;
 *   }, 1_000);
 *   assertEquals(sum, 500_500);
 * });
 * ```
 */
export class ThreadPool implements Disposable {
  readonly #places: Semaphore;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, AsyncResult<never>>();
  readonly #outside = getcurrent().hub.outside;

  static {
    checkWaits(this, "spawn", "apply", "map", "join");
  }

  /** @param max how many threads it has at most; each is started when it is first needed */
  constructor(readonly max: number) {
    this.#places = new Semaphore(max);
  }

  /** How many threads it has started. */
  get size(): number {
    return this.#idle.length + this.#busy.size;
  }

  /**
   * Waits for a thread, and has it run `body`.
   *
   * @returns where its result will be
   * @throws {OutOfThreadsError} when the system allows no more threads
   */
  *spawn<Args extends unknown[], Value>(
    body: ThreadBody<Args, Value>,
    ...args: Args
  ): Coroutine<AsyncResult<Value>> {
    yield* this.#places.acquire();
    const worker = this.#idle.pop() ?? this.#startOrGiveUp();
    const result = new AsyncResult<Value>();
    this.#busy.set(worker, result as AsyncResult<never>); // it is given back what its own thread returns
    this.#outside.promises++;
    try {
      worker.postMessage({ source: body.toString(), args } satisfies Job);
    } catch (error) {
      this.#finished(worker, { error: error as Error }); // an argument that cannot be copied
    }
    return result;
  }

  /** {@linkcode spawn}, and waits for the result. @throws what `body` throws, as a copy */
  *apply<Args extends unknown[], Value>(
    body: ThreadBody<Args, Value>,
    ...args: Args
  ): Coroutine<Value> {
    return yield* (yield* this.spawn(body, ...args)).get();
  }

  /** Runs `body` with each item. @returns what it returned, in the order of the items */
  *map<Item, Value>(body: ThreadBody<[Item], Value>, items: Iterable<Item>): Coroutine<Value[]> {
    const results: AsyncResult<Value>[] = [];
    for (const item of items) results.push(yield* this.spawn(body, item));
    const values: Value[] = [];
    for (const result of results) values.push(yield* result.get());
    return values;
  }

  /** Waits until its threads have nothing to do. */
  *join(): Coroutine {
    while (this.#busy.size > 0) yield* [...this.#busy.values()][0].wait();
  }

  /** Ends its threads, whatever they do. Who waits for a result gets an error. */
  kill(): void {
    for (const worker of [...this.#busy.keys()]) this.#finished(worker, { error: KILLED });
    endWorkers(this.#idle);
    this.#idle.length = 0;
  }

  /** As {@linkcode kill}, for `using`. */
  [Symbol.dispose](): void {
    this.kill();
  }

  /** Its place is free again if the system has no thread for it. */
  #startOrGiveUp(): Worker {
    try {
      return this.#start();
    } catch (error) {
      this.#places.release();
      throw error;
    }
  }

  #start(): Worker {
    const worker = startWorker(new URL("./thread_worker.ts", import.meta.url));
    worker.onmessage = ({ data }: MessageEvent<Outcome>) => this.#finished(worker, data);
    // Its own functions' errors are caught: this one is about to have no thread any more.
    worker.onerror = (event) => {
      event.preventDefault();
      this.#finished(worker, { error: { name: "Error", message: event.message } });
      this.#idle.splice(this.#idle.indexOf(worker), 1);
    };
    return worker;
  }

  #finished(worker: Worker, outcome: Outcome): void {
    const result = this.#busy.get(worker);
    if (result === undefined) return;
    this.#busy.delete(worker);
    this.#idle.push(worker);
    this.#outside.promises--;
    this.#places.release();
    if ("value" in outcome) result.set(outcome.value as never);
    else result.setException(Object.assign(new Error(outcome.error.message), outcome.error));
  }
}

const KILLED = { name: "Error", message: "the thread pool was killed" };
