import type { Greenlet } from "./greenlet.ts";
import { getcurrent, park, type Parking, type Wait } from "./park.ts";

/** Greenlets that wait for the same thing, and are woken in the order in which they came. */
export class Waiters implements Parking {
  readonly #greenlets = new Set<Greenlet>();

  /** Waits with the others. */
  join(): Wait {
    this.#greenlets.add(getcurrent());
    return park(this);
  }

  /** Whoever is woken looks for itself whether there is still what it waited for. */
  wakeOne(): void {
    for (const greenlet of this.#greenlets) {
      this.#greenlets.delete(greenlet);
      return greenlet.resume();
    }
  }

  wakeAll(): void {
    for (const greenlet of this.#greenlets) greenlet.resume();
    this.#greenlets.clear();
  }

  forget(greenlet: Greenlet): void {
    this.#greenlets.delete(greenlet);
  }
}
