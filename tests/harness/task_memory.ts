/**
 * Prints what a hundred thousand sleeping greenlets take, in bytes for each, as a line of JSON. To be
 * run with `--v8-flags=--expose-gc`.
 *
 * @module
 */

import { type Coroutine, Hub, joinall, sleep, spawn } from "../../servers/coroutines/gevent/mod.ts";
import { ManualClock } from "./manual_clock.ts";

const TASKS = 100_000;

// Only there with the flag, so Deno's types do not know it.
const { gc } = globalThis as unknown as { gc(): void };

function usedBytes(): number {
  gc();
  return Deno.memoryUsage().heapUsed;
}

function* suspended(): Generator<void, void, void> {
  yield;
}

function* nap(): Coroutine {
  yield* sleep(1_000);
}

const before = usedBytes();
const generators = Array.from({ length: TASKS }, suspended);
for (const generator of generators) generator.next();
const generatorBytes = (usedBytes() - before) / TASKS;
generators.length = 0;

const hub = new Hub(new ManualClock(), { failed() {}, held() {} });
await hub.run(function* (): Coroutine {
  const empty = usedBytes();
  const greenlets = Array.from({ length: TASKS }, () => spawn(nap));
  yield* sleep(1); // by now all have begun
  const asleep = hub.timers.size;
  const taskBytes = (usedBytes() - empty) / TASKS;
  yield* joinall(greenlets);
  const ended = greenlets.filter(({ dead }) => dead).length;
  greenlets.length = 0;
  const leftBytes = (usedBytes() - empty) / TASKS;
  console.log(JSON.stringify({ asleep, ended, generatorBytes, taskBytes, leftBytes }));
});
