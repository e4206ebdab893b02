import { RefusedError } from "../cli/errors.ts";
import { en } from "../cli/messages/en.ts";
import type { Frame } from "../servers/watch/frames.ts";
import { readRecording, Recording } from "../servers/watch/recording.ts";
import { assertEquals, assertRejects } from "./harness/assert.ts";
import { decode } from "./harness/bytes.ts";
import { FakeRun } from "./harness/fake_run.ts";
import { test } from "./harness/test.ts";
import "./harness/sanitizers.ts";

/** A path that is somewhere else for each test. */
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
    const recording = await Recording.begin(run, path, en);
    const frames = [run.frame({ timeMs: 1 }), run.frame({ timeMs: 2, log: ["a line\nof two"] })];
    for (const frame of frames) run.publish(frame);
    await recording.end();
    run.publish(run.frame({ timeMs: 3 }));
    const lines = decode(await readRecording(path, en)).trimEnd().split("\n");
    const [head, ...written] = lines.map((line) => JSON.parse(line));
    assertEquals(head.hello, await run.hello());
    assertEquals<Frame[]>(written, frames);
  }));

test("what is no recording is refused with a line", () =>
  withPath(async (path) => {
    const { message } = await assertRejects(() => readRecording(path, en), RefusedError);
    assertEquals(message.includes("\n"), false);
    for (const text of ["", "\n", "{}\n", "no JSON\n", '{"format":"playground recording"}\n']) {
      await Deno.writeTextFile(path, text);
      await assertRejects(() => readRecording(path, en), RefusedError, "is no recording");
    }
  }));

test("a recording that cannot be written is refused with a line", () =>
  withPath(async (path) => {
    const begin = () => Recording.begin(new FakeRun(), `${path}/nowhere`, en);
    const { message } = await assertRejects(begin, RefusedError, "--record");
    assertEquals(message.includes("\n"), false);
  }));
