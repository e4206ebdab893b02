import { getcurrent } from "../greenlet.ts";

/**
 * `gevent.local.local`: an object whose properties are those of the greenlet that looks at it.
 *
 * @param init makes the object of a greenlet, when it first looks
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop, Hub, sleep, spawn } from "./mod.ts";
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * const request = local(() => ({ user: "nobody" }));
 * await hub.run(function* () {
 *   const other = spawn(function* () {
 *     request.user = "Ada";
 *     yield* sleep(1);
 *     return request.user;
 *   });
 *   assertEquals(yield* other.get(), "Ada");
 *   assertEquals(request.user, "nobody");
 * });
 * ```
 */
export function local<Own extends object>(init: () => Own): Own {
  const owned = new WeakMap<object, Own>();
  const own = () => {
    const greenlet = getcurrent();
    let object = owned.get(greenlet);
    if (object === undefined) owned.set(greenlet, object = init());
    return object;
  };
  return new Proxy(init(), {
    get: (_, name) => Reflect.get(own(), name),
    set: (_, name, value) => Reflect.set(own(), name, value),
    has: (_, name) => Reflect.has(own(), name),
    ownKeys: () => Reflect.ownKeys(own()),
    deleteProperty: (_, name) => Reflect.deleteProperty(own(), name),
    defineProperty: (_, name, descriptor) => Reflect.defineProperty(own(), name, descriptor),
    getOwnPropertyDescriptor: (_, name) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(own(), name);
      // A proxy may not show what its target lacks, unless it could go away.
      return descriptor && { ...descriptor, configurable: true };
    },
  });
}
