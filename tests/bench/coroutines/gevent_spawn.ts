/** How many milliseconds the hub takes to spawn 100,000 empty tasks and to join them. */

import {
  ClockLoop,
  type Coroutine,
  Hub,
  joinall,
  spawn,
} from "../../../servers/coroutines/gevent/mod.ts";

const TASKS = 100_000;

function* empty(): Coroutine {}

const hub = new Hub(new ClockLoop(), { failed() {}, held() {} });
const beganMs = performance.now();
await hub.run(function* (): Coroutine {
  yield* joinall(Array.from({ length: TASKS }, () => spawn(empty)));
});
console.log(performance.now() - beganMs);
