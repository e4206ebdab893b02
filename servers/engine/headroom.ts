import type { Engine } from "./model.ts";

/** What a process needs besides its clients: standard streams, event loops, modules being loaded. */
const DESCRIPTORS_OF_PROCESS = 48;

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

  constructor(engine: Engine, descriptorsEach: number) {
    this.#engine = engine;
    const left = engine.descriptorLimit - DESCRIPTORS_OF_PROCESS;
    this.#most = Math.max(1, Math.floor(left / descriptorsEach));
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
