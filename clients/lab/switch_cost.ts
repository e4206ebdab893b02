/**
 * How long a switch takes, from one coroutine, thread or process to another.
 *
 * A coroutine is left like a function that returns. To get from one thread or process to another, a
 * byte is sent to it by a system call, and it must be woken, and so it is on the way back: each round
 * trip is two switches.
 *
 * @module
 */

import { Greenlet } from "../../servers/coroutines/greenlet.ts";
import { Scheduler, type Task } from "../../servers/coroutines/scheduler.ts";
import { checked, ERRNO } from "../../servers/system/system_interface.ts";
import { Child } from "./child.ts";
import { EchoThread } from "./echo_thread.ts";
import { defineExperiment } from "./experiment.ts";
import { Loopback } from "./loopback.ts";
import { needSystemCalls } from "./needs.ts";

/** For how long each is switched. */
const MEASURE_MS = 300;
/** How long before that, so that the code is compiled. */
const WARM_UP_MS = 100;
/** How many switches of coroutines there are between two readings of the clock. */
const TURNS = 10_000;

const MILLION = 1_000_000;
/** How many times as fast as the others coroutines must be. */
const CHEAPER_TIMES = 5;

/** `playground lab switch-cost` */
export const switchCost = defineExperiment(
  "switch-cost",
  async (texts) => {
    needSystemCalls(texts);
    return {
      scheduler: switchesPerSecond(schedulerTurns()),
      greenlet: switchesPerSecond(greenletTurns()),
      thread: await betweenThreads(),
      process: await betweenProcesses(),
    };
  },
  ({ scheduler, greenlet, thread, process }, texts) => {
    const bar = (label: string, perSecond: number) => ({
      label,
      value: perSecond,
      shown: texts.perSecond(perSecond),
    });
    return {
      lines: [
        {
          scale: "logarithmic",
          bars: [
            bar(texts.scheduler, scheduler),
            bar(texts.greenlet, greenlet),
            bar(texts.thread, thread),
            bar(texts.process, process),
          ],
        },
        texts.times(greenlet / thread, greenlet / process),
      ],
      expectations: [
        { isMet: Math.min(scheduler, greenlet) >= MILLION, otherwise: texts.noMillion },
        {
          isMet: Math.min(scheduler, greenlet) >= CHEAPER_TIMES * Math.max(thread, process),
          otherwise: texts.notCheaper,
        },
      ],
    };
  },
);

/** Switches some times. @returns how many times */
type Switching = () => number;

function switchesPerSecond(switchSome: Switching): number {
  measure(switchSome, WARM_UP_MS);
  return measure(switchSome, MEASURE_MS);
}

function measure(switchSome: Switching, ms: number): number {
  const beganMs = performance.now();
  let switches = 0;
  let elapsedMs = 0;
  while ((elapsedMs = performance.now() - beganMs) < ms) switches += switchSome();
  return switches / (elapsedMs / 1_000);
}

/** Two tasks that take turns. */
function schedulerTurns(): Switching {
  function* forEver(): Task {
    for (;;) yield;
  }
  const scheduler = new Scheduler((error) => {
    throw error; // nothing in them can fail
  });
  scheduler.spawn(forEver());
  scheduler.spawn(forEver());
  return () => {
    for (let i = 0; i < TURNS; i++) scheduler.turn();
    return 2 * TURNS;
  };
}

/** Two greenlets, the second of which switches back to the first. */
function greenletTurns(): Switching {
  return () => {
    const ping: Greenlet = new Greenlet(function* () {
      for (let i = 0; i < TURNS; i++) yield pong.switch();
    });
    const pong: Greenlet = new Greenlet(function* () {
      for (;;) yield ping.switch();
    });
    ping.switch();
    return 2 * TURNS;
  };
}

async function betweenThreads(): Promise<number> {
  using loopback = new Loopback();
  using thread = await EchoThread.start();
  const { client, server } = loopback.unixPair();
  loopback.disown(server);
  const ended = thread.serve(server);
  const perSecond = switchesPerSecond(() => roundTrip(loopback, client));
  loopback.close(client);
  await ended;
  return perSecond;
}

async function betweenProcesses(): Promise<number> {
  using loopback = new Loopback();
  const { client, server } = loopback.unixPair();
  await using _cat = new Child(["cat"], server);
  return switchesPerSecond(() => roundTrip(loopback, client));
}

const BYTE = new Uint8Array(1);

/** Sends a byte and waits until it has come back. @returns that these are two switches */
function roundTrip(loopback: Loopback, descriptor: number): number {
  loopback.send(descriptor, BYTE);
  let count;
  do count = loopback.calls.recv(descriptor, BYTE, BYTE.length, 0); while (count === -ERRNO.EINTR);
  checked("recv", count);
  return 2;
}
