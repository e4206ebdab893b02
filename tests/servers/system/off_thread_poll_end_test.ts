import { createWaker, wake } from "../../../servers/system/eventfd.ts";
import { OffThreadPoll } from "../../../servers/system/off_thread_poll.ts";
import { hasSystemCalls, systemCalls } from "../../../servers/system/system_calls.ts";
import { assertEquals } from "../../harness/assert.ts";
import { test } from "../../harness/test.ts";

test(
  "the end of a thread comes after its poll has returned, and no wait goes on then",
  async () => {
    const calls = systemCalls();
    const waker = createWaker(calls);
    const poll = new OffThreadPoll();
    const seen: string[] = [];
    const waited = () => void seen.push("waited");
    poll.readable([waker], -1).then(waited);
    const ended = poll.end().then(() => void seen.push("ended"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(seen, []);
    wake(calls, waker);
    await ended;
    poll.readable([waker], -1).then(waited);
    await new Promise((resolve) => setTimeout(resolve, 0));
    assertEquals(seen, ["ended"]);
    calls.close(waker);
  },
  { ignore: !hasSystemCalls() },
);
