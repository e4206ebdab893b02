/**
 * What the lanes of each model do, by the records of its trace.
 *
 * @module
 */

import { MODEL_NAMES, modelEntry } from "../../../servers/registry.ts";
import { assertEquals } from "../../harness/assert.ts";
import { Lanes } from "../../harness/lanes.ts";
import "../../harness/sanitizers.ts";

/** A turn of a loop in which a client is accepted, and one in which it is served. */
function tellTwoTurns(lanes: Lanes, worker = 0): void {
  lanes.tell(10, "returned", 1, worker, 1);
  lanes.tell(11, "accepted", 7, worker);
  lanes.tell(20, "returned", 1, worker, 2);
  lanes.tell(21, "received", 7, worker, 5);
  lanes.tell(23, "handled", 7, worker, 5);
  lanes.tell(26, "sent", 7, worker, 5);
  lanes.pass();
}

const TWO_TURNS = [
  ...["0 wait", "10 accept #1", "11 wait", "20 recv #1", "21 handle #1", "23 send #1", "26 wait"],
];

for (const model of ["select", "poll", "epoll", "uring", "greenlet", "gevent"] as const) {
  Deno.test(`${model}: the loop waits, and in between does one thing after the other`, () => {
    const lanes = new Lanes(model);
    tellTwoTurns(lanes);
    assertEquals(lanes.done(), [TWO_TURNS]);
  });
}

for (const model of ["workers", "reuseport", "leader-followers"] as const) {
  Deno.test(`${model}: each worker waits and works, and the server waits for them`, () => {
    const lanes = new Lanes(model, { workers: 2 });
    tellTwoTurns(lanes, 2);
    assertEquals(lanes.done(), [["0 wait"], ["0 wait"], TWO_TURNS]);
  });
}

Deno.test("reactors: the server accepts and hands on, its loops serve", () => {
  const lanes = new Lanes("reactors", { workers: 1 });
  lanes.tell(5, "accepted", 7);
  lanes.tell(6, "dispatched", 7, 1);
  lanes.tell(10, "returned", 1, 1, 2);
  lanes.tell(12, "received", 7, 1, 5);
  lanes.pass(15);
  assertEquals(lanes.done(), [
    ["0 accept", "5 dispatch #1", "6 accept"],
    ["0 wait", "10 recv #1", "12 handle #1"],
  ]);
});

Deno.test("blocking: the server accepts a client, and serves it to its end", () => {
  const lanes = new Lanes("blocking");
  lanes.tell(10, "accepted", 7);
  lanes.tell(12, "received", 7, 0, 5);
  lanes.tell(14, "handled", 7, 0, 5);
  lanes.tell(15, "sent", 7, 0, 5);
  lanes.tell(20, "closed", 7);
  assertEquals(lanes.done(), [
    ["0 accept", "10 recv #1", "12 handle #1", "14 send #1", "15 recv #1", "20 accept"],
  ]);
});

Deno.test("blocking: the server sleeps with its handler, and sends what is due then", () => {
  const lanes = new Lanes("blocking");
  lanes.tell(10, "accepted", 7);
  lanes.tell(12, "received", 7, 0, 5);
  lanes.tell(13, "asleep", 7, 0, 100);
  lanes.pass(50);
  assertEquals(lanes.now(), ["lane 0: sleep #1 since 13"]);
  lanes.tell(115, "sent", 7, 0, 5);
  assertEquals(lanes.done()[0].slice(-3), ["12 handle #1", "13 sleep #1", "113 send #1"]);
});

Deno.test("a loop does not sleep with its handler", () => {
  const lanes = new Lanes("select");
  lanes.tell(10, "accepted", 7);
  lanes.tell(20, "returned", 1, 0, 2);
  lanes.tell(21, "received", 7, 0, 5);
  lanes.tell(22, "asleep", 7, 0, 100);
  lanes.pass(50);
  assertEquals(lanes.now(), ["lane 0: wait #0 since 22"]);
  lanes.tell(122, "returned", 0, 0, 2);
  lanes.tell(123, "sent", 7, 0, 5);
  lanes.pass();
  assertEquals(lanes.done()[0].slice(-3), ["22 wait", "122 send #1", "123 wait"]);
});

Deno.test("process: each of six clients in turn has a lane, which ends with its process", () => {
  const lanes = new Lanes("process");
  for (let client = 1; client <= 6; client++) {
    const at = client * 10;
    lanes.tell(at, "accepted", client);
    lanes.tell(at + 1, "dispatched", client, 1, 4_000 + client);
    lanes.tell(at + 2, "received", client, 1, 5);
    lanes.tell(at + 3, "handled", client, 1, 5);
    lanes.tell(at + 4, "sent", client, 1, 5);
    lanes.tell(at + 5, "closed", client);
  }
  const [server, ...processes] = lanes.done();
  assertEquals(server.slice(0, 4), ["0 accept", "10 dispatch #1", "11 accept", "20 dispatch #2"]);
  assertEquals(processes.length, 6);
  processes.forEach((done, index) => {
    const client = index + 1;
    assertEquals(done, [
      `${client}1 recv #${client}`,
      `${client}2 handle #${client}`,
      `${client}3 send #${client}`,
      `${client}4 recv #${client}`,
      `${client}5 ended`,
    ]);
  });
  assertEquals(lanes.now(), ["lane 0: accept #0 since 61"]);
});

Deno.test("prefork: children accept, and go on when their client has left", () => {
  const lanes = new Lanes("prefork", { workers: 1 });
  lanes.tell(10, "accepted", 7, 1);
  lanes.tell(10, "dispatched", 7, 1, 4_000);
  lanes.tell(12, "received", 7, 1, 5);
  lanes.tell(13, "closed", 7, 1);
  assertEquals(lanes.done(), [["0 wait"], ["0 accept", "10 recv #1", "12 handle #1", "13 accept"]]);
});

Deno.test("prefork: another process takes the lane of one that has ended", () => {
  const lanes = new Lanes("prefork", { workers: 1 });
  lanes.tell(10, "accepted", 7, 1);
  lanes.tell(20, "closed", 7, 1);
  lanes.tell(20, "ended", 0, 1);
  assertEquals(lanes.now(), ["lane 0: wait #0 since 0"]);
  lanes.pass(50, new Set([1]));
  lanes.tell(60, "began", 0, 1, 4_712);
  assertEquals(lanes.done()[1].slice(-3), ["20 accept", "20 ended", "60 accept"]);
});

Deno.test("thread: the server hands clients on, and a thread waits for the next one", () => {
  const lanes = new Lanes("thread");
  lanes.tell(10, "accepted", 7);
  lanes.tell(11, "waiting");
  lanes.tell(30, "dispatched", 7, 1);
  lanes.tell(31, "received", 7, 1, 5);
  lanes.tell(32, "handled", 7, 1, 5);
  lanes.tell(33, "sent", 7, 1, 5);
  lanes.tell(40, "closed", 7, 1);
  assertEquals(lanes.done(), [
    ["0 accept", "10 dispatch #1", "11 accept"],
    ["30 recv #1", "31 handle #1", "32 send #1", "33 recv #1", "40 wait"],
  ]);
});

Deno.test("a client that leaves the queue changes nothing on the lane of a thread", () => {
  const lanes = new Lanes("threadpool", { threads: 1 });
  lanes.tell(10, "accepted", 7);
  lanes.tell(11, "dispatched", 7, 1);
  lanes.tell(20, "accepted", 8);
  lanes.tell(21, "closed", 8);
  assertEquals(lanes.done()[1], ["0 wait", "11 recv #1"]);
});

Deno.test("offload: the loop receives and sends, a thread works on one message after the other", () => {
  const lanes = new Lanes("offload", { workers: 1 });
  for (const client of [1, 2]) {
    lanes.tell(client, "accepted", client);
    lanes.tell(client, "dispatched", client, 1);
  }
  lanes.tell(10, "returned", 2, 0, 3);
  lanes.tell(11, "received", 1, 0, 5);
  lanes.tell(12, "received", 2, 0, 5);
  lanes.tell(20, "handled", 1, 1, 5);
  lanes.tell(21, "returned", 1, 0, 3);
  lanes.tell(22, "sent", 1, 0, 5);
  lanes.tell(30, "handled", 2, 1, 5);
  lanes.pass();
  const [loop, thread] = lanes.done();
  assertEquals(loop.slice(-5), ["10 recv #1", "11 recv #2", "12 wait", "21 send #1", "22 wait"]);
  assertEquals(thread, ["0 wait", "11 handle #1", "20 handle #2", "30 wait"]);
});

Deno.test("pipeline: another thread sends what was computed", () => {
  const lanes = new Lanes("pipeline", { workers: 1 });
  lanes.tell(1, "accepted", 1);
  lanes.tell(1, "dispatched", 1, 1);
  lanes.tell(10, "returned", 1, 0, 3);
  lanes.tell(11, "received", 1, 0, 5);
  lanes.tell(20, "handled", 1, 1, 5);
  lanes.tell(22, "sent", 1, 2, 5);
  lanes.pass();
  assertEquals(lanes.done()[2], ["0 wait", "20 send #1", "22 wait"]);
});

Deno.test("nonblocking asks its sockets all the time, or sleeps between the rounds", () => {
  for (const [pauseMs, idle] of [[0, "recv"], [10, "sleep"]] as const) {
    const lanes = new Lanes("nonblocking", { pauseMs });
    lanes.tell(10, "accepted", 7);
    lanes.tell(11, "returned", 1, 0, 1);
    lanes.tell(20, "received", 7, 0, 5);
    lanes.tell(22, "handled", 7, 0, 5);
    lanes.tell(23, "sent", 7, 0, 5);
    lanes.tell(25, "returned", 0, 0, 2);
    lanes.tell(30, "closed", 7);
    lanes.pass(40);
    assertEquals(lanes.done(), [[
      ...[`0 ${idle}`, "10 accept #1", `10 ${idle}`, "20 recv #1", "20 handle #1", "22 send #1"],
      ...[`23 ${idle}`, "30 recv #1", `30 ${idle}`],
    ]], `--pause ${pauseMs}`);
  }
});

Deno.test("async waits until a message has come", () => {
  const lanes = new Lanes("async");
  lanes.tell(10, "accepted", 7);
  lanes.tell(20, "received", 7, 0, 5);
  lanes.tell(22, "handled", 7, 0, 0);
  lanes.pass(25);
  assertEquals(lanes.done(), [[
    ...["0 wait", "10 accept #1", "10 wait", "20 recv #1", "20 handle #1", "22 wait"],
  ]]);
});

Deno.test("while the handler burns CPU, its lane says so before it is done", () => {
  for (const model of MODEL_NAMES.filter((name) => modelEntry(name).servedBy !== "sharedThread")) {
    const lanes = new Lanes(model, { workers: 1 });
    const { workersAccept } = modelEntry(model);
    const worker = workersAccept ? 1 : 0;
    lanes.tell(10, "accepted", 1, worker);
    const isHandedOn = ["process", "thread", "threadpool", "reactors"].includes(model);
    if (isHandedOn) lanes.tell(11, "dispatched", 1, 1, 4_000);
    lanes.tell(12, "received", 1, isHandedOn ? 1 : worker, 5);
    for (let timeMs = 50; timeMs < 2_000; timeMs += 50) lanes.pass(timeMs);
    const lane = isHandedOn || workersAccept ? 1 : 0;
    assertEquals(lanes.now()[lane], `lane ${lane}: handle #1 since 12`, model);
  }
});

Deno.test("a return is listed with what it looked at and found", () => {
  const lanes = new Lanes("select");
  lanes.tell(10.1234567, "returned", 1, 0, 1);
  lanes.tell(11, "accepted", 7);
  lanes.tell(20, "returned", 0, 0, 2);
  assertEquals(lanes.returns(), [[10.123, 0, 1, 1], [20, 0, 2, 0]]);
});

Deno.test("a loop goes on when a client has reset its connection", () => {
  const lanes = new Lanes("epoll");
  lanes.tell(10, "accepted", 7);
  lanes.tell(11, "reset", 7);
  lanes.tell(12, "closed", 7);
  lanes.pass(20);
  assertEquals(lanes.now(), ["lane 0: wait #0 since 12"]);
});
