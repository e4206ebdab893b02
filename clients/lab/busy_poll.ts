/**
 * The price of asking all sockets over and over, with and without a pause, beside that of epoll.
 *
 * @module
 */

import type { LabTexts } from "../../cli/messages.ts";
// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { cpuSecondsOf, processTree } from "../../servers/system/process_tree.ts";
import { Clients } from "./client.ts";
import { defineExperiment, quantile } from "./experiment.ts";
import { needSystemCalls } from "./needs.ts";
import { BEST_SOCKETS, startServer } from "./server.ts";

const CLIENTS = 10;
const PAUSE_MS = 20;
const SILENCE_MS = 1_000;
const ROUND_TRIPS = 25;
/**
 * The first quartile of the round trips counts, not the median: if other programs want the CPU as
 * well, a loop that burns it has to wait for its turn again and again.
 */
const SOON = 0.25;

/** Which parts of a CPU count as burning it, and as leaving it alone. */
const BURNS = 0.25;
const RESTS = 0.15;
/** How many times as long answers take because of the pause, at least. */
const SLOWER_TIMES = 3;

/** What a server took, and gave. */
interface Run {
  /** The share of one CPU, while all clients were silent. */
  readonly cpuShare: number;
  readonly roundTripMs: number;
}

/** `playground lab busy-poll` */
export const busyPoll = defineExperiment(
  "busy-poll",
  async (texts) => {
    needSystemCalls(texts);
    return {
      clients: CLIENTS,
      pauseMs: PAUSE_MS,
      busy: await run(["nonblocking"], texts),
      paused: await run(["nonblocking", "--pause", String(PAUSE_MS)], texts),
      epoll: await run(["epoll"], texts),
    };
  },
  ({ clients, pauseMs, busy, paused, epoll }, texts) => ({
    lines: [
      texts.silent(clients),
      texts.row(texts.busy, busy.cpuShare, busy.roundTripMs),
      texts.row(texts.paused(pauseMs), paused.cpuShare, paused.roundTripMs),
      texts.row(texts.epoll, epoll.cpuShare, epoll.roundTripMs),
    ],
    expectations: [
      { isMet: busy.cpuShare >= BURNS, otherwise: texts.doesNotBurn },
      { isMet: paused.cpuShare <= RESTS, otherwise: texts.burnsAllTheSame },
      {
        isMet: paused.roundTripMs >= SLOWER_TIMES * busy.roundTripMs,
        otherwise: texts.notSlower,
      },
    ],
  }),
);

async function run(args: readonly string[], texts: LabTexts): Promise<Run> {
  await using server = await startServer([...args, ...BEST_SOCKETS, "--quiet"], texts);
  using clients = await Clients.connect(server.port, CLIENTS);
  for (const client of clients.all) await client.exchange("hello");
  const share = await cpuShare(server.pid, SILENCE_MS);
  const roundTripsMs: number[] = [];
  while (roundTripsMs.length < ROUND_TRIPS) {
    roundTripsMs.push(await clients.all[0].exchange("hello"));
  }
  return { cpuShare: share, roundTripMs: quantile(roundTripsMs, SOON) };
}

/** The share of one CPU that a process takes during the next `ms`. */
async function cpuShare(pid: number, ms: number): Promise<number> {
  const beganMs = performance.now();
  const before = cpuSecondsOf(processTree(pid));
  await delay(ms);
  const took = cpuSecondsOf(processTree(pid)) - before;
  return took / ((performance.now() - beganMs) / 1_000);
}
