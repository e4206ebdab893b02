/**
 * Whatever the code of a handler does, its client ends, or the server with a line, and Ctrl-C works.
 *
 * @module
 */

import { linesOf } from "../../cli/text_lines.ts";
import {
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "../harness/assert.ts";
import { encode } from "../harness/bytes.ts";
import { exchange, readToEnd, writeAll } from "../harness/clients.ts";
import { run, Server, spawn } from "../harness/playground.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { test } from "../harness/test.ts";
import { MODELS } from "./models.ts";

const ignore = Deno.build.os === "windows";

/** What a handler prints when it is where it is to get stuck. */
const STUCK_LINE = `console.log("stuck");`;

/** A file with `source` in it, until it is disposed of. */
async function handlerFile(source: string): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempFile({ suffix: ".mjs" });
  await Deno.writeTextFile(path, source);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

/** A handler that echoes, and does `what` when it is told to. In a process, it may wait for promises. */
function doing(what: string): string {
  return `import process from "node:process";
    export default () => ({
      receive(chunk) {
        if (new TextDecoder().decode(chunk) !== "go") return chunk;
        ${what}
        return chunk;
      },
    });
    export const eventLoop = true;`;
}

const WITH_EVENT_LOOP = MODELS.filter(({ isPreforked }) => !isPreforked);

const ENDINGS = ["Deno.exit(0);", "process.exit(0);", "self.close();", "self.postMessage(null);"];

for (
  const { name, args } of WITH_EVENT_LOOP.filter(({ args }) => args[0] !== "process")
) {
  test(`${name}: a handler cannot end the thread that it shares with the server`, async () => {
    for (const ending of name.startsWith("select") ? ENDINGS : ENDINGS.slice(0, 1)) {
      await using file = await handlerFile(doing(ending));
      await using server = await Server.start([...args, "--handler", file.path]);
      using conn = await server.connect();
      await writeAll(conn, encode("go"));
      assertEquals((await readToEnd(conn)).length, 0);
      conn.close();
      assertMatch(String((await server.event("client-failed")).reason), /handler may not call/);
      using next = await server.connect();
      assertEquals(await exchange(next, "served"), "served");
    }
  });
}

for (const { name, args } of WITH_EVENT_LOOP) {
  test(`${name}: a handler's rejected promise gives one line, which names its place`, async () => {
    await using file = await handlerFile(doing(`Promise.reject(new Error("on purpose"));`));
    await using server = await Server.start([...args, "--handler", file.path]);
    using conn = await server.connect();
    await writeAll(conn, encode("go"));
    await readToEnd(conn).catch(() => {}); // its client ends, or all do with the server
    conn.close(); // here and below: the stop would wait for it
    const { stdout, stderr } = await server.stop().catch(() => server.outcome());
    assertStringIncludes(stdout + stderr, `${file.path}: line 5: on purpose`);
    assertNotMatch(stderr, /\n\s+at /);
  });
}

const SHOWING = MODELS.filter(({ args }) =>
  ["blocking", "process", "thread", "select"].includes(args[0])
);

for (const { name, args } of SHOWING) {
  test(`${name}: with PLAYGROUND_DEBUG=1, a handler's fault shows its place`, async () => {
    await using file = await handlerFile(
      doing(`{ fail(); }\n        function fail() { throw new Error("on purpose"); }`),
    );
    const options = { env: { PLAYGROUND_DEBUG: "1" } };
    await using server = await Server.start([...args, "--handler", file.path], options);
    using conn = await server.connect();
    await writeAll(conn, encode("go"));
    await readToEnd(conn).catch(() => {});
    conn.close();
    const event = name.startsWith("process") ? "child-ended" : "client-failed";
    const { reason = "" } = await server.event(event);
    const { stderr } = await server.stop();
    assertMatch(`${reason}${stderr}`, /on purpose\nError: on purpose\n\s+at fail .*\.mjs:6:/);
  });

  test(`${name}: with PLAYGROUND_DEBUG=1, a rejected promise shows its place`, async () => {
    await using file = await handlerFile(doing(`Promise.reject(new Error("on purpose"));`));
    const options = { env: { PLAYGROUND_DEBUG: "1" } };
    await using server = await Server.start([...args, "--handler", file.path], options);
    using conn = await server.connect();
    await writeAll(conn, encode("go"));
    await readToEnd(conn).catch(() => {});
    conn.close();
    const { stdout, stderr } = await server.stop().catch(() => server.outcome());
    assertMatch(stdout + stderr, /on purpose(\n|\\n)Error: on purpose(\n|\\n)\s+at .*\.mjs:5:/);
  });
}

test("with PLAYGROUND_DEBUG=1, a handler's file that cannot be loaded shows its place", async () => {
  await using file = await handlerFile(`\nthrow new Error("on purpose");`);
  const args = ["serve", "select", "--handler", file.path];
  const { code, stderr } = await run(args, { env: { PLAYGROUND_DEBUG: "1" } });
  assertEquals(code, 1);
  assertMatch(stderr, /on purpose\nError: on purpose\n\s+at .*\.mjs:2:/);
});

const STUCK: [what: string, source: string, args: readonly string[]][] = [
  ...["select", "thread"].flatMap((model): typeof STUCK => [
    ["loads a handler for ever", STUCK_LINE + "await new Promise(() => {});", [model]],
    ["computes for ever while it loads a handler", STUCK_LINE + "for (;;);", [model]],
    ["computes for ever without a client", `setTimeout(() => { ${STUCK_LINE} for (;;); });`, [
      model,
    ]],
  ]),
  ["loads a handler for ever", STUCK_LINE + "await new Promise(() => {});", ["process"]],
  ["computes for ever while it loads a handler", STUCK_LINE + "for (;;);", ["process"]],
  ["has many threads to start", STUCK_LINE, ["threadpool", "--threads", "400"]],
];

for (const [what, source, args] of STUCK) {
  for (const sockets of hasSystemCalls() ? ["deno", "libc"] : ["deno"]) {
    // Timers do not run while a thread blocks in the system's calls.
    if (sockets === "libc" && source.startsWith("setTimeout")) continue;
    test(`${args[0]} on ${sockets}: Ctrl-C ends at once a server that ${what}`, async () => {
      await using file = await handlerFile(
        `${source}; export default () => ({ receive: (c) => c });`,
      );
      const flags = ["--sockets", sockets, "--grace", "1h", "--handler", file.path];
      const child = spawn(["serve", ...args, ...flags, "--quiet", "--port", "0"]);
      const lines = linesOf(child.stdout).getReader();
      const errors = child.stderr.text();
      try {
        while ((await lines.read()).value !== "stuck");
        child.kill("SIGINT");
        while (!(await lines.read()).done);
        assertEquals([(await child.status).code, await errors], [0, ""]);
      } finally {
        await child.stdin.close().catch(() => {});
        try {
          child.kill("SIGKILL");
        } catch {
          // It has ended, as it should have.
        }
      }
    }, { ignore });
  }
}
