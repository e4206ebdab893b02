import {
  type Coroutine,
  getcurrent,
  Hub,
  joinall,
  sleep,
  spawn,
} from "../../servers/coroutines/gevent/mod.ts";
import type { Demo, Stage } from "./stage.ts";

const PLAYERS = 3;

/** Greenlets that never wait run one after another, each to its end. */
export const geventDemo: Demo = ({ print, rounds, loop }) => {
  return play(loop, rounds, function* f(n: number): Coroutine {
    for (let i = 0; i < n; i++) print(`${getcurrent()} ${i}`);
  });
};

/** Greenlets that sleep after each line let the others go on meanwhile. */
export const geventSleepDemo: Demo = ({ print, rounds, pauseMs, loop }) => {
  return play(loop, rounds, function* f(n: number): Coroutine {
    for (let i = 0; i < n; i++) {
      print(`${getcurrent()} ${i}`);
      yield* sleep(pauseMs);
    }
  });
};

async function play(
  loop: Stage["loop"],
  rounds: number,
  f: (n: number) => Coroutine,
): Promise<void> {
  // No greenlet computes for long here, and joinall throws what fails.
  const hub = new Hub(loop, { failed() {}, held() {} });
  await hub.run(function* (): Coroutine {
    const greenlets = Array.from({ length: PLAYERS }, () => spawn(f, rounds));
    yield* joinall(greenlets, { raiseError: true });
  });
}
