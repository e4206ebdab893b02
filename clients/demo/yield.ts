import { Scheduler, type Task } from "../../servers/coroutines/scheduler.ts";
import type { Stage } from "./stage.ts";

/** Two tasks that take turns: each goes on behind its `yield`, where it was left. */
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
