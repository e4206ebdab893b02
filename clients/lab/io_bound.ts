/**
 * Clients that come all at once, to handlers that wait and to handlers that compute.
 *
 * A blocking server spends the time that a handler waits by waiting as well. Coroutines let others go
 * on meanwhile, so that the waits of all clients overlap. There is nothing to overlap when a handler
 * computes: one thread does one thing at a time, however it is divided.
 *
 * @module
 */

import type { LabTexts } from "../../cli/messages.ts";
import { Client } from "./client.ts";
import { defineExperiment } from "./experiment.ts";
import { BEST_SOCKETS, startServer } from "./server.ts";

const CLIENTS = 6;
const TAKES_MS = 50;

/** How many times as fast coroutines must be when handlers wait, and at most when they compute. */
const GAINS_TIMES = 2;
const GAINS_NOTHING_TIMES = 1.5;

type SimulatedCost = "sleep" | "cpu";

/** How long it took until all clients were served. */
interface Run {
  readonly blockingMs: number;
  readonly coroutineMs: number;
}

/** `playground lab io-bound` */
export const ioBound = defineExperiment(
  "io-bound",
  async (texts) => ({
    clients: CLIENTS,
    takesMs: TAKES_MS,
    waiting: await compare("sleep", texts),
    computing: await compare("cpu", texts),
  }),
  ({ clients, takesMs, waiting, computing }, texts) => ({
    lines: [
      texts.clients(clients, takesMs),
      texts.row(texts.waiting, waiting.blockingMs, waiting.coroutineMs),
      texts.row(texts.computing, computing.blockingMs, computing.coroutineMs),
    ],
    expectations: [
      { isMet: waiting.blockingMs >= GAINS_TIMES * waiting.coroutineMs, otherwise: texts.noGain },
      {
        isMet: computing.blockingMs <= GAINS_NOTHING_TIMES * computing.coroutineMs,
        otherwise: texts.gain,
      },
    ],
  }),
);

async function compare(simulatedCost: SimulatedCost, texts: LabTexts): Promise<Run> {
  return {
    blockingMs: await run("blocking", simulatedCost, texts),
    coroutineMs: await run("gevent", simulatedCost, texts),
  };
}

async function run(model: string, simulatedCost: SimulatedCost, texts: LabTexts): Promise<number> {
  const args = [model, ...BEST_SOCKETS, `--${simulatedCost}`, String(TAKES_MS), "--quiet"];
  await using server = await startServer(args, texts);
  await visit(server.port); // in which code is compiled
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: CLIENTS }, () => visit(server.port)));
  return performance.now() - beganMs;
}

/** A client that has one question, and leaves with the answer. */
async function visit(port: number): Promise<void> {
  using client = await Client.connect(port);
  await client.exchange("hello");
}
