/**
 * What each kind of servant costs: until its client is served, and in memory. All clients come at once,
 * and the servants are started from one process, so that the figures compare.
 *
 * @module
 */

import { Scheduler, type Task } from "../../servers/coroutines/scheduler.ts";
import { EPOLLIN } from "../../servers/sockets/interface.ts";
import { raiseDescriptorLimit } from "../../servers/system/descriptor_limit.ts";
import { spawn } from "../../servers/system/spawn.ts";
import { checked, ERRNO, SystemCallError } from "../../servers/system/system_interface.ts";
import { MSG_DONTWAIT, systemCalls } from "../../servers/system/system_calls.ts";
import { serveEcho } from "./echo.ts";
import { EchoThread } from "./echo_thread.ts";
import { forkChild, waitFor } from "./forked_child.ts";
import { Loopback } from "./loopback.ts";
import { ECHO, roleCommand } from "./own_process.ts";
import { memoryOf } from "./private_memory.ts";

/** How many clients each has: enough to measure, few enough to wait for. */
export const CLIENTS = { fork: 32, cat: 16, runtime: 4, thread: 8, kept: 200, coroutine: 400 };
/** What serves a client. */
export type Servant = keyof typeof CLIENTS;

/** Descriptors: two ends for each client, and what a runtime has open. */
export const DESCRIPTORS = 2 * CLIENTS.coroutine;

/** The memory of a few coroutines is too little to be seen, so that of these is: all wait for one client. */
const TASKS = 20_000;
const ANSWER_TIMEOUT_MS = 10_000;
/** How often what takes only milliseconds is done: the shortest time is that which nothing disturbed. */
const ROUNDS = 5;
const HELLO = new TextEncoder().encode("hello");

/** What a servant costs. */
export interface Cost {
  readonly clients: number;
  /** From the first client until the last one had its answer. */
  readonly allServedMs: number;
  /** What each has for itself, and would free. */
  readonly privateBytes: number;
}

/** Measures them, one kind after another: first those that fork, as long as there is one thread. */
export async function measureServants(): Promise<Record<Servant, Cost>> {
  raiseDescriptorLimit(DESCRIPTORS + 64);
  const calls = systemCalls();
  const fork = (descriptor: number) =>
    forkChild([descriptor], () => serveEcho(calls, descriptor) === null ? 0 : 1);
  const cat = (descriptor: number) => spawnOn(descriptor, ["cat"]);
  const runtime = (descriptor: number) => spawnOn(descriptor, roleCommand(ECHO));
  costOfProcesses(1, fork); // so that the code is loaded
  return {
    fork: undisturbed(() => costOfProcesses(CLIENTS.fork, fork)),
    cat: undisturbed(() => costOfProcesses(CLIENTS.cat, cat)),
    runtime: costOfProcesses(CLIENTS.runtime, runtime),
    coroutine: costOfCoroutines(),
    ...await costOfThreads(),
  };
}

function spawnOn(descriptor: number, command: readonly string[]): number {
  return spawn({ command, descriptors: [descriptor, descriptor] });
}

/** @param start gives a process the descriptor of its client */
function costOfProcesses(count: number, start: (descriptor: number) => number): Cost {
  const pids: number[] = [];
  try {
    using crowd = new Crowd();
    const allServedMs = elapsedMs(() => {
      for (let i = 0; i < count; i++) {
        crowd.arrive((server) => {
          pids.push(start(server));
          crowd.loopback.close(server); // the child has its copy
        });
      }
      crowd.receiveAll();
    });
    const sumBytes = pids.reduce((sum, pid) => sum + memoryOf(pid).privateBytes, 0);
    return { clients: count, allServedMs, privateBytes: sumBytes / count };
  } finally {
    for (const pid of pids) waitFor(pid); // they end with their clients
  }
}

/** @returns the cost whose time is the shortest of several rounds */
function undisturbed(measure: () => Cost): Cost {
  const rounds = Array.from({ length: ROUNDS }, measure);
  return rounds.reduce((best, one) => one.allServedMs < best.allServedMs ? one : best);
}

function costOfCoroutines(): Cost {
  const privateBytes = memoryOfCoroutines(); // this loads the code as well
  return undisturbed(() => ({ ...timeOfCoroutines(), privateBytes }));
}

function timeOfCoroutines(): Pick<Cost, "clients" | "allServedMs"> {
  using crowd = new Crowd();
  const scheduler = makeScheduler();
  const allServedMs = elapsedMs(() => {
    for (let i = 0; i < CLIENTS.coroutine; i++) {
      crowd.arrive((server) => scheduler.spawn(echoTask(crowd.loopback, server)));
    }
    scheduler.turn();
    crowd.receiveAll();
  });
  return { clients: CLIENTS.coroutine, allServedMs };
}

function memoryOfCoroutines(): number {
  using crowd = new Crowd();
  const scheduler = makeScheduler();
  const { server } = crowd.loopback.unixPair();
  const before = memoryOf(Deno.pid).privateBytes;
  for (let i = 0; i < TASKS; i++) scheduler.spawn(echoTask(crowd.loopback, server));
  scheduler.turn();
  return Math.max(0, memoryOf(Deno.pid).privateBytes - before) / TASKS;
}

/** The scheduler of the model `coroutine`, whose tasks yield where they would block. */
function makeScheduler(): Scheduler {
  return new Scheduler((error) => {
    throw error;
  });
}

/** They share it, since what one has received it sends before it yields. */
const taskBuffer = new Uint8Array(1_024);

function* echoTask(loopback: Loopback, descriptor: number): Task {
  for (;;) {
    const { calls } = loopback;
    const count = calls.recv(descriptor, taskBuffer, taskBuffer.length, MSG_DONTWAIT);
    if (count === -ERRNO.EAGAIN) yield;
    else if (checked("recv", count) === 0) return;
    else loopback.send(descriptor, taskBuffer.subarray(0, count));
  }
}

/** New threads, and then the same ones, each of which takes over the next client. */
async function costOfThreads(): Promise<{ thread: Cost; kept: Cost }> {
  const before = memoryOf(Deno.pid).privateBytes;
  const threads: EchoThread[] = [];
  const bytesEach = () => Math.max(0, memoryOf(Deno.pid).privateBytes - before) / CLIENTS.thread;
  try {
    const beganMs = performance.now();
    const starting = Array.from({ length: CLIENTS.thread }, () => EchoThread.start());
    threads.push(...await Promise.all(starting));
    const startMs = performance.now() - beganMs;
    const first = startMs + await serveOneEach(threads);
    const thread = { clients: CLIENTS.thread, allServedMs: first, privateBytes: bytesEach() };
    let allServedMs = 0;
    for (let served = 0; served < CLIENTS.kept; served += threads.length) {
      allServedMs += await serveOneEach(threads);
    }
    return { thread, kept: { clients: CLIENTS.kept, allServedMs, privateBytes: bytesEach() } };
  } finally {
    for (const thread of threads) thread[Symbol.dispose]();
  }
}

/** Gives each thread a client. @returns how long it took until all were served, in milliseconds */
async function serveOneEach(threads: readonly EchoThread[]): Promise<number> {
  const crowd = new Crowd();
  const ended: Promise<string | null>[] = [];
  try {
    return elapsedMs(() => {
      for (const thread of threads) {
        crowd.arrive((server) => {
          crowd.loopback.disown(server); // the thread closes it
          ended.push(thread.serve(server));
        });
      }
      crowd.receiveAll();
    });
  } finally {
    crowd[Symbol.dispose]();
    await Promise.all(ended);
  }
}

/** Clients that say hello. Dispose of them, and they leave. */
class Crowd implements Disposable {
  readonly loopback = new Loopback();
  readonly #clients: number[] = [];

  /** A client connects and says hello. @param serve is given the other end of its connection */
  arrive(serve: (server: number) => void): void {
    const { client, server } = this.loopback.unixPair();
    this.#clients.push(client);
    this.loopback.send(client, HELLO);
    serve(server);
  }

  /** @throws {SystemCallError} with `ETIMEDOUT` when one has no answer */
  receiveAll(): void {
    const answer = new Uint8Array(HELLO.length);
    for (const client of this.#clients) {
      const isThere = this.loopback.wait(client, EPOLLIN, ANSWER_TIMEOUT_MS);
      const count = this.loopback.calls.recv(client, answer, answer.length, MSG_DONTWAIT);
      if (!isThere || count !== HELLO.length) throw new SystemCallError("recv", ERRNO.ETIMEDOUT);
    }
  }

  [Symbol.dispose](): void {
    this.loopback[Symbol.dispose]();
  }
}

function elapsedMs(work: () => void): number {
  const beganMs = performance.now();
  work();
  return performance.now() - beganMs;
}
