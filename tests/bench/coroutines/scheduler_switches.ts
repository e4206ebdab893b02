/** How many times a second the hand scheduler switches between two generators. */

import { Scheduler, type Task } from "../../../servers/coroutines/scheduler.ts";

const SWITCHES = 20_000_000;

function* yieldTimes(times: number): Task {
  for (let i = 0; i < times; i++) yield;
}

const scheduler = new Scheduler(console.error);
scheduler.spawn(yieldTimes(SWITCHES / 2));
scheduler.spawn(yieldTimes(SWITCHES / 2));
const beganMs = performance.now();
scheduler.run();
console.log(SWITCHES / (performance.now() - beganMs) * 1_000);
