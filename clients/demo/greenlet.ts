import { Greenlet } from "../../servers/coroutines/greenlet.ts";
import type { Stage } from "./stage.ts";

/** Two greenlets that switch to each other by name; there is no scheduler. */
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
