/**
 * How a thread or a process that has one client waits for it while its event loop goes on. Load this
 * module only where there is code that needs that: a thread would take longer to start.
 *
 * @module
 */

import { EPOLLIN } from "../../sockets/interface.ts";
import { createWaker, quiet, wake } from "../../system/eventfd.ts";
import { OffThreadPoll } from "../../system/off_thread_poll.ts";
import { systemCalls } from "../../system/system_calls.ts";

/** After how long the waiting thread looks whether its client is to end, which the system does not know. */
const LOOK_AGAIN_MS = 100;

/** See the module. Close it when there will be no other client. */
export class EventLoopWait {
  readonly #calls = systemCalls();
  readonly #waker = createWaker(this.#calls);
  readonly #poll = new OffThreadPoll();
  readonly #afterwards: () => void;

  /**
   * @param afterwards called after each wait; what it throws comes out of the wait
   * @param heard what else is heard while it waits
   * @throws {SystemCallError} when there is no descriptor left
   */
  constructor(
    afterwards: () => void,
    private readonly heard?: { readonly descriptor: number; hearNow(): void },
  ) {
    this.#afterwards = afterwards;
  }

  /** Waits until `fd` is ready, {@linkcode interruptWait} is called, or it is worth looking again. */
  readonly waitFor = async (fd: number, events: number): Promise<void> => {
    const heard = this.heard?.descriptor ?? -1; // poll(2) passes over what is negative
    const watched: [number, number][] = [[fd, events], [this.#waker, EPOLLIN], [heard, EPOLLIN]];
    await this.#poll.ready(watched, LOOK_AGAIN_MS);
    quiet(this.#calls, this.#waker);
    this.heard?.hearNow();
    this.#afterwards();
  };

  /** Ends the wait that is under way. */
  readonly interruptWait = (): void => {
    if (this.#poll.isWaiting) wake(this.#calls, this.#waker);
    else this.#poll.voidNext();
  };

  close(): void {
    this.#calls.close(this.#waker);
  }
}
