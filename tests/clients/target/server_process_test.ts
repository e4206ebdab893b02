import { fileURLToPath } from "node:url";
import { freePort, isListening } from "../../../clients/target/listening_ports.ts";
import { NotListeningError, ServerProcess } from "../../../clients/target/server_process.ts";
import { linesOf } from "../../../cli/text_lines.ts";
import type { ServerEvent } from "../../../servers/runtime/json_reporter.ts";
import { assertEquals, assertLess, assertMatch, assertRejects } from "../../harness/assert.ts";
import { exchange } from "../../harness/clients.ts";
import { faultyProgram } from "../../harness/faulty_program.ts";
import { processTree, stillRunning, untilAllEnded } from "../../harness/processes.ts";
import { test } from "../../harness/test.ts";
import "../../harness/sanitizers.ts";

const LONG_TIMEOUT = { startTimeoutMs: 60_000 };
/** How long a process may outlive its parent. Generous: it is for hanging, not speed. */
const MAX_ORPHANED_MS = 60_000;
const isWindows = Deno.build.os === "windows";

// The C library is opened once, and is no leak of the first test.
await isListening(0);

test("a server of ours tells its events, and its totals when it is stopped", async () => {
  const events: ServerEvent[] = [];
  const onEvent = (event: ServerEvent) => void events.push(event);
  await using server = await ServerProcess.startPlayground(["select"], {
    ...LONG_TIMEOUT,
    onEvent,
  });
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  assertEquals(await exchange(conn, "hello"), "hello");
  conn.closeWrite();
  const { code, errorLines, totals } = await server.stop(60_000);
  assertEquals([code, errorLines, totals?.accepted, totals?.bytesIn], [0, [], 1, 5]);
  const listening = events.find(({ event }) => event === "listening");
  assertEquals([listening?.event, events.at(-1)], ["listening", totals]);
});

test("a server of ours that cannot start says why", async () => {
  const starting = ServerProcess.startPlayground(["selct", "--lang", "en"], LONG_TIMEOUT);
  const { end, tookTooLong } = await assertRejects(() => starting, NotListeningError);
  assertEquals([end.code, tookTooLong, end.totals], [2, false, undefined]);
  assertMatch(end.errorLines.join("\n"), /^unknown model selct; did you mean select\?/);
});

test("a program that is missing says so", async () => {
  const starting = ServerProcess.startProgram(["/no/such/program"], freePort(), LONG_TIMEOUT);
  const { end } = await assertRejects(() => starting, NotListeningError);
  assertEquals(end.code, 127);
  assertMatch(end.errorLines.join("\n"), /no\/such\/program/);
}, { ignore: isWindows });

test("a program that never listens is not waited for longer than patience lasts", async () => {
  const starting = ServerProcess.startProgram(["sleep", "60"], freePort(), { startTimeoutMs: 200 });
  const { end, tookTooLong } = await assertRejects(() => starting, NotListeningError);
  assertEquals([end.signal, tookTooLong], ["SIGKILL", true]);
}, { ignore: isWindows });

test("a start can be given up, and nothing is left of it", async () => {
  const over = new AbortController();
  const reason = new Error("enough");
  const starting = ServerProcess.startProgram(["sleep", "60"], freePort(), {
    ...LONG_TIMEOUT,
    signal: over.signal,
  });
  over.abort(reason);
  assertEquals(await assertRejects(() => starting, Error), reason);
}, { ignore: isWindows });

test("a program is asked to stop, and its children go with it", async () => {
  const port = freePort();
  await using server = await ServerProcess.startProgram(faultyProgram(port), port, LONG_TIMEOUT);
  const tree = await processTree(server.pid);
  assertLess(1, tree.length);
  const { signal } = await server.stop(60_000);
  assertEquals([signal, await stillRunning(tree)], ["SIGTERM", []]);
  assertEquals(await isListening(port), false);
}, { ignore: isWindows });

test("a program that does not hear is killed after the grace, with its children", async () => {
  const port = freePort();
  const command = faultyProgram(port, "deaf");
  await using server = await ServerProcess.startProgram(command, port, LONG_TIMEOUT);
  const tree = await processTree(server.pid);
  const { signal } = await server.stop(200);
  assertEquals([signal, await stillRunning(tree)], ["SIGKILL", []]);
}, { ignore: isWindows });

test("a server that ends by itself is told of, and can be stopped all the same", async () => {
  await using server = await ServerProcess.startPlayground(["select"], LONG_TIMEOUT);
  Deno.kill(server.pid, "SIGKILL");
  assertEquals((await server.ended).signal, "SIGKILL");
  assertEquals((await server.stop(60_000)).totals, undefined);
}, { ignore: isWindows });

test("who is killed by SIGKILL leaves no server and no child of one", async () => {
  const path = fileURLToPath(new URL("../../harness/server_parent.ts", import.meta.url));
  const parent = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", path],
    stdout: "piped",
  }).spawn();
  const lines = linesOf(parent.stdout).getReader();
  const pids: number[] = JSON.parse((await lines.read()).value ?? "[]");
  assertEquals((await stillRunning(pids)).length, 2);
  const tree = await processTree(parent.pid);
  parent.kill("SIGKILL");
  await parent.status;
  await lines.cancel();
  await untilAllEnded(tree, MAX_ORPHANED_MS);
}, { ignore: isWindows });
