/**
 * What a view knows of lanes when the server has left out records.
 *
 * @module
 */

import { assertEquals } from "../../harness/assert.ts";
import { Lanes } from "../../harness/lanes.ts";
import "../../harness/sanitizers.ts";

Deno.test("what was left out is not known until the next record", () => {
  const lanes = new Lanes("epoll");
  lanes.tell(10, "accepted", 7);
  lanes.tell(20, "returned", 1, 0, 1);
  lanes.tell(21, "received", 7, 0, 5);
  lanes.tell(22, "handled", 7, 0, 5);
  lanes.pass(50, new Set([0]));
  assertEquals(lanes.now(), ["lane 0: untraced #0 since 22"]);
  lanes.tell(60, "sent", 7, 0, 5, true);
  lanes.pass(100);
  assertEquals(lanes.done()[0].slice(-3), ["22 untraced", "60 send #1", "60 wait"]);
});

Deno.test("a record after a gap says that what was done before is not known", () => {
  const lanes = new Lanes("epoll");
  lanes.tell(10, "accepted", 7);
  lanes.pass(50);
  lanes.tell(90, "received", 7, 0, 5, true);
  lanes.pass(100, new Set([0]));
  assertEquals(lanes.now(), ["lane 0: handle #1 since 90"]);
  assertEquals(lanes.done()[0].slice(-4), [
    ...["10 wait", "50 untraced", "90 recv #1", "90 handle #1"],
  ]);
});

Deno.test("a gap of long ago takes nothing from what is known since", () => {
  const lanes = new Lanes("epoll");
  lanes.tell(10, "accepted", 7);
  lanes.pass(50, new Set([0]));
  lanes.pass(100);
  lanes.tell(120, "returned", 1, 0, 1, true);
  lanes.tell(121, "received", 7, 0, 5);
  assertEquals(lanes.done()[0].slice(-4), [
    ...["10 untraced", "100 wait", "120 recv #1", "121 handle #1"],
  ]);
});

Deno.test("only the lanes of which something was left out are unknown, until they are quiet", () => {
  const lanes = new Lanes("thread");
  for (const thread of [1, 2]) {
    lanes.tell(thread, "accepted", thread);
    lanes.tell(thread, "dispatched", thread, thread);
    lanes.tell(10 + thread, "received", thread, thread, 5);
  }
  lanes.pass(50, new Set([2]));
  assertEquals(lanes.now().slice(1), [
    "lane 1: handle #1 since 11",
    "lane 2: untraced #0 since 12",
  ]);
  lanes.pass(100, new Set(), true); // held up, it may be anywhere
  assertEquals(lanes.now()[2], "lane 2: untraced #0 since 12");
  lanes.pass(150);
  assertEquals(lanes.now()[2], "lane 2: recv #2 since 150");
});

Deno.test("a server that moves the bytes of its threads leaves out theirs, not its own", () => {
  const lanes = new Lanes("thread");
  for (const thread of [1, 2]) {
    lanes.tell(thread, "accepted", thread);
    lanes.tell(thread, "dispatched", thread, thread);
  }
  lanes.pass(10);
  lanes.tell(12, "received", 1, 0, 5);
  lanes.pass(50, new Set([0]));
  assertEquals(lanes.now(), [
    "lane 0: accept #0 since 2",
    "lane 1: untraced #0 since 12",
    "lane 2: recv #2 since 2",
  ]);
});

Deno.test("between a reply and its end, and before all that was ready is received, a loop does not wait", () => {
  const lanes = new Lanes("select");
  lanes.tell(1, "accepted", 1);
  lanes.tell(2, "accepted", 2);
  lanes.pass(3);
  lanes.pass(4);
  lanes.done();
  lanes.tell(10, "returned", 2, 0, 3);
  lanes.tell(11, "received", 1);
  lanes.tell(12, "handled", 1, 0, 4);
  lanes.pass(15);
  lanes.tell(20, "sent", 1);
  lanes.pass(25);
  lanes.tell(30, "received", 2);
  lanes.tell(31, "handled", 2, 0, 4);
  lanes.tell(32, "sent", 2);
  lanes.pass(40);
  assertEquals(lanes.done()[0], [
    ...["10 recv #1", "11 handle #1", "12 send #1", "20 recv #2", "30 handle #2", "31 send #2"],
    "32 wait",
  ]);
});

Deno.test("a loop waits again soon, if what was ready leads to no record", () => {
  const lanes = new Lanes("select");
  lanes.tell(1, "accepted", 1);
  lanes.pass(3);
  lanes.pass(4);
  lanes.done();
  lanes.tell(10, "returned", 2, 0, 3); // a client, and the keyboard
  lanes.tell(11, "received", 1);
  lanes.tell(12, "handled", 1, 0, 4);
  lanes.tell(13, "sent", 1);
  lanes.pass(15);
  lanes.pass(65);
  assertEquals(lanes.done()[0], ["10 recv #1", "11 handle #1", "12 send #1", "13 wait"]);
});

Deno.test("a loop that is held up is not drawn in its waiting call, nor a thread in its handler", () => {
  const loop = new Lanes("epoll");
  loop.tell(1, "accepted", 1);
  loop.pass(50);
  loop.pass(100);
  loop.done();
  loop.pass(150, new Set(), true);
  loop.pass(1_000, new Set(), true);
  loop.tell(1_010, "returned", 1, 0, 1);
  loop.tell(1_011, "received", 1);
  loop.tell(1_012, "handled", 1, 0, 4);
  loop.tell(1_013, "sent", 1);
  loop.pass(1_050);
  assertEquals(loop.done()[0], [
    ...["100 untraced", "1010 recv #1", "1011 handle #1", "1012 send #1", "1013 wait"],
  ]);

  const threads = new Lanes("thread");
  for (const thread of [1, 2]) {
    threads.tell(thread, "accepted", thread);
    threads.tell(thread, "dispatched", thread, thread);
  }
  threads.tell(10, "received", 1, 1, 5);
  threads.pass(50, new Set(), true);
  assertEquals(threads.now().slice(1), [
    "lane 1: untraced #0 since 10",
    "lane 2: recv #2 since 2", // it is caught when its client sends
  ]);
});

Deno.test("at full load what follows the last record is not known, though each frame begins with a gap", () => {
  const lanes = new Lanes("epoll");
  lanes.tell(1, "accepted", 1);
  lanes.pass(50, new Set([0]));
  lanes.done();
  for (const beginMs of [50, 100]) {
    lanes.tell(beginMs + 1, "received", 1, 0, 5, true);
    lanes.tell(beginMs + 2, "handled", 1, 0, 5);
    lanes.tell(beginMs + 3, "sent", 1, 0, 5);
    lanes.tell(beginMs + 4, "received", 1, 0, 5);
    lanes.pass(beginMs + 50, new Set([0]));
  }
  assertEquals(lanes.done()[0], [
    ...["51 recv #1", "51 handle #1", "52 send #1", "53 recv #1", "54 handle #1", "54 untraced"],
    ...["101 recv #1", "101 handle #1", "102 send #1", "103 recv #1", "104 handle #1"],
    "104 untraced",
  ]);
});

Deno.test("offload: of what was left out the threads' part is unknown too, and is not waited for", () => {
  const lanes = new Lanes("offload", { workers: 1 });
  for (const client of [1, 2]) {
    lanes.tell(client, "accepted", client);
    lanes.tell(client, "dispatched", client, 1);
  }
  lanes.tell(10, "received", 1, 0, 5);
  lanes.pass(50, new Set([0]));
  assertEquals(lanes.done()[1], ["0 wait", "10 handle #1", "10 untraced"]);
  lanes.tell(60, "received", 2, 0, 5, true);
  lanes.tell(61, "handled", 2, 1, 5);
  lanes.pass(100);
  assertEquals(lanes.done()[1], ["60 handle #2", "61 wait"]);
});
