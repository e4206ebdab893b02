/**
 * When what the program prints can go nowhere it does its work nevertheless, and its exit status is
 * that of the work.
 *
 * @module
 */

import { freePort } from "../../clients/target/listening_ports.ts";
import { assertEquals, assertMatch } from "../harness/assert.ts";
import { assertSameBytes, decode, encode, randomBytes } from "../harness/bytes.ts";
import { writeAll } from "../harness/clients.ts";
import { namesIn, testInDirectory } from "../harness/downloads.ts";
import { FileServer, RawServer } from "../harness/http_servers.ts";
import { linesOf } from "../../cli/text_lines.ts";
import { commandFor, run, runWithoutReader, spawn } from "../harness/playground.ts";
import { Target } from "../harness/target.ts";
import { test } from "../harness/test.ts";

const isWindows = Deno.build.os === "windows";
const isLinux = Deno.build.os === "linux";
const BYTES = randomBytes(100_000);
const NO_ROOM = "cannot write the output: the disk is full";

/** Runs the executable with standard output on a disk that is full, full(4). */
async function runOnFullDisk(args: readonly string[]): Promise<{ code: number; stderr: string }> {
  const [program, programArgs] = commandFor(args);
  const { code, stderr } = await new Deno.Command("sh", {
    args: ["-c", '"$0" "$@" > /dev/full', program, ...programArgs],
    env: { LC_ALL: "C" },
    stdin: "null",
  }).output();
  return { code, stderr: decode(stderr) };
}

for (const format of [[], ["--json"]]) {
  testInDirectory(
    `download ${format.join()}: all files arrive, though nobody reads of them`,
    async (directory) => {
      await using server = new FileServer({ a: { bytes: BYTES }, b: { bytes: BYTES } });
      const args = ["download", ...format, "--jobs", "1", "--dir", directory];
      const outcome = await runWithoutReader([...args, server.url("a"), server.url("b")]);
      assertEquals(outcome, { code: 0, stdout: "", stderr: "" });
      assertEquals(namesIn(directory), ["a", "b"]);
      for (const name of ["a", "b"]) {
        assertSameBytes(await Deno.readFile(`${directory}/${name}`), BYTES);
      }
    },
    { ignore: isWindows },
  );
}

test("download: a failure that nobody reads of is a failure", async () => {
  await using server = new FileServer({ a: { bytes: BYTES } });
  const args = ["download", "--jobs", "1", server.url("none"), server.url("a")];
  for (const lost of ["stdout", "stderr"] as const) {
    assertEquals((await runWithoutReader(args, lost)).code, 1, lost);
  }
  assertEquals(server.ranges.length, 4, "each run asked for both");
}, { ignore: isWindows });

test("flood: a failure that nobody reads of is a failure", async () => {
  await using server = new RawServer(() => Promise.resolve());
  const args = ["flood", "--port", String(server.port), "--conns", "3", "--duration", "200ms"];
  assertEquals((await run(args)).code, 1);
  assertEquals((await runWithoutReader(args)).code, 1);
}, { ignore: isWindows });

/** Sends a byte and expects it back. */
async function assertServes(port: number): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new Uint8Array(1));
  assertEquals(await conn.read(new Uint8Array(16)), 1);
}

testInDirectory("serve: goes on when the reader of its log has gone", async (directory) => {
  const handler = `${directory}/talkative.js`;
  await Deno.writeTextFile(
    handler,
    "export default () => ({ receive(chunk) { console.log(chunk); return chunk; } });",
  );
  await using child = spawn(["serve", "select", "--port", "0", "--handler", handler]);
  const lines = linesOf(child.stdout).getReader();
  const { value: listening = "" } = await lines.read();
  await lines.cancel();
  const port = Number(/^listening on \S+:(\d+) /.exec(listening)?.[1]);
  for (let i = 0; i < 3; i++) await assertServes(port);
  child.kill("SIGINT");
  await child.stderr.cancel();
  assertEquals((await child.status).code, 0);
}, { ignore: isWindows });

test("a full disk gets one line, the work is done, and the exit status knows", async () => {
  await using server = new FileServer({ a: { bytes: BYTES } });
  const args = ["download", "--json", "--jobs", "1", server.url("a"), server.url("a")];
  assertEquals(await runOnFullDisk(args), { code: 1, stderr: `${NO_ROOM}\n` });
  assertEquals(server.ranges.length, 2);
  for (const other of [["models"], ["--version"], ["download", "--help"]]) {
    assertEquals(await runOnFullDisk(other), { code: 1, stderr: `${NO_ROOM}\n` });
  }
}, { ignore: !isLinux });

test("connect: a full disk is not the fault of the connection", async () => {
  await using server = new Target((conn) => writeAll(conn, encode("hello")));
  const { code, stderr } = await runOnFullDisk(["connect", String(server.port)]);
  assertEquals(code, 1);
  assertMatch(stderr, /^connected to .*\ncannot write the output: .*\n$/);
}, { ignore: !isLinux });

test("serve: goes on when the disk with its log is full", async () => {
  const port = freePort();
  const [program, programArgs] = commandFor(["serve", "select", "--port", String(port)]);
  await using child = new Deno.Command("sh", {
    args: ["-c", 'exec "$0" "$@" > /dev/full', program, ...programArgs],
    env: { LC_ALL: "C" },
    stdin: "piped", // at the end of which it would stop
    stderr: "piped",
  }).spawn();
  const lines = linesOf(child.stderr).getReader();
  assertEquals((await lines.read()).value, NO_ROOM);
  for (let i = 0; i < 3; i++) await assertServes(port);
  child.kill("SIGINT");
  for (let line; !(line = await lines.read()).done;) assertEquals(line.value === NO_ROOM, false);
  assertEquals((await child.status).code, 1);
  await child.stdin.close();
}, { ignore: !isLinux });

test("learn: ends when its address cannot be printed", async () => {
  const outcome = await runOnFullDisk(["learn", "--port", "0"]);
  assertEquals(outcome, { code: 1, stderr: `${NO_ROOM}\n` });
}, { ignore: !isLinux });

test("what was typed wrong is that, whatever becomes of the line on it", async () => {
  assertEquals((await runWithoutReader(["nonsense"], "stderr")).code, 2);
}, { ignore: isWindows });
