import { RefusedError } from "../../../cli/errors.ts";
import { en } from "../../../cli/messages/en/mod.ts";
import { zh } from "../../../cli/messages/zh/mod.ts";
import { systemReason } from "../../../cli/system_reason.ts";
import type { Frame } from "../../../servers/watch/frames.ts";
import { readRecording } from "../../../servers/watch/recorded_run.ts";
import { Recording, VERSION } from "../../../servers/watch/recording.ts";
import { assertEquals, assertMatch, assertRejects } from "../../harness/assert.ts";
import { FakeRun } from "../../harness/fake_run.ts";
import { test } from "../../harness/test.ts";
import "../../harness/sanitizers.ts";

/** A pipe of Linux holds 64 KiB, pipe(7). */
const MORE_THAN_A_PIPE_TAKES = 1_000_000;

/** Runs a test with a path of its own. */
async function withPath(work: (path: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await work(`${directory}/run.jsonl`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

test("a recording holds what the server is, and each frame as it was", () =>
  withPath(async (path) => {
    const run = new FakeRun();
    const recording = await Recording.begin(run, path, en, fail);
    const line = { en: "a line\nof two", zh: "两行" };
    const frames = [run.frame({ timeMs: 1 }), run.frame({ timeMs: 2, log: [line] })];
    for (const frame of frames) run.publish(frame);
    await recording.end();
    run.publish(run.frame({ timeMs: 3 }));
    const { lines, leftOut } = await readRecording(path, en);
    const [head, ...written] = (await lines.text()).trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assertEquals(head.hello, await run.hello());
    assertEquals<Frame[]>(written, frames);
    assertEquals(leftOut, 0);
  }));

test("a recording holds what came while the server was being described", () =>
  withPath(async (path) => {
    const run = new FakeRun();
    const beginning = Recording.begin(run, path, en, fail);
    for (const timeMs of [1, 2]) run.publish(run.frame({ timeMs }));
    const recording = await beginning;
    run.publish(run.frame({ timeMs: 3 }));
    await recording.end();
    assertEquals(run.subscribers, 0);
    const { lines } = await readRecording(path, en);
    const [, ...written] = (await lines.text()).trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assertEquals(written.map(({ timeMs }) => timeMs), [1, 2, 3]);
  }));

test("whose server cannot be described is not followed", () =>
  withPath(async (path) => {
    const run = new FakeRun();
    run.hello = () => Promise.reject(new Error("on purpose"));
    await assertRejects(() => Recording.begin(run, path, en, fail), Error, "on purpose");
    assertEquals(run.subscribers, 0);
  }));

/** Makes a recording of three frames, changes its file, and reads it. */
async function changed(change: (text: string) => string): Promise<[frames: number, left: number]> {
  const counts: [number, number] = [-1, -1];
  await withPath(async (path) => {
    const run = new FakeRun();
    const recording = await Recording.begin(run, path, en, fail);
    for (let timeMs = 1; timeMs <= 3; timeMs++) run.publish(run.frame({ timeMs }));
    await recording.end();
    await Deno.writeTextFile(path, change(await Deno.readTextFile(path)));
    const { lines, frames, leftOut } = await readRecording(path, en);
    for (const line of (await lines.text()).trimEnd().split("\n")) JSON.parse(line);
    counts.splice(0, 2, frames, leftOut);
  });
  return counts;
}

const CHANGES: readonly [name: string, change: (text: string) => string, counts: number[]][] = [
  ["whose last line is cut off", (text) => text.slice(0, -20), [2, 1]],
  ["whose last line has no end", (text) => text.slice(0, -1), [3, 0]],
  ["that is only its head", (text) => text.slice(0, text.indexOf("\n") + 1), [0, 0]],
  ["that is only its head, without an end", (text) => text.slice(0, text.indexOf("\n")), [0, 0]],
  ["with garbage in the middle", (text) => text.replace(/\n/, "\n\0\xff{\nnull\n[]\n{}\n"), [3, 4]],
  ["that was written twice into one file", (text) => text + text, [6, 1]],
  ["whose log holds no lines", (text) => text.replace('"log":[]', '"log":[null]'), [2, 1]],
  ["whose clients are none", (text) => text.replace('"peers":[]', '"peers":[null]'), [2, 1]],
  [
    "whose changes lack something",
    (text) => text.replace('"changes":[]', '"changes":[[1,2]]'),
    [2, 1],
  ],
];

for (const [name, change, counts] of CHANGES) {
  test(`of a recording ${name}, all that is whole is shown`, async () => {
    assertEquals<number[]>(await changed(change), counts);
  });
}

test("a recording whose disk is full ends with a reason, and nothing else does", async () => {
  const run = new FakeRun();
  const reasons: string[] = [];
  // A device that is always full, full(4).
  const recording = await Recording.begin(run, "/dev/full", en, (reason) => reasons.push(reason));
  while (run.subscribers > 0) {
    run.publish(run.frame({}));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await recording.end();
  assertEquals(reasons.length, 1);
  assertMatch(reasons[0], /^the disk is full$/);
}, { ignore: Deno.build.os !== "linux" });

/** A pipe with a name, which {@linkcode withPath} removes. */
async function makeFifo(path: string): Promise<void> {
  assertEquals((await new Deno.Command("mkfifo", { args: [path] }).output()).code, 0);
}

test(
  "a pipe without a reader is refused at once, and does not hold up the server",
  () =>
    withPath(async (path) => {
      await makeFifo(path);
      const begin = () => Recording.begin(new FakeRun(), path, en, fail);
      await assertRejects(begin, RefusedError, "it has no reader");
    }),
  { ignore: Deno.build.os !== "linux" },
);

test(
  "a recording ends in time, with a reason, when its pipe takes no more",
  () =>
    withPath(async (path) => {
      await makeFifo(path);
      // To open it for both does not wait, and makes this a reader that never reads: fifo(7).
      using reader = await Deno.open(path, { read: true, write: true });
      const run = new FakeRun();
      const reasons: string[] = [];
      const recording = await Recording.begin(run, path, en, (reason) => reasons.push(reason));
      const line = "x".repeat(MORE_THAN_A_PIPE_TAKES);
      run.publish(run.frame({ log: [{ en: line, zh: line }] }));
      await recording.end();
      assertEquals(reasons.length, 1);
      assertMatch(reasons[0], /nothing could be written/);
      await drain(reader); // so that the write ends that the recording has given up
    }),
  { ignore: Deno.build.os !== "linux", leavesOperation: true },
);

/** Reads everything that is written to a pipe. */
async function drain(reader: Deno.FsFile): Promise<void> {
  const bytes = new Uint8Array(65_536);
  for (let left = MORE_THAN_A_PIPE_TAKES; left > 0;) left -= await reader.read(bytes) ?? left;
}

Deno.test("errors of a device or a full disk are worded in the user's language", () => {
  const denied = new Deno.errors.NotCapable('Requires all access to "/dev/full", specify …');
  assertEquals(systemReason(denied, zh), zh.system.notCapable);
  const full = new Error("No space left on device (os error 28)");
  assertEquals(systemReason(full, zh), zh.system.reasons.ENOSPC);
});

function fail(reason: string): never {
  throw new Error(reason);
}

test("a recording of another version is refused with a line that names both", () =>
  withPath(async (path) => {
    await Deno.writeTextFile(path, '{"format":"playground recording","version":1,"hello":{}}\n');
    await assertRejects(() => readRecording(path, en), RefusedError, "version 1");
  }));

test("a recording of before lanes said what they do is replayed, and of a later version is not", () =>
  withPath(async (path) => {
    const run = new FakeRun();
    const write = async (version: number) => {
      const head = { format: "playground recording", version, hello: await run.hello() };
      const lines = [head, run.frame({ timeMs: 1 })].map((line) => `${JSON.stringify(line)}\n`);
      await Deno.writeTextFile(path, lines.join(""));
    };
    await write(VERSION - 1);
    assertEquals((await readRecording(path, en)).frames, 1);
    await write(VERSION + 1);
    await assertRejects(() => readRecording(path, en), RefusedError, `version ${VERSION + 1}`);
  }));

test("what is no recording is refused with a line", () =>
  withPath(async (path) => {
    const { message } = await assertRejects(() => readRecording(path, en), RefusedError);
    assertEquals(message.includes("\n"), false);
    for (const text of ["", "\n", "{}\n", "no JSON\n", '{"format":"playground recording"}\n']) {
      await Deno.writeTextFile(path, text);
      await assertRejects(() => readRecording(path, en), RefusedError, "is not a recording");
    }
  }));

test("a recording that cannot be written is refused with a line", () =>
  withPath(async (path) => {
    const begin = () => Recording.begin(new FakeRun(), `${path}/nowhere`, en, fail);
    const { message } = await assertRejects(begin, RefusedError, "--record");
    assertEquals(message.includes("\n"), false);
  }));
