import type { ServedBy } from "./context.ts";
import type { ThreadPlan } from "./threads.ts";

/** Descriptors for all but the clients: standard streams, event loops, modules being loaded. */
const DESCRIPTORS_OF_PROCESS = 48;
/** The fewest with which a server can listen: 26 to 33, counted on Linux, and some to spare. */
const MIN_OF_PROCESS = 36;

/** 6 for a Worker of Deno 2.9 and 7 for one of Deno 2.5, counted on Linux, and one for its client. */
export const DESCRIPTORS_PER_THREAD = 8;
/** Two pipes, what Deno keeps to watch the process, one for the client, and one to spare. */
export const DESCRIPTORS_PER_CHILD = 5;
/** The limit where there is none on descriptors. */
const MAX_THREADS = 4_096;

/** How many descriptors a server needs to serve at least one client. */
export function minDescriptors(servedBy: ServedBy): number {
  switch (servedBy) {
    case "thread":
    case "loops":
    case "sharedThread":
    case "threads":
      return MIN_OF_PROCESS + DESCRIPTORS_PER_THREAD;
    case "process":
      // During its start a child takes three more: for the result of the start, and for its guard.
      return MIN_OF_PROCESS + DESCRIPTORS_PER_CHILD + 3;
    default:
      return MIN_OF_PROCESS + 1;
  }
}

/** How many threads there may be, so that each finds the descriptors that it needs. */
export function maxThreads(descriptorLimit: number): number {
  return Math.min(MAX_THREADS, maxWorkers(descriptorLimit, DESCRIPTORS_PER_THREAD));
}

/** The plan, as far as there are descriptors for its threads. */
export function planWithin(descriptorLimit: number, wish: ThreadPlan): ThreadPlan {
  const most = Math.min(wish.most, maxThreads(descriptorLimit));
  return { ...wish, most, queue: Math.min(wish.queue, most) };
}

/** How many workers there may be when each costs `descriptorsEach`; at least one. */
export function maxWorkers(descriptorLimit: number, descriptorsEach: number): number {
  return Math.max(1, Math.floor((descriptorLimit - DESCRIPTORS_OF_PROCESS) / descriptorsEach));
}

/** Reports that no more than `max` clients can be served at a time. */
interface LimitReporter {
  clientsLimited(max: number): void;
}

/**
 * Limits the workers of a server, and gives each a number. Their number is limited beforehand, because
 * a Worker or a child that finds no descriptor halfway through its start cannot be recovered from.
 */
export class WorkerLimit {
  readonly #context: LimitReporter;
  readonly #max: number;
  readonly #numbers = new Set<number>();
  #waiter: (() => void) | undefined = undefined;

  /** @param max how many workers there may be at a time */
  constructor(context: LimitReporter, max: number) {
    this.#context = context;
    this.#max = max;
  }

  get isFull(): boolean {
    return this.#numbers.size >= this.#max;
  }

  /** Counts one more, whether there is room for it or not. @returns its number: the lowest free one */
  take(): number {
    let number = 1;
    while (this.#numbers.has(number)) number++;
    this.#numbers.add(number);
    return number;
  }

  /** The worker of this number has ended. */
  giveBack(number: number): void {
    this.#numbers.delete(number);
    this.#waiter?.();
  }

  /** Resolves when there is room for one more, and reports when there is none. */
  async free(): Promise<void> {
    while (this.isFull) {
      this.reportFull();
      await new Promise<void>((resolve) => this.#waiter = resolve);
    }
  }

  reportFull(): void {
    this.#context.clientsLimited(this.#max);
  }
}
