import { Greenlet } from "../../servers/coroutines/greenlet.ts";
import type { Stage } from "./stage.ts";

/**
 * Two greenlets that switch to each other by name; there is no scheduler.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop } from "../../servers/coroutines/gevent/mod.ts";
 * const lines: string[] = [];
 * const print = (line: string) => void lines.push(line);
 * greenletDemo({ print, rounds: 1, pauseMs: 0, sleepThread() {}, loop: new ClockLoop() });
 * assertEquals(lines, ["---A--", "---B--"]);
 * ```
 */
export function greenletDemo({ print, rounds, pauseMs, sleepThread }: Stage): void {
  const a: Greenlet = new Greenlet(function* () {
    for (let round = 0; round < rounds; round++) {
      print("---A--");
      sleepThread(pauseMs);
      yield b.switch();
    }
  });
  const b: Greenlet = new Greenlet(function* () {
    for (let round = 0; round < rounds; round++) {
      print("---B--");
      sleepThread(pauseMs);
      yield a.switch();
    }
  });
  a.switch();
}
