/** How many times a second two greenlets switch to each other. */

import { Greenlet } from "../../../servers/coroutines/greenlet.ts";

const SWITCHES = 20_000_000;

const ping: Greenlet = new Greenlet(function* () {
  for (let i = 0; i < SWITCHES / 2; i++) yield pong.switch();
});
const pong: Greenlet = new Greenlet(function* () {
  for (;;) yield ping.switch();
});
const beganMs = performance.now();
ping.switch();
console.log(SWITCHES / (performance.now() - beganMs) * 1_000);
