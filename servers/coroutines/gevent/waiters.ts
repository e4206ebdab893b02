import { currentParkable, park, type Parkable, type Parking, type Wait } from "./park.ts";

/** Greenlets that wait for the same thing, and are woken in the order in which they came. */
export class Waiters implements Parking {
  readonly #greenlets = new Set<Parkable>();

  /** Waits with the others. */
  join(): Wait {
    this.#greenlets.add(currentParkable());
    return park(this);
  }

  /** Wakes the first. When it runs, it must check that what it waited for is still there. */
  wakeOne(): void {
    for (const greenlet of this.#greenlets) {
      this.#greenlets.delete(greenlet);
      return greenlet.resume();
    }
  }

  /** Wakes all, in the order in which they came. */
  wakeAll(): void {
    for (const greenlet of this.#greenlets) greenlet.resume();
    this.#greenlets.clear();
  }

  forget(greenlet: Parkable): void {
    this.#greenlets.delete(greenlet);
  }
}
