import { DESCRIPTORS_PER_THREAD } from "../context/worker_limit.ts";
import { isOutOfDescriptors } from "../sockets/accept_errors.ts";
import type { ClientCount } from "../sockets/client_count.ts";
import { softDescriptorLimit } from "../system/descriptor_limit.ts";
import { readSystemDirectory } from "../system/proc.ts";
import { hasSystemCalls } from "../system/system_calls.ts";

/** How often it is looked whether there are descriptors. */
const LOOK_AGAIN_MS = 25;
/** With so many to spare, no client can take what a thread needs before it has begun. */
const PLENTY = 64;

/**
 * Descriptors for threads that start while there are clients. The runtime aborts when a Worker finds none,
 * so one is started only when there are enough. If there are few, no client is accepted until it has begun:
 * what others give back is for the Worker.
 */
export class DescriptorRoom {
  readonly #count: ClientCount;
  readonly #needed: number;
  /** How many Workers may start, and have not begun. */
  #starting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param count of the server's clients, by which they are no more accepted
   * @param acceptors how many accepts that are under way may still take a descriptor
   */
  constructor(count: ClientCount, acceptors: number) {
    this.#count = count;
    this.#needed = DESCRIPTORS_PER_THREAD + acceptors;
  }

  /** Clients are accepted again, of a worker that has paused that because it has failed. */
  resume(): void {
    this.#count.resume();
  }

  /**
   * Waits until there are descriptors for a Worker, which is then to be started at once.
   *
   * @param isOver whether none is needed any more, which ends the wait
   * @returns call it when the Worker has begun, or never will
   */
  make(isOver: () => boolean): Promise<() => void> {
    if (!hasSystemCalls()) return Promise.resolve(() => {});
    const made = this.#last.then(() => this.#make(isOver));
    this.#last = made.catch(() => {}); // that is the caller's affair, and not that of the next one
    return made;
  }

  async #make(isOver: () => boolean): Promise<() => void> {
    const needed = () => this.#needed + this.#starting * DESCRIPTORS_PER_THREAD;
    const isPlenty = freeDescriptors() >= needed() + PLENTY;
    if (!isPlenty) {
      this.#count.pause();
      do {
        // First, so that accepts that are under way have ended.
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      } while (freeDescriptors() < needed() && !isOver());
    }
    this.#starting++;
    let hasBegun = false;
    return () => {
      if (hasBegun) return;
      hasBegun = true;
      this.#starting--;
      if (!isPlenty) this.#count.resume();
    };
  }
}

/** How many descriptors this process may still have. */
function freeDescriptors(): number {
  try {
    return softDescriptorLimit() - readSystemDirectory("/proc/self/fd").length;
  } catch (error) {
    if (!isOutOfDescriptors(error)) throw error;
    return 0; // to read the directory takes one
  }
}
