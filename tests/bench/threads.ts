/**
 * What it takes to start a thread of `thread`, on both kinds of sockets, beside a Worker that does
 * nothing: CPU and wall time, in turn, medians and ratios. A compiled file loads modules in another
 * way; with `PLAYGROUND_BIN` this measures it too, by how much CPU a server with spare threads takes
 * more than one without.
 *
 * @module
 */

import process from "node:process";
import { createStatsMemory } from "../../servers/metrics/counters.ts";
import { createTraceMemory } from "../../servers/metrics/trace.ts";
import { createDescriptorMemory } from "../../servers/sockets/libc/descriptor_table.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { ClientQueue, createQueueMemory } from "../../servers/workers/client_queue.ts";
import type { ThreadSetup } from "../../servers/context/protocol.ts";
import type { FromThread, ToThread } from "../../servers/workers/deno/thread.ts";
import type { ThreadPorts } from "../../servers/workers/deno/thread_workers.ts";
import { Server } from "../harness/playground.ts";
import { cpuSeconds } from "../harness/processes.ts";
import { median } from "./measure.ts";

const ROUNDS = 7;
const THREADS = 20;
const WANTED = 1.3;
const WAIT_MS = 100;

const HANDLER = { name: "echo", sleepMs: 0, cpuMs: 0 };
const RECV_SIZE_BYTES = 16_384;

interface Cost {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** A Worker that is ready to serve. */
interface Started {
  readonly worker: Worker;
  /** Has a thread that blocks go on, and end: until then, to terminate its Worker does not end it. */
  unblock?(): void;
}

type Start = () => Promise<Started>;

const startBare: Start = () => started("./bare_worker.ts", null);

const startOnDeno: Start = async () => {
  const { port1, port2 } = new MessageChannel();
  const path = "../../servers/workers/deno/client_worker.ts";
  const worker = new Worker(new URL(path, import.meta.url), { type: "module" });
  const ports: ThreadPorts = { port: port2, rooms: undefined };
  worker.postMessage(ports, [port2]);
  const setup: ToThread = {
    ...{ name: "prepare", handler: HANDLER, recvSizeBytes: RECV_SIZE_BYTES },
    ...{ number: 1, watching: undefined },
  };
  port1.postMessage(setup);
  await new Promise<void>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<FromThread>) => {
      if (data.name === "ready") resolve();
    };
  });
  port1.close();
  return { worker };
};

/** What a server makes once, for all its threads. */
const SHARED = {
  ...{ stats: createStatsMemory(), trace: createTraceMemory(), controls: undefined },
  descriptors: createDescriptorMemory(64),
};

const startOnLibc: Start = async () => {
  const queue = new ClientQueue(createQueueMemory(1));
  const setup: ThreadSetup = {
    ...SHARED,
    ...{ handler: HANDLER, recvSizeBytes: RECV_SIZE_BYTES, number: 1, statsBlock: 0 },
    plan: { spare: 1, keep: 1, most: 1, queue: 0 },
    queue: queue.memory,
  };
  const { worker } = await started("../../servers/workers/libc/client_worker.ts", setup);
  // It waits for a client when it is ready. A Worker whose code runs needs this thread no more, so that
  // may block: to look again and again would be measured as well.
  while (!queue.waitForThreads(1, WAIT_MS));
  return { worker, unblock: () => queue.close() };
};

/** Resolves when the Worker has answered. */
function started(path: string, setup: unknown): Promise<Started> {
  const worker = new Worker(new URL(path, import.meta.url), { type: "module" });
  worker.postMessage(setup);
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve({ worker });
    worker.onerror = (event) => reject(new Error(event.message));
  });
}

/** What one thread takes, of several that are started one after another. */
async function costOf(start: Start): Promise<Cost> {
  const workers: Started[] = [];
  const cpu = process.cpuUsage();
  const beganMs = performance.now();
  while (workers.length < THREADS) workers.push(await start());
  const wallMs = (performance.now() - beganMs) / THREADS;
  const { user, system } = process.cpuUsage(cpu);
  for (const { worker, unblock } of workers) {
    unblock?.();
    worker.terminate();
  }
  await new Promise((resolve) => setTimeout(resolve, 300)); // their ends are not measured
  return { cpuMs: (user + system) / 1_000 / THREADS, wallMs };
}

/** The CPU that a server takes for each spare thread until it listens. */
async function cpuMsOfSpare(sockets: string): Promise<number> {
  const seconds: number[] = [];
  for (const spare of [0, THREADS]) {
    const args = ["thread", "--sockets", sockets, "--spare", String(spare), "--quiet"];
    await using server = await Server.start(args);
    seconds.push(await cpuSeconds(server.pid));
  }
  return (seconds[1] - seconds[0]) * 1_000 / THREADS;
}

const STARTS: Record<string, Start> = {
  "a bare Worker": startBare,
  "thread, deno": startOnDeno,
  ...(hasSystemCalls() ? { "thread, libc": startOnLibc } : {}),
};

const costs = new Map<string, Cost[]>(Object.keys(STARTS).map((name) => [name, []]));
for (const start of Object.values(STARTS)) await costOf(start); // the first loads the code
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, start] of Object.entries(STARTS)) costs.get(name)?.push(await costOf(start));
}
const medians = [...costs].map(([name, all]) => ({
  name,
  cpuMs: median(all.map(({ cpuMs }) => cpuMs)),
  wallMs: median(all.map(({ wallMs }) => wallMs)),
}));
const [bare] = medians;
console.log(`from source, ${ROUNDS} rounds of ${THREADS}: CPU, wall time, CPU ÷ bare Worker`);
for (const { name, cpuMs, wallMs } of medians) {
  const ratio = (cpuMs / bare.cpuMs).toFixed(2);
  const wanted = name === bare.name ? "" : `  wanted ≤ ${WANTED}`;
  console.log(
    name.padEnd(16),
    `${cpuMs.toFixed(1)} ms`.padStart(8),
    `${wallMs.toFixed(1)} ms`.padStart(8),
    `${ratio.padStart(6)}${wanted}`,
  );
}

if (Deno.env.has("PLAYGROUND_BIN")) {
  console.log("\nPLAYGROUND_BIN: nobody can start a bare Worker in it, so there is no ratio");
  for (const sockets of hasSystemCalls() ? ["deno", "libc"] : ["deno"]) {
    const all: number[] = [];
    while (all.length < ROUNDS) all.push(await cpuMsOfSpare(sockets));
    console.log(
      `thread, ${sockets}`.padEnd(16),
      `${median(all).toFixed(1)} ms`.padStart(8),
      "of CPU",
    );
  }
}
Deno.exit(); // Deno 2.9 takes long to end when there were Workers
