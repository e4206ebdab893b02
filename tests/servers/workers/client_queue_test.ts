import {
  ClientQueue,
  createQueueMemory,
  type QueuedClient,
} from "../../../servers/workers/client_queue.ts";
import { assertEquals } from "../../harness/assert.ts";
import { test } from "../../harness/test.ts";

const PATIENCE_MS = 60_000;

function makeClient(id: number): QueuedClient {
  const host = id % 2 === 0 ? "127.0.0.1" : `fe80::${(id % 65_536).toString(16)}%enp0s3`;
  return { fd: id + 7, id, peer: { host, port: id % 65_536 } };
}

/** A thread that takes clients from the queue in `memory`, and those that it took. */
function startTaking(memory: SharedArrayBuffer): { worker: Worker; took: Promise<QueuedClient[]> } {
  const worker = new Worker(new URL("./client_queue_worker.ts", import.meta.url), {
    type: "module",
  });
  const took = new Promise<QueuedClient[]>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<QueuedClient[]>) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.postMessage(memory);
  return { worker, took };
}

/** Yields in between, for a Worker may need the event loop in order to start. */
async function untilWaiting(queue: ClientQueue, threads: number): Promise<void> {
  const beganMs = performance.now();
  while (!queue.waitForThreads(threads, 10)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (performance.now() - beganMs > PATIENCE_MS) throw new Error("they do not start");
  }
}

Deno.test("clients come out in the order in which they went in, and whole", () => {
  const queue = new ClientQueue(createQueueMemory(3));
  for (let round = 0; round < 10; round++) {
    const clients = [3, 4, 5].map((id) => makeClient(id + round * 3));
    for (const client of clients) queue.put(client);
    assertEquals([queue.length, queue.unfinished], [3, 3]);
    for (const client of clients) {
      assertEquals(queue.take(), client);
      queue.finished();
    }
    assertEquals([queue.length, queue.unfinished, queue.waitingThreads], [0, 0, 0]);
  }
});

Deno.test("a closed queue still gives what is in it", () => {
  const queue = new ClientQueue(createQueueMemory(2));
  queue.put(makeClient(1));
  queue.close();
  assertEquals([queue.isClosed, queue.length], [true, 1]);
  assertEquals(queue.take(), makeClient(1));
  assertEquals([queue.take(), queue.length], [null, 0]);
});

Deno.test("the supervisor is called once until it has answered", () => {
  const queue = new ClientQueue(createQueueMemory(1));
  assertEquals([queue.callSupervisor(), queue.callSupervisor()], [true, false]);
  queue.answerCall();
  assertEquals(queue.callSupervisor(), true);
});

test("20,000 clients for four threads: each is taken once, and all threads end", async () => {
  const count = 20_000;
  const capacity = 8;
  const queue = new ClientQueue(createQueueMemory(capacity));
  const threads = Array.from({ length: 4 }, () => startTaking(queue.memory));
  try {
    await untilWaiting(queue, 4);
    for (let id = 1; id <= count; id++) {
      queue.waitUntilFewerThan(capacity);
      queue.put(makeClient(id));
    }
    queue.close();
    queue.waitUntilFewerThan(1);
    const took = (await Promise.all(threads.map(({ took }) => took))).flat();
    took.sort((a, b) => a.id - b.id);
    assertEquals(took.length, count);
    assertEquals(took.findIndex((client, index) => client.id !== index + 1), -1);
    for (const client of took) assertEquals(client, makeClient(client.id));
  } finally {
    for (const { worker } of threads) worker.terminate();
  }
});

test("closing lets threads go that wait for a client", async () => {
  const queue = new ClientQueue(createQueueMemory(1));
  const threads = [startTaking(queue.memory), startTaking(queue.memory)];
  try {
    await untilWaiting(queue, 2);
    queue.close();
    assertEquals(await Promise.all(threads.map(({ took }) => took)), [[], []]);
  } finally {
    for (const { worker } of threads) worker.terminate();
  }
});
