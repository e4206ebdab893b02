/**
 * The promises that every model keeps, whichever way it serves.
 *
 * @module
 */

import { assert, assertEquals, assertGreaterOrEqual, assertLess } from "../harness/assert.ts";
import { assertSameBytes, decode, encode, randomBytes } from "../harness/bytes.ts";
import {
  canReset,
  connectAndReset,
  echoInPieces,
  exchange,
  readExactly,
  readToEnd,
  writeAll,
} from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { processTree, residentBytes, stillRunning } from "../harness/processes.ts";
import { test, testTogether, type WaitingTest } from "../harness/test.ts";
import { type ModelUnderTest, withoutPause } from "./models.ts";

const MEGABYTE = 1_000_000;
const HALF_CLOSED_BYTES = 300_000;
const isWindows = Deno.build.os === "windows";

/** Starts a client's work on each of `count` connections: all at once, or one after another. */
async function forEachClient(
  { isSerial }: ModelUnderTest,
  count: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  const indices = Array.from({ length: count }, (_, index) => index);
  if (!isSerial) await Promise.all(indices.map(work));
  else for (const index of indices) await work(index);
}

/** Registers the tests of each of these models. */
export function testPromises(models: readonly ModelUnderTest[]): void {
  const memory: WaitingTest[] = [];
  for (const model of models) {
    const { name, args, servesAtOnce = Infinity } = model;

    const asPeopleStartIt = [...withoutPause(model).args, "--quiet"];

    test(`${name}: 20 clients get back 1 MB each, byte for byte, and one that half-closes all of it`, async () => {
      await using server = await Server.start(asPeopleStartIt);
      await forEachClient(model, 20, async () => {
        using conn = await server.connect();
        await echoInPieces(conn, randomBytes(MEGABYTE));
      });
      await halfClose(server);
      const { code } = await server.stop();
      assertEquals(code, 0);
      const [totals] = server.events("stopped");
      const bytes = 20 * MEGABYTE + HALF_CLOSED_BYTES;
      assertEquals([totals.accepted, totals.bytesIn, totals.bytesOut], [21, bytes, bytes]);
    });

    test(`${name}: clients that reset harm no other`, async () => {
      await using server = await Server.start([...args, "--quiet", "--grace", "0"]);
      if (model.isSerial) {
        for (let i = 0; i < 5; i++) await connectAndReset(server.port);
        const conn = await server.connect();
        assertEquals(await exchange(conn, "still here"), "still here");
        conn.close(); // here and below: the stop would wait for it
        await assertSawResets(server);
        return;
      }
      const witness = await server.connect();
      assertEquals(await exchange(witness, "before"), "before");
      await Promise.all(Array.from({ length: 10 }, () => connectAndReset(server.port)));
      assertEquals(await exchange(witness, "after"), "after");
      const newcomer = await server.connect();
      assertEquals(await exchange(newcomer, "new"), "new");
      for (const conn of [witness, newcomer]) conn.close();
      await assertSawResets(server);
    });

    const neverReads = async () => {
      await using server = await Server.start([...args, "--quiet"]);
      using conn = await server.connect();
      // Warmed up with as much as a client that reads would send, so that what is measured is growth.
      for (let i = 0; i < 200; i++) await exchange(conn, "x".repeat(16_384));
      const before = await settledBytes(server.pid);
      await offer(conn, 200 * MEGABYTE);
      const after = await residentBytes(server.pid);
      assertLess(after - before, 16 * MEGABYTE);
      if (model.isSerial) return;
      using other = await server.connect();
      assertEquals(await exchange(other, "not held up"), "not held up");
    };
    memory.push({
      name: `${name}: a client that never reads does not grow the server's memory`,
      fn: neverReads,
    });

    test(`${name}: SIGINT loses no echo that is owed, and leaves nothing`, async () => {
      await using server = await Server.start([...asPeopleStartIt, "--grace", "20s"]);
      const clients = Math.min(servesAtOnce, 20);
      let stopping = false;
      const busy = Promise.withResolvers<void>();
      const meet = meetingOf(clients);
      const talk = async (index: number) => {
        using conn = await server.connect();
        for (let round = 0; !stopping; round++) {
          assertEquals(await exchange(conn, `${index}:${round};`), `${index}:${round};`);
          if (round === 0) await meet();
          else if (round === 3 && index === 0) busy.resolve();
        }
        // A burst whose echo is owed when the signal has come, and the end of what this client sends.
        const burst = randomBytes(50_000);
        await echoInPieces(conn, burst);
      };
      const talking = Promise.all(Array.from({ length: clients }, (_, index) => talk(index)));
      await Promise.race([busy.promise, talking]);
      const tree = isWindows ? [] : await processTree(server.pid);
      server.signal("SIGINT");
      await server.event("stopping");
      stopping = true;
      await talking;
      const { code, stderr } = await server.outcome();
      assertEquals([code, stderr], [0, ""]);
      const [totals] = server.events("stopped");
      assertEquals(totals.bytesOut, totals.bytesIn);
      assertEquals(await stillRunning(tree), []);
      assertEquals(server.events("cut-off"), []);
    });

    test(`${name}: when the grace is over, what has arrived is answered and then it ends`, async () => {
      await using server = await Server.start([...asPeopleStartIt, "--grace", "20ms"]);
      const clients = Math.min(servesAtOnce, 20);
      const busy = Promise.withResolvers<void>();
      const meet = meetingOf(clients);
      const talk = async (index: number) => {
        using conn = await server.connect();
        let echoed = 0;
        for (;; echoed++) {
          const text = `${index}:${echoed};`;
          await writeAll(conn, encode(text));
          const echo = decode(await readExactly(conn, text.length));
          if (echo === "") return; // the end, between two messages, and not a reset
          assertEquals(echo, text);
          if (echoed === 0) await meet();
          else if (echoed === 3 && index === 0) busy.resolve();
        }
      };
      const talking = Promise.all(Array.from({ length: clients }, (_, index) => talk(index)));
      await Promise.race([busy.promise, talking]);
      const { code } = await server.stop();
      await talking;
      assertEquals(code, 0);
      const [totals] = server.events("stopped");
      assertEquals(totals.bytesOut, totals.bytesIn);
      assertEquals(totals.resets, 0);
      assertEquals(server.events("cut-off"), []);
    });
  }
  testTogether(memory, { ignore: isWindows });
}

/** A client that reads nothing until some has come back, so that the server has to hold on to the rest. */
async function halfClose(server: Server): Promise<void> {
  using conn = await server.connect();
  const bytes = randomBytes(HALF_CLOSED_BYTES);
  const sending = writeAll(conn, bytes).then(() => conn.closeWrite());
  const first = await readExactly(conn, 1);
  await sending.catch(() => {});
  const rest = await readToEnd(conn);
  assertEquals(first[0], bytes[0]);
  assertSameBytes(rest, bytes.subarray(1));
}

/** A function that resolves when it has been called by all: they make no load until all are served. */
function meetingOf(clients: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  return () => {
    if (++count === clients) resolve();
    return promise;
  };
}

/** After how long a write that was not taken counts as one that never will be. */
const STALLED_MS = 500;

/** Writes until `sizeBytes` are taken, or until nothing is any more. */
async function offer(conn: Deno.TcpConn, sizeBytes: number): Promise<void> {
  const chunk = new Uint8Array(65_536);
  for (let offered = 0; offered < sizeBytes;) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stalled = new Promise<"stalled">((resolve) => {
      timer = setTimeout(() => resolve("stalled"), STALLED_MS);
    });
    const writing = conn.write(chunk);
    writing.catch(() => {}); // closing the connection ends it
    const written = await Promise.race([writing, stalled]);
    clearTimeout(timer);
    if (written === "stalled") return;
    offered += written;
  }
  assert(false, "the server took it all, so it must be keeping it somewhere");
}

/** Resident memory once it does not change any more: a heap takes a while to find its size. */
async function settledBytes(pid: number): Promise<number> {
  let before = 0;
  for (let look = 0; look < 20; look++) {
    const now = await residentBytes(pid);
    if (Math.abs(now - before) < MEGABYTE) return now;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return before;
}

/** Checks that there were resets at all, and not just closed connections. */
async function assertSawResets(server: Server): Promise<void> {
  assertEquals((await server.stop()).code, 0);
  assertEquals(server.events("cut-off"), []);
  if (canReset) assertGreaterOrEqual(Number(server.events("stopped")[0].resets), 1);
}
