import { EventLoopTurn } from "../sockets/deno/reactor.ts";

/** Deno 2.5 reports a rejected promise only after the next turn has begun. */
const TURNS = 2;

/**
 * Turns Deno's event loop in a thread that blocks in the system's calls. Without this, a handler's
 * timers never fire, and its rejected promises are never reported.
 */
export class EventLoopTurns {
  readonly #turn = new EventLoopTurn();

  /** Turns the loop before each call of these methods, which may block. @returns `target` */
  beforeEach<Target extends object>(target: Target, ...methods: string[]): Target {
    for (const method of methods) this.#turnFirst(target, method);
    return target;
  }

  /** Turns the loop. */
  async take(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await this.#turn.take();
  }

  #turnFirst<Target extends object>(target: Target, method: string): Target {
    return wrap(target, method, async (call) => {
      await this.take();
      return await call();
    });
  }
}

/**
 * Replaces a method by `around`, which gets the original call.
 *
 * @returns `target`
 */
function wrap<Target extends object>(
  target: Target,
  method: string,
  // deno-lint-ignore no-explicit-any -- the methods have nothing in common
  around: (call: () => any) => unknown,
): Target {
  const owner: object = target;
  const original = Reflect.get(owner, method);
  Reflect.set(target, method, (...args: unknown[]) => {
    return around(() => Reflect.apply(original, target, args));
  });
  return target;
}
