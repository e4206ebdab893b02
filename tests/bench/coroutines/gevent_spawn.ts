/** How many milliseconds the hub takes to spawn 100,000 empty tasks and to join them. */

import { ClockLoop, Hub, spawn } from "../../../servers/coroutines/gevent/hub.ts";
import { joinall } from "../../../servers/coroutines/gevent/joining.ts";
import type { Coroutine } from "../../../servers/coroutines/gevent/park.ts";

const TASKS = 100_000;

function* empty(): Coroutine {}

const hub = new Hub(new ClockLoop(), { failed() {}, held() {} });
const beganMs = performance.now();
await hub.run(function* (): Coroutine {
  yield* joinall(Array.from({ length: TASKS }, () => spawn(empty)));
});
console.log(performance.now() - beganMs);
