import { type ThreadPlan, wantedThreads } from "../context/threads.ts";
import { Rest } from "./rest.ts";

/**
 * How long after a client came threads that wait for clients are started again. Clients often come
 * many at a time, and then the CPUs are needed to serve them.
 */
const REFILL_PAUSE_MS = 50;

/**
 * How long a client waits for a thread that may become free before one is started for it. Starting one
 * takes longer, and clients that come and go would else be given more threads than they can use.
 */
const GRACE_MS = 3;

/** The highest number of a thread: a record of the trace has 16 bits for it. */
const MAX_NUMBER = 65_535;

/**
 * Starts the threads of a server, as many at a time as there are CPUs. If it started all that are
 * wanted at once, the first would begin to serve when the last one did.
 */
export class ThreadStarter {
  readonly #plan: ThreadPlan;
  readonly #unfinished: () => number;
  readonly #start: (number: number) => Promise<boolean>;
  /** How many threads were started and have not ended. */
  #count = 0;
  #starting = 0;
  #lastNumber = 0;
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  #pauseMs = Infinity;
  /** After the system has allowed no more threads. */
  readonly #rest = new Rest();
  #isOver = false;

  /**
   * @param unfinished how many clients are served or wait for a thread
   * @param start starts a thread with this number, and resolves when its code runs, or has failed: to whether the
   *   system has allowed it
   */
  constructor(
    plan: ThreadPlan,
    unfinished: () => number,
    start: (number: number) => Promise<boolean>,
  ) {
    this.#plan = plan;
    this.#unfinished = unfinished;
    this.#start = start;
    this.#startLater(0);
  }

  /** Call it when a client has come: starts a thread for it if there are too few. */
  clientCame(): void {
    this.#startLater(REFILL_PAUSE_MS);
  }

  /** Call it when a thread has ended. */
  threadEnded(): void {
    this.#count--;
    this.#rest.end(); // there may be another one in its place
    this.clientCame(); // one may wait that this thread was to serve
  }

  /** Starts no more threads. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  /** @param refillPauseMs how long threads that no client waits for may take */
  #startLater(refillPauseMs: number): void {
    if (this.#isOver || !this.#areMissing(this.#plan.spare)) return;
    const mayBecomeFree = this.#count > 0 && this.#plan.keep > 0;
    const startPauseMs = mayBecomeFree ? GRACE_MS : 0;
    const wishedMs = this.#areMissing(0) ? startPauseMs : refillPauseMs;
    const pauseMs = Math.max(wishedMs, this.#rest.leftMs);
    if (pauseMs >= this.#pauseMs) return; // it looks sooner anyway
    clearTimeout(this.#timer);
    this.#pauseMs = pauseMs;
    // One at a time: making one takes milliseconds, and others must be heard in between.
    this.#timer = setTimeout(() => {
      this.#pauseMs = Infinity;
      this.#startOne();
    }, pauseMs);
  }

  /** Whether there are fewer threads than clients and so many spare ones need. */
  #areMissing(spare: number): boolean {
    return this.#count < wantedThreads(this.#plan, this.#unfinished(), spare);
  }

  #startOne(): void {
    if (this.#starting >= navigator.hardwareConcurrency) return; // the next one to run calls again
    if (this.#rest.leftMs > 0) return this.#startLater(0); // a thread was refused meanwhile
    if (!this.#areMissing(this.#plan.spare)) return;
    this.#count++;
    this.#starting++;
    this.#lastNumber = this.#lastNumber % MAX_NUMBER + 1;
    this.#start(this.#lastNumber).then((isAllowed) => {
      this.#starting--;
      if (isAllowed) this.#rest.end();
      else this.#refused();
      this.#startLater(0);
    });
    this.#startLater(0);
  }

  #refused(): void {
    this.#count--;
    if (this.#rest.leftMs === 0) this.#rest.refused(); // else one was that was started at the same time
  }
}
