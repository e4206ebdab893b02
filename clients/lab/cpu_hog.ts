/**
 * One client whose handler computes for half a second, and others that only want an echo.
 *
 * Coroutines share one thread, and each runs while the others wait. One that computes does not wait.
 * The system interrupts threads and processes, so that each has its turn.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import type { LabTexts } from "../../cli/messages.ts";
import { Client, Clients } from "./client.ts";
import { defineExperiment } from "./experiment.ts";
import { BEST_SOCKETS, startServer } from "./server.ts";

const HANDLER = fileURLToPath(new URL("./hog_handler.js", import.meta.url));
const BURN_MS = 500;
const OTHERS = 4;
/** How long the others pause before each message, and so after the hog has begun. */
const LATER_MS = 20;

/** Which part of that time an answer must take, or may take, to have waited for the hog, or not. */
const STARVES = 0.5;
const LIVES = 0.4;

interface Run {
  /** The longest that one of the others waited for its answer. */
  readonly maxMs: number;
  /** How many messages of theirs were answered while it computed. */
  readonly answeredMeanwhile: number;
}

/** `playground lab cpu-hog` */
export const cpuHog = defineExperiment(
  "cpu-hog",
  async (texts) => ({
    burnMs: BURN_MS,
    others: OTHERS,
    coroutine: await run("gevent", texts),
    thread: await run("thread", texts),
    process: await run("process", texts),
  }),
  ({ burnMs, others, coroutine, thread, process }, texts) => ({
    lines: [
      texts.hog(burnMs, others),
      texts.row(texts.coroutine, coroutine.maxMs, coroutine.answeredMeanwhile),
      texts.row(texts.thread, thread.maxMs, thread.answeredMeanwhile),
      texts.row(texts.process, process.maxMs, process.answeredMeanwhile),
    ],
    expectations: [
      {
        isMet: coroutine.maxMs >= STARVES * burnMs && coroutine.answeredMeanwhile === 0,
        otherwise: texts.coroutinesLive,
      },
      {
        isMet: [thread, process].every(({ maxMs }) => maxMs <= LIVES * burnMs),
        otherwise: texts.threadsStarve,
      },
    ],
  }),
);

async function run(model: string, texts: LabTexts): Promise<Run> {
  const args = [model, ...BEST_SOCKETS, "--handler", HANDLER, "--quiet"];
  await using server = await startServer(args, texts);
  using others = await Clients.connect(server.port, OTHERS);
  using hog = await Client.connect(server.port);
  // Each has been served, so that none has to wait for its thread or process any more.
  await Promise.all([...others.all, hog].map((client) => client.exchange("hello")));

  const endMs = performance.now() + BURN_MS;
  let answeredMeanwhile = 0;
  let maxMs = 0;
  const goOn = async (client: Client) => {
    while (performance.now() < endMs) {
      await delay(LATER_MS);
      maxMs = Math.max(maxMs, await client.exchange("hello"));
      if (performance.now() < endMs) answeredMeanwhile++;
    }
  };
  await Promise.all([hog.exchange(`burn ${BURN_MS}`), ...others.all.map(goOn)]);
  return { maxMs, answeredMeanwhile };
}
