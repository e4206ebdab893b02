/**
 * Servers that fork play clients to themselves before they listen: that ends, whatever they are told.
 *
 * @module
 */

import { fileURLToPath as fromFileUrl } from "node:url";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertLess, assertStringIncludes } from "../harness/assert.ts";
import { decode, encode } from "../harness/bytes.ts";
import { exchange, readToEnd, writeAll } from "../harness/clients.ts";
import { withDirectory } from "../harness/directory.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { run, Server } from "../harness/playground.ts";
import { forking } from "../harness/processes.ts";
import { test } from "../harness/test.ts";

const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
/** More than sockets hold. */
const INDEX = "0123456789".repeat(100_000);
const FORBIDDER = fromFileUrl(new URL("../harness/forbid_call.ts", import.meta.url));
/** <sys/syscall.h>, on all processors, and the errno of a call that the kernel does not have. */
const [CLOSE_RANGE, ENOSYS] = [436, 38];
const ignore = !hasSystemCalls();
const isCompiled = Deno.env.has("PLAYGROUND_BIN");

for (const model of ["process", "prefork", "workers"]) {
  test(`${model} on libc: receives a byte at a time`, async () => {
    const args = [model, "--sockets", "libc", "--recv-size", "1"];
    await using server = await Server.start(args);
    using client = await server.connect();
    assertEquals(await exchange(client, "hello"), "hello");
  }, { ignore });

  test(`${model} on libc: receives requests in pieces`, async () => {
    const args = [model, "--sockets", "libc", "--handler", "http", "--recv-size", "16"];
    await using server = await Server.start(args);
    assertStringIncludes(await answerOf(server), "HTTP/1.1 200");
  }, { ignore });

  test(`${model} on libc: serves a large file`, () =>
    withDirectory(async (root) => {
      await Deno.writeTextFile(`${root}/index.html`, INDEX);
      const args = [model, "--sockets", "libc", "--handler", "http", "--root", root];
      await using server = await Server.start(args);
      assertEquals((await answerOf(server)).endsWith(INDEX), true);
    }), { ignore });

  test(
    `${model} on libc: says once that its children could not close what they inherit`,
    async () => {
      const args = [FORBIDDER, String(CLOSE_RANGE), String(ENOSYS)];
      const wrapper = [Deno.execPath(), "run", "-A", "--no-check", ...args];
      const ran = await run(["serve", model, "--sockets", "libc", "--port", "0"], { wrapper });
      assertOneLine(ran, 1, /close_range: ENOSYS.*choose a model without processes/);
    },
    { ignore },
  );
}

async function answerOf(server: Server): Promise<string> {
  using client = await server.connect();
  await writeAll(client, encode(REQUEST));
  return decode(await readToEnd(client));
}

/**
 * It is some 20 less, and with a log 10 more than without. Where the last calls of a child are not rehearsed, or it
 * makes for itself what it could have from its parent, it is 10 to 30 more; a child that compiles has 500.
 */
const MAX_PAGES: Readonly<Record<string, number>> = { echo: 132, bytes: 128, upper: 148 };
const CLIENTS = 100;

for (const [handler, maxPages] of Object.entries(MAX_PAGES)) {
  for (const log of ["", "--quiet"]) {
    const name =
      `process on libc ${log}: few pages are copied and loaded for a client of ${handler}`;
    test(name, async () => {
      const flags = log === "" ? [] : [log];
      await using server = await Server.start([
        ...["process", "--sockets", "libc", "--handler", handler, ...flags],
      ]);
      const { parent } = await forking(server.pid);
      const visit = async () => {
        using client = await server.connect();
        await writeAll(client, encode("1\n"));
        await client.read(new Uint8Array(1_000));
      };
      for (let client = 0; client < CLIENTS / 4; client++) await visit();
      const before = await pageFaults(parent);
      for (let client = 0; client < CLIENTS; client++) await visit();
      const after = await pageFaults(parent);
      assertLess((after - before) / CLIENTS, maxPages);
    }, { ignore: ignore || isCompiled }); // see V8_FLAGS_TO_REHEARSE
  }
}

/** It is 470. Where V8 has chosen the addresses, it is 720, most of which each fork copies. */
const MAX_TABLES_KB = 600;

test("process on libc: the memory of the process that forks needs few tables", async () => {
  await using server = await Server.start(["process", "--sockets", "libc"]);
  const { parent } = await forking(server.pid);
  const status = await Deno.readTextFile(`/proc/${parent}/status`);
  const [, sizeKB] = /^VmPTE:\s*(\d+) kB$/m.exec(status) ?? [];
  assertLess(Number(sizeKB), MAX_TABLES_KB);
}, { ignore: ignore || isCompiled }); // see V8_FLAGS_TO_REHEARSE

/** It is 80 to 130. To load and compile took 420, all of which each fork would count. */
const MAX_STACK_KB = 200;

test("process on libc: the process that forks has given back what it has used once", async () => {
  await using server = await Server.start(["process", "--sockets", "libc"]);
  const { parent } = await forking(server.pid);
  const ranges = await Deno.readTextFile(`/proc/${parent}/smaps`);
  const [, sizeKB] = /\[stack\]\n(?:\w+:.*\n)*?Rss:\s*(\d+) kB$/m.exec(ranges) ?? [];
  assertLess(Number(sizeKB), MAX_STACK_KB);
}, { ignore: ignore || isCompiled });

test("process on libc: what a fork counts has been gathered", () => assertGathered("echo"), {
  ignore,
});

test(
  "process on libc: what a fork counts has been gathered beside a handler that has loaded much",
  () =>
    withDirectory(async (directory) => {
      await Deno.writeTextFile(`${directory}/large.js`, LARGE_HANDLER);
      await assertGathered(`${directory}/large.js`);
    }),
  { ignore },
);

/** With a `Map` of the children, and a `Set` of connections that stays, it grew by 500 to 670 kB. */
const MAX_GROWTH_KB = 150;
const [FIRST_CLIENTS, MORE_CLIENTS, AT_ONCE] = [1_500, 4_000, 5];

test(
  "process on libc: clients that come and go leave nothing in the process that forks",
  async () => {
    await using server = await Server.start(["process", "--sockets", "libc", "--quiet"]);
    const { parent } = await forking(server.pid);
    const visit = async () => {
      using client = await server.connect();
      assertEquals(await exchange(client, "hello"), "hello");
    };
    const visits = async (each: number) => {
      for (let i = 0; i < each; i++) await visit();
    };
    const clients = (count: number) =>
      Promise.all(Array.from({ length: AT_ONCE }, () => visits(count / AT_ONCE)));
    const residentKB = async () => {
      const status = await Deno.readTextFile(`/proc/${parent}/status`);
      return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]);
    };
    await clients(FIRST_CLIENTS);
    const beforeKB = await residentKB();
    await clients(MORE_CLIENTS);
    assertLess(await residentKB() - beforeKB, MAX_GROWTH_KB);
  },
  { ignore },
);

/** It keeps 80 MB in pieces of less than a page of V8's. */
const LARGE_HANDLER =
  `const kept = Array.from({ length: 800 }, (_, i) => new Array(12_500).fill(i));
export default () => ({ receive: (chunk) => kept.length > 0 ? chunk : undefined });
`;

async function assertGathered(handler: string): Promise<void> {
  await using server = await Server.start(["process", "--sockets", "libc", "--handler", handler]);
  const { parent } = await forking(server.pid);
  const maps = await Deno.readTextFile(`/proc/${parent}/maps`);
  const executable = await Deno.readLink(`/proc/${parent}/exe`);
  assertStringIncludes(maps, executable);
  // Before, the data of the executable were those of its file, in which no page lies beside another.
  const written = [...maps.matchAll(/^(\w+)-(\w+) rw-p .* (\/.*)$/gm)];
  const sizes = written.flatMap(([, start, end, path]) =>
    path === executable ? [parseInt(end, 16) - parseInt(start, 16)] : []
  );
  for (const sizeBytes of sizes) assertLess(sizeBytes, 65_536);
}

/** Of a process, and of the children that it has waited for, proc_pid_stat(5). */
async function pageFaults(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[7]) + Number(fields[8]);
}
