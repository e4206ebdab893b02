import { frameStream } from "../servers/watch/frame_stream.ts";
import { assertEquals, assertLess } from "./harness/assert.ts";
import { decode } from "./harness/bytes.ts";
import { FakeRun } from "./harness/fake_run.ts";
import { test } from "./harness/test.ts";
import "./harness/sanitizers.ts";

const LINE = "x".repeat(1_048_576);

test("a page that does not read is owed no more than so much, and is then told of all again", async () => {
  const run = new FakeRun();
  const over = new AbortController();
  const reader = frameStream(run, over.signal).getReader();
  await Promise.resolve(); // the stream begins by itself
  assertEquals(run.subscribers, 1);
  let published = 0;
  for (; run.subscribers > 0; published++) {
    run.publish(run.frame({ timeMs: published, log: [LINE] }));
  }
  assertLess(published, 6);

  for (let read = 0; read < published; read++) await reader.read();
  await Promise.resolve();
  assertEquals(run.subscribers, 1); // and a new subscriber begins with all there is
  run.publish(run.frame({ timeMs: 99 }));
  const { value } = await reader.read();
  assertEquals(JSON.parse(decode(value ?? new Uint8Array(0)).slice("data: ".length)).timeMs, 99);
  await reader.cancel();
  assertEquals(run.subscribers, 0);
  over.abort();
});

test("a stream ends when the server does", async () => {
  const run = new FakeRun();
  const over = new AbortController();
  const reader = frameStream(run, over.signal).getReader();
  await Promise.resolve();
  over.abort();
  assertEquals([(await reader.read()).done, run.subscribers], [true, 0]);
});
