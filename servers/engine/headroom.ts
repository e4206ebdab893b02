import type { Engine } from "./model.ts";

/** What a process needs besides its clients: standard streams, event loops, modules being loaded. */
const DESCRIPTORS_OF_PROCESS = 48;

/** 6 for a Worker of Deno 2.9 and 7 for one of Deno 2.5, counted on Linux, and one for its client. */
const DESCRIPTORS_PER_THREAD = 8;
/** More than anybody needs, where there is no limit on descriptors. */
const MOST_THREADS = 4_096;

/** How many threads there may be, so that each finds the descriptors that it needs. */
export function mostThreads(descriptorLimit: number): number {
  return Math.min(MOST_THREADS, mostServants(descriptorLimit, DESCRIPTORS_PER_THREAD));
}

/** How many there may be of what costs so many descriptors each; at least one. */
export function mostServants(descriptorLimit: number, descriptorsEach: number): number {
  return Math.max(1, Math.floor((descriptorLimit - DESCRIPTORS_OF_PROCESS) / descriptorsEach));
}

/**
 * Counts servants that cost several descriptors each. Their number is limited beforehand, because a
 * Worker or a child that finds no descriptor halfway through its start cannot be recovered from.
 */
export class Headroom {
  readonly #engine: Engine;
  readonly #most: number;
  #count = 0;
  #saidLimited = false;
  #waiter: (() => void) | undefined = undefined;

  constructor(engine: Engine, most: number) {
    this.#engine = engine;
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#count >= this.#most;
  }

  /** Counts one more, whether there is room for it or not. */
  take(): void {
    this.#count++;
  }

  /** One has ended. */
  giveBack(): void {
    this.#count--;
    this.#waiter?.();
  }

  /** Resolves when there is room for one more; says once that there was none. */
  async free(): Promise<void> {
    while (this.isFull) {
      this.sayFull();
      await new Promise<void>((resolve) => this.#waiter = resolve);
    }
  }

  /** Says, once, that there can be no more. */
  sayFull(): void {
    if (this.#saidLimited) return;
    this.#saidLimited = true;
    const limit = this.#engine.descriptorLimit;
    this.#engine.notify({ kind: "clients-limited", most: this.#most, limit });
  }
}
