import { getcurrent, type Greenlet } from "./greenlet.ts";
import { joinAny, type JoinOptions } from "./joining.ts";
import type { Linkable } from "./links.ts";
import { checkedWait, park, type Parking, type Wait } from "./park.ts";
import { withTimeout } from "./timeout.ts";

/** What {@linkcode wait} takes, and gives. */
interface WaitFor {
  /** Waits for a promise. @returns its value @throws what it is rejected with */
  <Value>(promise: PromiseLike<Value>): Wait<Value>;
  /** Waits for objects, all or as many as `count`. @returns them as they became ready */
  <One extends Linkable<One>>(
    objects: readonly One[],
    options?: Omit<JoinOptions, "raiseError">,
  ): Wait<One[]>;
  /** Waits until no other greenlet can go on any more. @returns false when the time was over first */
  (objects?: undefined, options?: Pick<JoinOptions, "timeoutMs">): Wait<boolean>;
}

/**
 * `gevent.wait`, for what others do: promises; objects that can be linked, which are greenlets, events,
 * results and semaphores; or, with nothing, the end of all that the hub has to do. While a promise is
 * pending, the hub hears JavaScript's callbacks, on sockets of the system's as well.
 *
 * A greenlet that is killed, or whose time is over, does not wait any longer; what the promise stands
 * for goes on.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Event, Hub, spawn } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* () {
 *   const text = yield* wait(Promise.resolve("from JavaScript"));
 *   assertEquals(text, "from JavaScript");
 *   const event = new Event();
 *   const setter = spawn(function* () {
 *     event.set();
 *   });
 *   assertEquals(yield* wait([setter, event], { count: 1 }), [event]);
 * });
 * ```
 */
export const wait: WaitFor = checkedWait(beginWait, "wait") as WaitFor; // its overloads

function beginWait(
  what?: PromiseLike<unknown> | readonly Linkable<never>[],
  options: JoinOptions = {},
): Wait<unknown> {
  if (what === undefined) return untilIdle(options.timeoutMs);
  return "then" in what ? new Pending(getcurrent(), what).wait() : joinAny(what, options);
}

const untilIdle = checkedWait(function* untilIdle(timeoutMs = Infinity) {
  const { idle } = getcurrent().hub;
  return (yield* withTimeout(timeoutMs, () => idle.join(), "late")) !== "late";
});

/** The wait of a greenlet for a promise. */
class Pending implements Parking {
  #isOver = false;

  constructor(
    private readonly greenlet: Greenlet,
    private readonly promise: PromiseLike<unknown>,
  ) {}

  wait(): Wait<unknown> {
    this.greenlet.hub.outside.promises++;
    this.promise.then(this.#onValue, this.#onError);
    return park(this);
  }

  /** It was killed, say. What the promise brings is for nobody any more. */
  forget(): void {
    this.#isOver = true;
    this.greenlet.hub.outside.promises--;
  }

  readonly #onValue = (value: unknown): void => {
    if (this.#isOver) return;
    this.forget();
    this.greenlet.resume(value);
  };

  readonly #onError = (reason: unknown): void => {
    // Thrown without a reason, it would be a GreenletExit.
    if (!this.#isOver) this.greenlet.throw(reason ?? new Error("a promise was rejected"));
  };
}
