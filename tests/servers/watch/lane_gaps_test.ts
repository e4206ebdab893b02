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
  lanes.pass(100);
  assertEquals(lanes.now()[2], "lane 2: recv #2 since 100");
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

Deno.test("a loop that is held up says so, and goes on with what has woken it", () => {
  const loop = new Lanes("epoll");
  loop.tell(1, "accepted", 1);
  loop.pass(50);
  loop.pass(100);
  loop.done();
  loop.tell(150, "held"); // the view has woken it
  loop.pass(200);
  assertEquals(loop.now(), ["lane 0: held #0 since 150"]);
  loop.pass(1_000, new Set([0])); // whatever was left out, it has done nothing since
  loop.tell(1_150, "freed");
  loop.pass(1_200);
  loop.tell(1_210, "returned", 1, 0, 1);
  loop.tell(1_211, "held"); // again, by the return
  loop.tell(2_211, "freed");
  loop.tell(2_212, "received", 1);
  loop.tell(2_213, "handled", 1, 0, 4);
  loop.tell(2_214, "sent", 1);
  loop.pass(2_250);
  assertEquals(loop.done()[0], [
    ...["150 held", "1150 wait", "1210 held", "2211 recv #1", "2212 handle #1", "2213 send #1"],
    "2214 wait",
  ]);
});

Deno.test("a thread is held up in what it does, and one that waits for its client is not", () => {
  const threads = new Lanes("thread");
  for (const thread of [1, 2]) {
    threads.tell(thread, "accepted", thread);
    threads.tell(thread, "dispatched", thread, thread);
  }
  threads.tell(10, "received", 1, 1, 5);
  threads.tell(11, "held", 0, 1);
  threads.pass(50);
  assertEquals(threads.now().slice(1), [
    "lane 1: held #1 since 11",
    "lane 2: recv #2 since 2", // it is caught when its client sends
  ]);
  threads.tell(1_011, "freed", 0, 1);
  assertEquals(threads.now()[1], "lane 1: handle #1 since 1011");
});

Deno.test("a process that has the number of one that has ended is held up on its own lane", () => {
  const processes = new Lanes("process");
  for (const client of [1, 2]) {
    processes.tell(10 * client, "accepted", client);
    processes.tell(10 * client + 1, "dispatched", client, 1, 4_000 + client);
    processes.tell(10 * client + 2, "received", client, 1, 5);
    if (client === 1) processes.tell(13, "closed", client, 1);
  }
  processes.tell(23, "held", 0, 1);
  assertEquals(processes.now().at(-1), "lane 2: held #2 since 23");
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
