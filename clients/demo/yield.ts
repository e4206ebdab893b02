import { Scheduler, type Task } from "../../servers/coroutines/scheduler.ts";
import type { Stage } from "./stage.ts";

/**
 * Two tasks that take turns: each goes on after the `yield` where it stopped.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ClockLoop } from "../../servers/coroutines/gevent/mod.ts";
 * const lines: string[] = [];
 * const print = (line: string) => void lines.push(line);
 * yieldDemo({ print, rounds: 1, pauseMs: 0, sleepThread() {}, loop: new ClockLoop() });
 * assertEquals(lines, ["----A---", "----B---"]);
 * ```
 */
export function yieldDemo({ print, rounds, pauseMs, sleepThread }: Stage): void {
  function* player(line: string): Task {
    for (let round = 0; round < rounds; round++) {
      print(line);
      sleepThread(pauseMs);
      yield;
    }
  }

  const scheduler = new Scheduler((error) => {
    throw error;
  });
  scheduler.spawn(player("----A---"));
  scheduler.spawn(player("----B---"));
  scheduler.run();
}
