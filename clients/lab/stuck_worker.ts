/**
 * One worker computes for a second while clients come.
 *
 * With SO_REUSEPORT the system has put a client into the backlog of one worker before anybody looks, and
 * no other worker can accept it. From a listener that all of them share, whoever is free accepts.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { LabTexts } from "../../cli/messages.ts";
import { Client } from "./client.ts";
import { defineExperiment } from "./experiment.ts";
import { needSystemCalls } from "./needs.ts";
import { BEST_SOCKETS, startServer } from "./server.ts";

const HANDLER = fileURLToPath(new URL("./hog_handler.js", import.meta.url));
const WORKERS = 4;
const BURN_MS = 1_000;
const CLIENTS = 60;

/** Which part of that time a client has waited for its answer that has waited for the worker. */
const WAITED = 0.5;

interface Run {
  readonly clients: number;
  /** How many of them waited for the worker that computed. */
  readonly waited: number;
  /** How long the median client waited, and the one that waited longest, in milliseconds. */
  readonly medianMs: number;
  readonly maxMs: number;
}

interface Observations {
  readonly workers: number;
  readonly burnMs: number;
  readonly own: Run;
  readonly shared: Run;
}

/** `playground lab stuck-worker` */
export const stuckWorker = defineExperiment<"stuck-worker", Observations>(
  "stuck-worker",
  async (texts) => {
    needSystemCalls(texts);
    return {
      ...{ workers: WORKERS, burnMs: BURN_MS },
      own: await run("reuseport", texts),
      shared: await run("prethread", texts),
    };
  },
  ({ workers, burnMs, own, shared }, texts) => ({
    lines: [
      texts.stuck(workers, burnMs, own.clients),
      texts.row(texts.own, own.waited, own.medianMs, own.maxMs),
      texts.row(texts.shared, shared.waited, shared.medianMs, shared.maxMs),
    ],
    expectations: [
      { isMet: own.waited > 0, otherwise: texts.nobodyWaits },
      { isMet: own.waited < own.clients, otherwise: texts.allWait },
      { isMet: shared.waited === 0, otherwise: texts.sharedWait },
    ],
  }),
);

async function run(model: string, texts: LabTexts): Promise<Run> {
  const args = [model, ...BEST_SOCKETS, "--workers", String(WORKERS), "--handler", HANDLER];
  await using server = await startServer([...args, "--quiet"], texts);
  using hog = await Client.connect(server.port);
  await hog.exchange("hello");
  await hog.send(`burn ${BURN_MS}`);
  const waitsMs = (await Promise.all(Array.from({ length: CLIENTS }, () => visit(server.port))))
    .toSorted((one, other) => one - other);
  return {
    clients: CLIENTS,
    waited: waitsMs.filter((ms) => ms >= WAITED * BURN_MS).length,
    medianMs: waitsMs[CLIENTS / 2],
    maxMs: waitsMs[CLIENTS - 1],
  };
}

/** A client that comes, asks for an echo, and leaves. @returns how long it waited, in milliseconds */
async function visit(port: number): Promise<number> {
  using client = await Client.connect(port);
  return await client.exchange("hello");
}
