import type { Loop } from "../../servers/coroutines/gevent/hub.ts";
import {
  type Coroutine,
  getcurrent,
  park,
  type Parking,
} from "../../servers/coroutines/gevent/park.ts";

/** A hub's loop over the operations of Deno: greenlets wait for promises. */
export class PromiseLoop implements Loop {
  #pending = 0;
  #wake: () => void = () => {};

  get isWatching(): boolean {
    return this.#pending > 0;
  }

  nowMs(): number {
    return performance.now();
  }

  async wait(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = timeoutMs === Infinity ? undefined : setTimeout(resolve, timeoutMs);
    await promise;
    clearTimeout(timer);
  }

  /**
   * For greenlets: waits for what a promise gives, and the others go on meanwhile.
   *
   * @throws what the promise is rejected with
   */
  *promise<Value>(promise: Promise<Value>): Coroutine<Value> {
    const greenlet = getcurrent();
    const parking = new PromiseParking();
    this.#pending++;
    const settled = (goOn: () => void) => {
      this.#pending--;
      if (!parking.isForgotten) goOn();
      this.#wake();
    };
    promise.then(
      (value) => settled(() => greenlet.resume(value)),
      (error) => settled(() => greenlet.throw(error)),
    );
    return yield* park<Value>(parking);
  }
}

class PromiseParking implements Parking {
  isForgotten = false;

  forget(): void {
    this.isForgotten = true;
  }
}
