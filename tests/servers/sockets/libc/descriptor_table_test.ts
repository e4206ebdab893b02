import {
  createDescriptorMemory,
  DescriptorTable,
} from "../../../../servers/sockets/libc/descriptor_table.ts";
import { ACTIVITY, place } from "../../../../servers/sockets/libc/client_table.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertThrows,
} from "../../../harness/assert.ts";
import { type DescriptorWork, PLACE } from "../../../harness/descriptor_worker.ts";
import "../../../harness/sanitizers.ts";
import { test } from "../../../harness/test.ts";

/** Two tables on the same memory, as two threads have them. */
function twoTables(limit = 64): [DescriptorTable, DescriptorTable] {
  const memory = createDescriptorMemory(limit);
  return [new DescriptorTable(memory), new DescriptorTable(memory)];
}

Deno.test("a descriptor is a client's from add() to remove(), for all threads", () => {
  const [table, other] = twoTables();
  assertEquals([other.openCount, [...other.clients()]], [0, []]);
  for (const fd of [9, 3, 63, 0]) table.add(fd);
  assertEquals([other.openCount, [...other.clients()]], [4, [0, 3, 9, 63]]);
  table.remove(63);
  table.remove(3);
  assertEquals([other.openCount, [...other.clients()]], [2, [0, 9]]);
  table.add(3);
  assertEquals([other.openCount, [...other.clients()]], [3, [0, 3, 9]]);
});

Deno.test("remove() of who is no client throws, and changes nothing", () => {
  const [table] = twoTables();
  table.add(5);
  table.remove(5);
  assertThrows(() => table.remove(5), Error, "descriptor 5 is not a client's");
  assertThrows(() => table.remove(6), Error, "descriptor 6 is not a client's");
  assertEquals(table.openCount, 0);
});

Deno.test("add() takes what is below the limit only", () => {
  const [table] = twoTables(10);
  table.add(9);
  assertThrows(() => table.add(10), Error, "descriptor 10 is beyond the limit");
  assertEquals([table.openCount, [...table.clients()]], [1, [9]]);
});

Deno.test("there is room for as many descriptors as a process can have, and no more", () => {
  assertEquals(
    createDescriptorMemory(Infinity).byteLength,
    createDescriptorMemory(1_048_576).byteLength,
  );
  new DescriptorTable(createDescriptorMemory(Infinity)).add(1_048_575);
});

Deno.test("activity changes with every move, and with the owner of the number", () => {
  const [table, other] = twoTables();
  table.add(4);
  table.add(5);
  const move = (fd: number) => table.words[place(fd) + ACTIVITY]++; // as a connection does
  const seen = [other.activity(4)];
  const look = () => seen.push(other.activity(4));
  move(4);
  look();
  move(4);
  look();
  table.remove(4);
  table.add(4);
  look();
  for (let i = 1; i < seen.length; i++) assertGreater(seen[i], seen[i - 1]);
  const before = other.activity(4);
  move(5);
  assertEquals(other.activity(4), before);
});

Deno.test("finish() calls for a client only, and marks it until its number is another's", () => {
  const [table, other] = twoTables();
  const called: number[] = [];
  const finish = (fd: number) => other.finish(fd, (fd) => called.push(fd));
  assertEquals([finish(7), table.isFinished(7)], [false, false]);
  table.add(7);
  table.add(8);
  assertEquals([finish(7), finish(7)], [true, true]); // first finished, and later aborted
  assertEquals([table.isFinished(7), table.isFinished(8)], [true, false]);
  assertEquals([...table.clients()], [7, 8]);
  table.remove(7);
  assertEquals([finish(7), table.isFinished(7)], [false, false]);
  table.add(7);
  assert(!table.isFinished(7));
  assertEquals(called, [7, 7]);
});

Deno.test("finish() lets go of a descriptor when its action throws", () => {
  const [table] = twoTables();
  table.add(7);
  const fail = () => {
    throw new TypeError("failed");
  };
  assertThrows(() => table.finish(7, fail), TypeError, "failed");
  table.remove(7);
  assertEquals(table.openCount, 0);
});

Deno.test("withListener() calls for a listener that is open", () => {
  const [table, other] = twoTables();
  const called: number[] = [];
  const call = () => other.withListener((fd) => called.push(fd));
  call();
  table.setListener(0);
  call();
  call();
  table.setListener(6);
  call();
  table.setListener(undefined);
  call();
  assertEquals(called, [0, 0, 6]);
});

Deno.test("withListener() lets go of the listener when its action throws", () => {
  const [table] = twoTables();
  table.setListener(6);
  const fail = () => {
    throw new TypeError("failed");
  };
  assertThrows(() => table.withListener(fail), TypeError, "failed");
  table.setListener(undefined);
  table.withListener(() => assert(false));
});

Deno.test("stop() and the waker are known to all threads", () => {
  const [table, other] = twoTables();
  assertEquals([other.stopping, other.waker], [false, undefined]);
  table.waker = 0;
  assertEquals(other.waker, 0);
  table.waker = 12;
  table.stop();
  assertEquals([other.stopping, other.waker], [true, 12]);
});

Deno.test("waitForRelease() waits no longer than it is told", () => {
  const [table] = twoTables();
  const startedMs = performance.now();
  table.waitForRelease(20);
  assertGreaterOrEqual(performance.now() - startedMs, 19);
});

/** Calls `run` while another thread adds and removes descriptor 7, and sets it as the listener. */
async function whileOpenedAndClosed(
  run: (table: DescriptorTable, shared: Int32Array) => void,
): Promise<void> {
  const work: DescriptorWork = {
    descriptors: createDescriptorMemory(64),
    shared: new SharedArrayBuffer(16),
    fd: 7,
  };
  const shared = new Int32Array(work.shared);
  const { href } = new URL("../../../harness/descriptor_worker.ts", import.meta.url);
  const worker = new Worker(href, { type: "module" });
  const stopped = new Promise((resolve) => worker.onmessage = resolve);
  worker.postMessage(work);
  try {
    run(new DescriptorTable(work.descriptors), shared);
  } finally {
    Atomics.store(shared, PLACE.stop, 1);
    await stopped;
    worker.terminate();
  }
}

/** How often each side must have come to its turn. */
const TURNS = 2_000;

for (const name of ["finish", "withListener"] as const) {
  test(`${name}() never calls for a descriptor that another thread has closed`, async () => {
    await whileOpenedAndClosed((table, shared) => {
      let calls = 0;
      let mistakes = 0;
      const look = () => {
        calls++;
        // Longer than the other thread needs to close it, if it could.
        for (let look = 0; look < 200; look++) {
          if (Atomics.load(shared, PLACE.isOpen) === 0) mistakes++;
        }
      };
      const untilMs = performance.now() + 60_000; // nobody else can end this loop
      while (calls < TURNS || Atomics.load(shared, PLACE.rounds) < TURNS) {
        assertLess(performance.now(), untilMs, "the other thread does not come to its turn");
        if (name === "finish") table.finish(7, look);
        else table.withListener(look);
      }
      assertEquals(mistakes, 0);
    });
  });
}

test("waitForRelease() is woken when another thread closes a descriptor", async () => {
  await whileOpenedAndClosed((table) => {
    const startedMs = performance.now();
    table.waitForRelease(60_000);
    assertLess(performance.now() - startedMs, 50_000);
  });
});
