import { EventLoopTurn } from "../sockets/deno/reactor.ts";
import type { Connection, Sockets } from "../sockets/interface.ts";

/** Deno 2.5 tells of a rejected promise only after the next turn has begun. */
const TURNS = 2;

/**
 * Turns of Deno's event loop for a thread that blocks in the system's calls: without them, what the code
 * of a handler leaves for later is never done, and a promise of its that is rejected is never told.
 */
export class EventLoopTurns {
  readonly #turn = new EventLoopTurn();
  readonly #afterwards: () => void;

  /** @param afterwards is called after each turn; what it throws comes out of the call */
  constructor(afterwards: () => void = () => {}) {
    this.#afterwards = afterwards;
  }

  /** From now on the loop turns before each call on `sockets` that can block, and on what they make. */
  before(sockets: Sockets): void {
    this.#turnFirst(sockets, "select");
    this.#turnFirst(sockets, "pause");
    for (const makeList of ["poll", "epoll"]) {
      wrap(sockets, makeList, (make) => this.#turnFirst(make(), "wait"));
    }
    wrap(sockets, "listen", (listen) => {
      const listener = this.#turnFirst(listen(), "accept");
      wrap(listener, "accept", async (accept) => {
        const connection = await accept();
        return connection === null ? null : this.beforeRecv(connection);
      });
      return listener;
    });
  }

  /** From now on the loop turns before each `recv`. */
  beforeRecv<Socket extends Pick<Connection, "recv">>(connection: Socket): Socket {
    return this.#turnFirst(connection, "recv");
  }

  #turnFirst<Target extends object>(target: Target, method: string): Target {
    return wrap(target, method, async (call) => {
      for (let turn = 0; turn < TURNS; turn++) await this.#turn.take();
      this.#afterwards();
      return await call();
    });
  }
}

/**
 * Puts `around` in the place of a method, given the call that was meant.
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
