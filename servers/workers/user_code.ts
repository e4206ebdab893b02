import { EventLoopTurns } from "../context/event_loop_turns.ts";
import { watchTimers } from "../handlers/pending_timers.ts";
import { shareWithHandler } from "../handlers/shared_thread.ts";

/**
 * The code of a user's handler in a client's thread. It cannot end the thread; and what it has left
 * behind when its client leaves is told before the thread serves another client. Load this module only
 * where there is such code: a thread would take a third longer to start.
 */
export class UserCode {
  readonly #turns = new EventLoopTurns();
  readonly #hasTimers: () => boolean;

  /**
   * Make it before the code is loaded.
   */
  constructor() {
    shareWithHandler();
    this.#hasTimers = watchTimers();
  }

  /**
   * Call it when a client has left: reports rejected promises.
   *
   * @returns whether the code has left no timers behind, which may still fire
   */
  async settle(): Promise<boolean> {
    await this.#turns.take();
    return !this.#hasTimers();
  }
}
