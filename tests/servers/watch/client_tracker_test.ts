import type { ServedBy } from "../../../servers/context/context.ts";
import type { TraceEvent } from "../../../servers/metrics/trace.ts";
import { STATES } from "../../../servers/watch/frames.ts";
import { ClientTracker } from "../../../servers/watch/client_tracker.ts";
import { assertEquals } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

/** A tracker, and records for it that are one millisecond apart. */
function trackerOf(worker: ServedBy, keepsProcesses = false) {
  const tracker = new ClientTracker(worker, keepsProcesses);
  let timeMs = 0;
  const tell = (event: TraceEvent, client: number, workerNumber = 0, sizeBytes = 0) =>
    tracker.apply({
      ...{ event, client, sizeBytes, worker: workerNumber },
      timeMs: ++timeMs,
      host: "127.0.0.1",
      port: 1_000 + client,
      bytes: new Uint8Array(0),
      isAfterGap: false,
    });
  /** What has changed, as words. */
  const changes = () =>
    tracker.takeChanges().changes.map(([at, number, state, lane]) =>
      `${at}: ${number} ${STATES[state]} on ${lane}`
    );
  return { tracker, tell, changes };
}

Deno.test("a client of a loop is waited for, served, and waited for again", () => {
  const { tracker, tell, changes } = trackerOf("loop");
  tell("accepted", 7);
  tell("received", 7);
  tell("sent", 7);
  tell("closed", 7);
  assertEquals(changes(), [
    "1: 1 waiting on 0",
    "2: 1 served on 0",
    "3: 1 waiting on 0",
    "4: 1 closed on 0",
  ]);
  assertEquals(tracker.all().changes, []);
});

Deno.test("a client is known by one number and its address from the backlog on", () => {
  const { tracker, tell, changes } = trackerOf("caller");
  tracker.applyBacklog(["127.0.0.1:1001", "127.0.0.1:1002"], 0);
  assertEquals(tracker.takeChanges().peers, [[1, "127.0.0.1:1001"], [2, "127.0.0.1:1002"]]);
  tell("accepted", 2);
  assertEquals(changes(), ["1: 2 waiting on 0"]);
  assertEquals(tracker.all().peers, [[2, "127.0.0.1:1002"], [1, "127.0.0.1:1001"]]);
});

Deno.test("a client that is no longer in the backlog has left, unless it was accepted", () => {
  const { tracker, tell, changes } = trackerOf("caller");
  tracker.applyBacklog(["127.0.0.1:1001", "127.0.0.1:1002"], 0);
  changes();
  tracker.applyBacklog([], 1); // its "accepted" record may not have been read yet
  tell("accepted", 1);
  tracker.applyBacklog([], 2);
  assertEquals(changes(), ["1: 1 waiting on 0", "2: 2 closed on -1"]);
});

Deno.test("a client that was accepted keeps its number, however late the record of it comes", () => {
  const { tracker, tell, changes } = trackerOf("process");
  tracker.applyBacklog(["127.0.0.1:1001", "127.0.0.1:1002"], 0);
  changes();
  for (let reading = 1; reading <= 5; reading++) {
    tracker.applyBacklog(["127.0.0.1:1002"], 0, () => ["127.0.0.1:1001"]);
  }
  // It is closed before its record is read: that is in the next reading of the trace.
  tracker.applyBacklog(["127.0.0.1:1002"], 0);
  tell("accepted", 1);
  tell("dispatched", 1, 1);
  assertEquals(changes(), ["1: 1 queued on -2", "2: 1 waiting on 1"]);
});

Deno.test("a client that was just accepted is not in the backlog, whatever was read before", () => {
  const { tracker, tell, changes } = trackerOf("loop");
  tell("accepted", 1);
  tracker.applyBacklog(["127.0.0.1:1001"], 5);
  assertEquals(changes(), ["1: 1 waiting on 0"]);
});

Deno.test("a client waits in the queue until a thread takes it, and stays on its lane", () => {
  const { tell, changes } = trackerOf("thread");
  tell("accepted", 1);
  tell("dispatched", 1, 3);
  tell("received", 1); // where the main thread receives for the others
  tell("asleep", 1, 3, 100);
  tell("sent", 1);
  assertEquals(changes(), [
    "1: 1 queued on -2",
    "2: 1 waiting on 3",
    "3: 1 served on 3",
    "4: 1 asleep on 3",
    "5: 1 waiting on 3",
  ]);
});

Deno.test("a process is another lane than the one that had its number", () => {
  const { tell, changes } = trackerOf("process");
  for (const client of [1, 2, 3]) {
    tell("accepted", client);
    tell("dispatched", client, 1);
    tell("received", client, 1);
    tell("closed", client);
  }
  tell("accepted", 4);
  tell("received", 4, 1); // and its "dispatched" record is lost
  tell("sent", 4, 1);
  const lanes = changes().map((change) => Number(change.split(" ").at(-1)));
  assertEquals(lanes, [-2, 1, 1, 1, -2, 2, 2, 2, -2, 3, 3, 3, -2, 4, 4]);
});

Deno.test("a process that serves one client after another is one lane", () => {
  const { tell, changes } = trackerOf("process", true);
  for (const client of [1, 2, 3]) {
    tell("accepted", client, 2);
    tell("dispatched", client, 2);
    tell("received", client, 2);
    tell("closed", client, 2);
  }
  const lanes = changes().map((change) => Number(change.split(" ").at(-1)));
  assertEquals(new Set(lanes), new Set([2]));
});

Deno.test("of several loops, each has done with a client when it takes up the next of its own", () => {
  const { tell, changes } = trackerOf("loop", true);
  for (const [client, loop] of [[1, 1], [2, 2], [3, 2]]) {
    tell("accepted", client, loop);
    tell("dispatched", client, loop);
  }
  changes();
  tell("received", 1, 1);
  tell("received", 2, 2);
  tell("received", 3, 2);
  assertEquals(changes(), [
    "7: 1 served on 1",
    "8: 2 served on 2",
    "9: 2 waiting on 2",
    "9: 3 served on 2",
  ]);
});

Deno.test("a thread that serves one client after another is one lane", () => {
  const { tell, changes } = trackerOf("thread");
  for (const client of [1, 2, 3]) {
    tell("accepted", client);
    tell("dispatched", client, 5);
    tell("closed", client);
  }
  assertEquals(changes().filter((change) => change.includes("waiting on 5")).length, 3);
});

Deno.test("one thread that serves all has done with a client when it takes up the next", () => {
  const { tell, changes } = trackerOf("loop");
  for (const client of [1, 2]) tell("accepted", client);
  changes();
  tell("received", 1); // and nothing is sent, as with discard
  tell("received", 2);
  assertEquals(changes(), ["3: 1 served on 0", "4: 1 waiting on 0", "4: 2 served on 0"]);
});

Deno.test("a client that sleeps or is blocked is not taken for served when the next comes", () => {
  const { tell, changes } = trackerOf("loop");
  tell("received", 1);
  tell("asleep", 1, 0, 1_000);
  tell("received", 2);
  tell("blocked", 2);
  changes();
  tell("received", 3);
  assertEquals(changes(), ["5: 3 waiting on 0", "5: 3 served on 0"]);
});

Deno.test("when records are left out, no client stays served or asleep for ever", () => {
  const { tracker, tell, changes } = trackerOf("coroutine");
  for (const client of [1, 2, 3]) tell("received", client);
  tell("asleep", 2, 0, 50);
  tell("asleep", 3, 0, 5_000);
  changes();
  tracker.recordsWereLeftOut(1_000);
  assertEquals(changes(), ["1000: 1 waiting on 0", "1000: 2 waiting on 0"]);
});

Deno.test("all() returns the clients with their present states", () => {
  const { tracker, tell } = trackerOf("loop");
  tell("accepted", 1);
  tell("accepted", 2);
  tell("received", 2);
  tracker.applyBacklog(["127.0.0.1:1003"], 9);
  assertEquals(tracker.all().changes, [
    [1, 1, STATES.indexOf("waiting"), 0],
    [3, 2, STATES.indexOf("served"), 0],
    [9, 3, STATES.indexOf("backlog"), -1],
  ]);
});

Deno.test("a client does not go back in time, though two threads tell of it", () => {
  const tracker = new ClientTracker("thread");
  const tell = (event: TraceEvent, timeMs: number, worker: number) =>
    tracker.apply({
      ...{ event, timeMs, worker, client: 7, sizeBytes: 5, isAfterGap: false },
      ...{ host: "127.0.0.1", port: 1_007, bytes: new Uint8Array(0) },
    });
  tell("accepted", 10.9, 0);
  tell("dispatched", 10.2, 1);
  tell("received", 10.3, 1);
  const { changes, transfers } = tracker.takeChanges();
  assertEquals(changes.map(([timeMs]) => timeMs), [10.9, 10.9, 10.9]);
  assertEquals(transfers, [[10.9, 1, 1, 5, 0]]);
});

Deno.test("a text that was cut ends with a whole character, and begins with the first one", () => {
  const tracker = new ClientTracker("loop");
  const sent = new TextEncoder().encode(`\ufeff${"语".repeat(20)}`);
  const peer = { client: 7, host: "127.0.0.1", port: 1_007, worker: 0, isAfterGap: false };
  const record = { ...peer, event: "received" as const, sizeBytes: sent.length };
  tracker.apply({ ...record, timeMs: 1, bytes: sent.subarray(0, 47) });
  tracker.apply({ ...record, timeMs: 2, sizeBytes: 4, bytes: sent.subarray(0, 4) });
  const texts = tracker.takeChanges().texts.map(([, , text]) => text);
  assertEquals(texts, [`\ufeff${"语".repeat(14)}`, "\ufeff\ufffd"]);
});
