import { closest } from "../../cli/closest.ts";
import { defineCommand, type Invocation } from "../../cli/command.ts";
import { RefusedError, UsageError } from "../../cli/errors.ts";
import { duration, integer } from "../../cli/flags.ts";
import type { Messages } from "../../cli/messages.ts";
import { ClockLoop } from "../../servers/coroutines/gevent/mod.ts";
import { geventDemo, geventSleepDemo } from "./gevent.ts";
import { greenletDemo } from "./greenlet.ts";
import type { Demo } from "./stage.ts";
import { yieldDemo } from "./yield.ts";

const demoFlags = {
  rounds: integer(5, { min: 1, max: 1_000_000 }),
  pause: duration(500, "500ms", "ms"),
};

/** The demos by name, and which text says what each shows. */
const DEMOS = new Map<string, { demo: Demo; shows: keyof Messages["demo"]["shows"] }>([
  ["yield", { demo: yieldDemo, shows: "yield" }],
  ["greenlet", { demo: greenletDemo, shows: "greenlet" }],
  ["gevent", { demo: geventDemo, shows: "gevent" }],
  ["gevent-sleep", { demo: geventSleepDemo, shows: "geventSleep" }],
]);

/** `playground demo`, and `playground demo <name>` */
export const demoCommand = defineCommand({
  flags: demoFlags,
  words: { min: 0, max: 1, choices: [...DEMOS.keys()] },
  async run(invocation: Invocation<typeof demoFlags>): Promise<number> {
    const { flags, words: [name], messages } = invocation;
    if (name === undefined) return await tour(invocation);
    const found = DEMOS.get(name);
    if (found === undefined) {
      const names = [...DEMOS.keys()];
      throw new UsageError(messages.flags.unknownDemo(name, closest(name, names), names));
    }
    console.log(messages.demo.shows[found.shows]);
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    await found.demo({
      print: console.log,
      rounds: flags.rounds,
      pauseMs: flags.pause,
      sleepThread: (ms) => void Atomics.wait(sleeper, 0, 0, ms),
      loop: new ClockLoop(),
    });
    return 0;
  },
});

async function tour({ given, messages, language }: Invocation<typeof demoFlags>): Promise<number> {
  for (const flag of given) {
    throw new UsageError(messages.flags.onlyWith(`--${flag}`, [...DEMOS.keys()].join(", ")));
  }
  // Loaded only for this: servers and floods are much, and the others are a few lines.
  const { showTour } = await import("./show_tour.ts");
  if (!await showTour(language, messages)) throw new RefusedError(messages.race.nothingMeasured);
  return 0;
}
