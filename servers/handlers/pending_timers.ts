/**
 * From now on counts the timers of this thread. Call it before the code of a user's handler runs: a
 * timer that it leaves behind could fail while the thread serves another client.
 *
 * @returns a function that tells whether there are timers that may still fire
 *
 * @example
 * ```ts ignore
 * const hasTimers = watchTimers(); // not in a test: it would change the timers of all tests
 * const timer = setInterval(() => {}, 1_000);
 * hasTimers(); // true
 * clearInterval(timer);
 * hasTimers(); // false
 * ```
 */
export function watchTimers(): () => boolean {
  const pending = new Set<unknown>();
  watch("setTimeout", (set) => (callback: unknown, ...rest: unknown[]) => {
    if (typeof callback !== "function") return set(callback, ...rest); // it has an error for that
    const timer = set((...args: unknown[]) => {
      pending.delete(timer);
      callback(...args);
    }, ...rest);
    pending.add(timer);
    return timer;
  });
  watch("setInterval", (set) => (...args) => {
    const timer = set(...args);
    pending.add(timer);
    return timer;
  });
  for (const name of ["clearTimeout", "clearInterval"]) {
    watch(name, (clear) => (timer) => {
      pending.delete(timer);
      clear(timer);
    });
  }
  return () => pending.size > 0;
}

type Call = (...args: unknown[]) => unknown;

/** Replaces a global function by one that is made with it. */
function watch(name: string, around: (original: Call) => Call): void {
  const original: Call = Reflect.get(globalThis, name);
  Reflect.set(globalThis, name, around(original));
}
