import { followFrames } from "../../../servers/watch/frame_following.ts";
import type { Frame } from "../../../servers/watch/frames.ts";
import { assertEquals, assertLess } from "../../harness/assert.ts";
import { FakeRun } from "../../harness/fake_run.ts";
import { test } from "../../harness/test.ts";
import "../../harness/sanitizers.ts";

const FRAME_BYTES = 1_048_576;

/** A sink that sends everything at once, or nothing at all. */
class SlowSink {
  readonly frames: Frame[] = [];
  isSending = false;

  get bufferedBytes(): number {
    return this.isSending ? 0 : this.frames.length * FRAME_BYTES;
  }

  write(frame: Frame): void {
    this.frames.push(frame);
  }
}

test("frames for a slow sink are buffered up to a limit, and later it gets a whole frame", async () => {
  const run = new FakeRun();
  const sink = new SlowSink();
  const leave = followFrames(run, sink);
  for (let timeMs = 0; timeMs < 100; timeMs++) run.publish(run.frame({ timeMs }));
  assertLess(sink.frames.length, 7);

  const { length } = sink.frames;
  sink.isSending = true;
  assertEquals(run.begun, 1);
  run.publish(run.frame({ timeMs: 100 }));
  assertEquals([run.begun, run.subscribers], [2, 1]); // a new subscriber begins with a whole frame
  run.publish(run.frame({ timeMs: 101 }));
  assertEquals(sink.frames.slice(length).map(({ timeMs }) => timeMs), [101]);
  leave();
  assertEquals(run.subscribers, 0);
  await Promise.resolve();
});
