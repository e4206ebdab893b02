import { currentParkable, park, type Parkable, type Parking, type Wait } from "./park.ts";

/** Greenlets that wait for the same thing, and are woken in the order in which they came. */
export class Waiters implements Parking {
  readonly #greenlets = new Set<Parkable>();

  /** @param isOutside whether code outside of all greenlets may wake them: a callback of JavaScript's */
  constructor(private readonly isOutside = true) {}

  /** Waits with the others. */
  join<Value = void>(): Wait<Value> {
    const greenlet = currentParkable();
    this.#greenlets.add(greenlet);
    if (this.isOutside) greenlet.hub.outside.waiters++;
    return park(this);
  }

  /** How many wait. */
  get size(): number {
    return this.#greenlets.size;
  }

  /** Wakes the first. When it runs, it must check that what it waited for is still there. */
  wakeOne(): void {
    for (const greenlet of this.#greenlets) {
      this.forget(greenlet);
      return greenlet.resume();
    }
  }

  /** Wakes all, in the order in which they came. */
  wakeAll(): void {
    for (const greenlet of this.#greenlets) {
      this.forget(greenlet);
      greenlet.resume();
    }
  }

  forget(greenlet: Parkable): void {
    if (this.#greenlets.delete(greenlet) && this.isOutside) greenlet.hub.outside.waiters--;
  }
}
