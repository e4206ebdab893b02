/**
 * A promise that settles while the first timer of a thread is made. That loads code, which lets promises
 * settle: in the middle of `setTimeout`. So this has a file of its own, and no test that makes a timer.
 *
 * @module
 */

import {
  ClockLoop,
  type Coroutine,
  Hub,
  SocketLoop,
  wait,
  withTimeout,
} from "../../../../servers/coroutines/gevent/mod.ts";
import { DenoSockets } from "../../../../servers/sockets/deno/sockets.ts";
import { UNOBSERVED } from "../../../../servers/sockets/observer.ts";
import { assertEquals, assertLess } from "../../../harness/assert.ts";

/** What the hub would sleep for if it did not hear of the promise. */
const LATE_MS = 30_000;

function* waitAtOnce(): Coroutine {
  const beganMs = performance.now();
  assertEquals(yield* withTimeout(LATE_MS, () => wait(Promise.resolve("settled"))), "settled");
  assertLess(performance.now() - beganMs, LATE_MS);
}

Deno.test("gevent: a promise that settles in the first setTimeout is heard", async () => {
  const sockets = new DenoSockets(UNOBSERVED);
  await new Hub(new SocketLoop(sockets), { failed() {}, held() {} }).run(waitAtOnce);
  sockets.stopListening();
  await sockets.allClosed();
  await new Hub(new ClockLoop(), { failed() {}, held() {} }).run(waitAtOnce);
});
