import { setBlocking } from "../../servers/sockets/libc/socket_options.ts";
import { SHUT_RDWR } from "../../servers/system/system_calls.ts";
import type { Listening, Loopback } from "./loopback.ts";
import { endWorkers, startWorker } from "../../servers/system/worker_life.ts";

/** What a thread waits in for the next client. */
export type WaitsIn = "accept" | "epoll";

/** What a thread is to do. */
export interface AcceptTask {
  readonly listener: number;
  readonly waitsIn: WaitsIn;
  /** The place of its count, from 1 on. */
  readonly number: number;
  readonly counts: SharedArrayBuffer;
}

/** Where all clients are counted. */
export const TOTAL = 0;

/**
 * How many clients each of several threads accepts from one listener, when they come one after another:
 * the next one when the last was accepted.
 *
 * @param waitMs the longest that a client may have to wait
 */
export async function countAccepted(
  loopback: Loopback,
  { threads, clients, waitsIn, waitMs }: {
    readonly threads: number;
    readonly clients: number;
    readonly waitsIn: WaitsIn;
    readonly waitMs: number;
  },
): Promise<number[]> {
  const listening = loopback.listen(clients);
  setBlocking(loopback.calls, listening.descriptor, waitsIn === "accept");
  const counts = new Int32Array(new SharedArrayBuffer((1 + threads) * 4));
  const workers = Array.from({ length: threads }, () => {
    return startWorker(new URL("./accept_worker.ts", import.meta.url));
  });
  try {
    for (const [index, worker] of workers.entries()) {
      await begin(worker, {
        ...{ listener: listening.descriptor, waitsIn, number: index + 1 },
        counts: counts.buffer,
      });
    }
    for (let count = 0; count < clients; count++) {
      loopback.close(loopback.connect(listening));
      if (Atomics.wait(counts, TOTAL, count, waitMs) === "timed-out") break;
    }
    return [...counts.subarray(1)];
  } finally {
    await endAll(loopback, listening, workers);
  }
}

/** Resolves when the thread is about to wait for its first client. */
async function begin(worker: Worker, task: AcceptTask): Promise<void> {
  const waiting = said(worker);
  worker.postMessage(task);
  await waiting;
}

/** Shuts the listener down, which ends every wait for it. */
async function endAll(
  loopback: Loopback,
  listening: Listening,
  workers: readonly Worker[],
): Promise<void> {
  const ended = workers.map(said);
  loopback.calls.shutdown(listening.descriptor, SHUT_RDWR);
  await Promise.all(ended);
  endWorkers(workers);
  loopback.close(listening.descriptor);
}

/** The next thing that the thread says, or the error with which it fails. */
function said(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = (event) => {
      event.preventDefault();
      reject(event.error ?? new Error(event.message));
    };
  });
}
