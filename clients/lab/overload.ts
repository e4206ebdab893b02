/**
 * Twice as many messages as a handler can serve, with a short queue before it and with an endless one.
 *
 * What cannot be served has to go somewhere: away, or into the queue, which then only grows. A client
 * that waits in it waits for all before it, and those that come later wait longer.
 *
 * @module
 */

// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import type { LabTexts } from "../../cli/messages.ts";
import { Client } from "./client.ts";
import { defineExperiment, quantile } from "./experiment.ts";
import { needSystemCalls } from "./needs.ts";
import { startServer } from "./server.ts";

/** What a message takes the one thread that handles it: it can serve one in this time. */
const TAKES_MS = 4;
const ARRIVE_EVERY_MS = TAKES_MS / 2;
const CLIENTS = 240;
const SHORT_QUEUE = 8;
/** More than ever come. */
const ENDLESS_QUEUE = 1_000_000;
/** Who has no answer by then has no use for it. The short queue takes half of that. */
const PATIENCE_MS = 2 * (SHORT_QUEUE + 2) * TAKES_MS;
/** A chart shows the waits of those who came in each of so many parts of the time. */
const PARTS = 4;

/** By how much the endless queue must be worse: on an idle machine by a factor of 10, and of 3. */
const LONGER = 2;
const FEWER = 1.2;

interface Run {
  readonly refused: number;
  /** How long those who were admitted waited: 99 % of them, and the longest in each part. */
  readonly p99Ms: number;
  readonly partsMs: readonly number[];
  /** How many had their answer in time. */
  readonly inTime: number;
}

/** `playground lab overload` */
export const overload = defineExperiment(
  "overload",
  async (texts) => {
    needSystemCalls(texts);
    return {
      ...{ clients: CLIENTS, takesMs: TAKES_MS, everyMs: ARRIVE_EVERY_MS, patienceMs: PATIENCE_MS },
      queue: SHORT_QUEUE,
      bounded: await run(SHORT_QUEUE, texts),
      endless: await run(ENDLESS_QUEUE, texts),
    };
  },
  ({ clients, takesMs, everyMs, patienceMs, queue, bounded, endless }, texts) => ({
    lines: [
      texts.load(clients, everyMs, takesMs),
      {
        scale: "linear",
        bars: [bounded, endless].flatMap((run) =>
          run.partsMs.map((ms, part) => ({
            label: texts.label(run === bounded ? queue : Infinity, part + 1, PARTS),
            value: ms,
            shown: texts.wait(ms),
          }))
        ),
      },
      texts.row(texts.bounded(queue), bounded.refused, bounded.p99Ms, bounded.inTime, patienceMs),
      texts.row(texts.endless, endless.refused, endless.p99Ms, endless.inTime, patienceMs),
    ],
    expectations: [
      { isMet: bounded.refused > 0, otherwise: texts.noOverload },
      { isMet: endless.p99Ms >= LONGER * bounded.p99Ms, otherwise: texts.noWait },
      { isMet: bounded.inTime >= FEWER * endless.inTime, otherwise: texts.endlessServes },
    ],
  }),
);

async function run(queue: number, texts: LabTexts): Promise<Run> {
  const args = ["pipeline", "--workers", "1", "--cpu", `${TAKES_MS}ms`, "--quiet"];
  await using server = await startServer([...args, "--queue", String(queue)], texts);
  using first = await Client.connect(server.port);
  await first.exchange("warm"); // the first message of a server takes longer

  const beganMs = performance.now();
  const visits: Promise<number | undefined>[] = [];
  while (visits.length < CLIENTS) {
    const dueMs = beganMs + visits.length * ARRIVE_EVERY_MS;
    const untilMs = dueMs - performance.now();
    if (untilMs > 0) await delay(untilMs);
    visits.push(visit(server.port, dueMs));
  }
  return sumUp(await Promise.all(visits));
}

/** @returns how long after `dueMs` a client had its answer; `undefined` when it was refused */
async function visit(port: number, dueMs: number): Promise<number | undefined> {
  using client = await Client.connect(port);
  return await client.isServed("hello") ? performance.now() - dueMs : undefined;
}

function sumUp(waits: readonly (number | undefined)[]): Run {
  const admitted = waits.filter((wait) => wait !== undefined);
  const partLength = waits.length / PARTS;
  const parts = Array.from({ length: PARTS }, (_, part) => {
    const some = waits.slice(part * partLength, (part + 1) * partLength);
    return Math.max(0, ...some.filter((wait) => wait !== undefined));
  });
  return {
    refused: waits.length - admitted.length,
    p99Ms: quantile(admitted, 0.99),
    partsMs: parts,
    inTime: admitted.filter((wait) => wait <= PATIENCE_MS).length,
  };
}
