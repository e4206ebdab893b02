import { followFrames } from "../../../servers/watch/frame_following.ts";
import type { Frame } from "../../../servers/watch/frames.ts";
import { assertEquals, assertLess } from "../../harness/assert.ts";
import { FakeRun } from "../../harness/fake_run.ts";
import { test } from "../../harness/test.ts";
import "../../harness/sanitizers.ts";

const FRAME_BYTES = 1_048_576;

/** A reader that owes nothing, or all that it was given. */
class SlowReader {
  readonly frames: Frame[] = [];
  isReading = false;

  get bufferedBytes(): number {
    return this.isReading ? 0 : this.frames.length * FRAME_BYTES;
  }

  write(frame: Frame): void {
    this.frames.push(frame);
  }
}

test("a reader that does not read is owed no more than so much, and is then told of all again", async () => {
  const run = new FakeRun();
  const reader = new SlowReader();
  const leave = followFrames(run, reader);
  for (let timeMs = 0; timeMs < 100; timeMs++) run.publish(run.frame({ timeMs }));
  assertLess(reader.frames.length, 7);

  const { length } = reader.frames;
  reader.isReading = true;
  assertEquals(run.begun, 1);
  run.publish(run.frame({ timeMs: 100 }));
  assertEquals([run.begun, run.subscribers], [2, 1]); // and a new subscriber begins with all there is
  run.publish(run.frame({ timeMs: 101 }));
  assertEquals(reader.frames.slice(length).map(({ timeMs }) => timeMs), [101]);
  leave();
  assertEquals(run.subscribers, 0);
  await Promise.resolve();
});
