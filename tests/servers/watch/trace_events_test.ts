/**
 * Traces of fake runs, read back and held to the rules of their format.
 *
 * @module
 */

import { en } from "../../../cli/messages/en/mod.ts";
import type { ModelName } from "../../../servers/context/context.ts";
import type { TraceEvent as RecordedEvent } from "../../../servers/metrics/trace.ts";
import { modelEntry } from "../../../servers/registry.ts";
import { ClientTracker } from "../../../servers/watch/client_tracker.ts";
import type { Frame, Hello } from "../../../servers/watch/frames.ts";
import { lanePlan, LaneTracker } from "../../../servers/watch/lane_tracker.ts";
import { TraceEvents } from "../../../servers/watch/trace_events.ts";
import type { TraceLimits } from "../../../servers/watch/trace_output.ts";
import { assert, assertEquals, assertGreater, assertLess } from "../../harness/assert.ts";
import { FakeRun } from "../../harness/fake_run.ts";
import { MODEL_OPTIONS } from "../../harness/model_options.ts";
import { checkTrace, parseTrace, threadName, type TraceEvent } from "../../harness/trace_format.ts";
import "../../harness/sanitizers.ts";

const START_MS = 1_000_000;
const FRAME_MS = 50;

/** A server of which the test tells what its trace would hold, as it is written to a file. */
class Traced {
  readonly #tracker: ClientTracker;
  readonly #lanes: LaneTracker;
  readonly #run = new FakeRun();
  readonly events: TraceEvents;
  text = "";
  timeMs = START_MS;

  private constructor(model: ModelName, hello: Hello, limits?: TraceLimits) {
    this.#tracker = new ClientTracker(hello.worker);
    this.#lanes = new LaneTracker(lanePlan(model, MODEL_OPTIONS), START_MS);
    this.events = new TraceEvents(hello, START_MS, en, limits);
  }

  static async of(model: ModelName, limits?: TraceLimits): Promise<Traced> {
    const hello = await new FakeRun().hello();
    const { servedBy: worker, waitsIn } = modelEntry(model);
    return new Traced(model, { ...hello, worker, waitsIn, startedMs: START_MS, pid: 77 }, limits);
  }

  /** Something happens, `laterMs` after what happened before. */
  tell(laterMs: number, event: RecordedEvent, client: number, worker = 0, sizeBytes = 0): void {
    this.timeMs += laterMs;
    const record = {
      ...{ event, client, worker, sizeBytes, timeMs: this.timeMs },
      ...{ host: "127.0.0.1", port: 1_000 + client, bytes: new Uint8Array(0) },
      isAfterGap: false,
    };
    this.#lanes.apply(record, this.#tracker.apply(record));
  }

  /** A frame with all that happened since the one before. */
  frame(parts: Partial<Frame> = {}, gaps: ReadonlySet<number> = new Set()): void {
    const { timeMs } = this;
    this.#lanes.settle(timeMs, gaps);
    const changes = { ...this.#tracker.takeChanges(), ...this.#lanes.takeChanges() };
    this.text += this.events.apply(this.#run.frame({ timeMs, ...changes, ...parts }));
  }

  /** Messages were left out of the trace. */
  leaveOut(): void {
    this.#tracker.recordsWereLeftOut(this.timeMs);
  }

  /** Ends the trace. @returns its events, and its slices in words */
  end(): { events: TraceEvent[]; slices: string[] } {
    this.text += this.events.end();
    const events = parseTrace(this.text);
    const slices = checkTrace(events).toSorted((one, other) => one.ts - other.ts);
    return { events, slices: slices.map((slice) => inWords(events, slice)) };
  }
}

function inWords(events: TraceEvent[], slice: TraceEvent): string {
  const { name, ts, dur = 0, args } = slice;
  const bytes = [args.bytes, args.receivedBytes, args.sentBytes].filter((one) => one !== undefined);
  const shown = bytes.length > 0 ? `, ${bytes.join(" and ")} bytes` : "";
  return `${threadName(events, slice)}: ${name} ${ts / 1_000}+${dur / 1_000}${shown}`;
}

Deno.test("the loop is in epoll_wait, receives, handles and sends, and each client has a track", async () => {
  const traced = await Traced.of("epoll");
  traced.frame({ isWhole: true });
  traced.tell(8, "returned", 1, 0, 1);
  traced.tell(2, "accepted", 1);
  traced.tell(18.75, "returned", 1, 0, 1);
  traced.tell(1.25, "received", 1, 0, 5);
  traced.tell(5.125, "handled", 1, 0, 6);
  traced.tell(1.875, "sent", 1, 0, 6);
  traced.frame();
  traced.tell(3, "returned", 1, 0, 1);
  traced.tell(0.5, "closed", 1);
  traced.frame();
  const { events, slices } = traced.end();
  assertEquals(
    slices,
    [
      "the loop: epoll_wait 0+8",
      "the loop: accept 8+2",
      "127.0.0.1:1001: connection 10+30.5",
      "the loop: epoll_wait 10+18.75",
      "the loop: recv 28.75+1.25, 5 bytes",
      "127.0.0.1:1001: handle 30+7, 5 and 6 bytes",
      "the loop: handle 30+5.125, 5 bytes",
      "the loop: send 35.125+1.875, 6 bytes",
      "the loop: epoll_wait 37+3",
      "the loop: recv 40+0.5",
    ].toSorted((one, other) => slices.indexOf(one) - slices.indexOf(other)),
  );
  const handle = events.find(({ name, pid }) => name === "handle" && pid === 77);
  assertEquals(handle?.args, { client: 1, peer: "127.0.0.1:1001", receivedBytes: 5 });
});

Deno.test("a loop that the view holds up has a slice of that", async () => {
  const traced = await Traced.of("epoll");
  traced.frame({ isWhole: true });
  traced.tell(10, "held", 0);
  traced.frame();
  traced.tell(990, "freed", 0);
  traced.tell(10, "returned", 1, 0, 1);
  traced.frame();
  assertEquals(traced.end().slices, [
    "the loop: epoll_wait 0+10",
    "the loop: held up 10+990",
    "the loop: epoll_wait 1000+10",
  ]);
});

Deno.test("a thread is in recv, in the handler, asleep and in send for its client", async () => {
  const traced = await Traced.of("thread");
  traced.frame({ isWhole: true });
  traced.tell(10, "accepted", 1);
  traced.tell(5, "dispatched", 1, 3);
  traced.tell(20, "received", 1, 3, 5);
  traced.tell(2, "asleep", 1, 3, 40);
  traced.tell(40, "blocked", 1, 3);
  traced.tell(8, "sent", 1, 3, 5);
  traced.tell(5, "closed", 1, 3);
  traced.frame();
  const { slices } = traced.end();
  assertEquals(
    slices.filter((one) => one.startsWith("thread 3: ")),
    [
      "thread 3: recv 15+20, 5 bytes",
      "thread 3: handle 35+2, 5 bytes",
      "thread 3: asleep 37+40",
      "thread 3: send 77+8, 5 bytes",
      "thread 3: recv 85+5",
    ].toSorted((one, other) => slices.indexOf(one) - slices.indexOf(other)),
  );
  assert(slices.includes("127.0.0.1:1001: queued 10+5"), slices.join("\n"));
});

Deno.test("a process has its pid, and its lane ends with it", async () => {
  const traced = await Traced.of("process");
  traced.frame({ isWhole: true });
  traced.tell(10, "accepted", 1);
  traced.tell(5, "dispatched", 1, 1, 4_711);
  traced.tell(5, "received", 1, 1, 5);
  traced.tell(5, "closed", 1, 1);
  traced.frame();
  const { events } = traced.end();
  const named = events.filter(({ ph, pid }) => ph === "M" && pid === 4_711).map(({ name }) => name);
  assertEquals(named.sort(), [
    ...["process_name", "process_sort_index", "thread_name", "thread_sort_index"],
  ]);
  const names = events.filter(({ ph, pid }) => ph === "X" && pid === 4_711).map(({ name }) => name);
  assertEquals(new Set(names), new Set(["recv", "handle"]));
});

Deno.test("where messages were not traced, nothing is claimed, and the trace says how many", async () => {
  const traced = await Traced.of("epoll");
  traced.frame({ isWhole: true });
  traced.tell(10, "accepted", 1);
  traced.frame();
  traced.tell(10, "received", 1, 0, 5);
  traced.timeMs += 30;
  traced.leaveOut();
  traced.frame({ messages: { all: 900, traced: 1 } }, new Set([0]));
  const { events, slices } = traced.end();
  // The server was busy from 20 ms to 50 ms, though with what is not known.
  assertEquals(slices.filter((one) => /epoll_wait|loop: handle/.test(one)), [
    "the loop: epoll_wait 0+10",
    "the loop: epoll_wait 10+10",
    "the loop: handle 20+0, 5 bytes",
  ]);
  const mark = events.find(({ ph }) => ph === "i");
  assertEquals([mark?.args.messages, mark?.args.messagesNotTraced], [900, 899]);
  assertEquals(traced.events.gaps, {
    messages: 900,
    messagesNotTraced: 899,
    slices: 0,
    clients: 0,
  });
});

Deno.test("a loop that is held up keeps what it did, and clients of a gap are gone", async () => {
  const traced = await Traced.of("epoll");
  traced.tell(0, "accepted", 1);
  traced.tell(50, "received", 1, 0, 5);
  traced.frame();
  const settings = { sleepMs: 0, cpuMs: 0, heldMs: 500 };
  traced.timeMs += 100;
  traced.frame({ settings });
  traced.timeMs += 100;
  traced.tell(0, "handled", 1, 0, 5);
  traced.frame();
  traced.timeMs += 100;
  traced.frame({ isWhole: true, changes: [], peers: [] });
  const { slices } = traced.end();
  assert(slices.includes("the loop: handle 50+200, 5 bytes"), slices.join("\n"));
  assert(slices.includes("127.0.0.1:1001: connection 0+250"), slices.join("\n"));
});

Deno.test("60 s of 1,000 busy clients are below 50 MB, and what is left out is said", async () => {
  const traced = await Traced.of("epoll");
  traced.frame({ isWhole: true });
  for (let client = 1; client <= 1_000; client++) traced.tell(0, "accepted", client);
  let client = 0;
  for (let ms = 0; ms < 60_000; ms += FRAME_MS) {
    // More than a view gets: live_run.ts traces 128 records of a frame.
    for (let message = 0; message < 64; message++) {
      client = client % 1_000 + 1;
      traced.tell(message % 2, "returned", 2, 0, 2);
      traced.tell(0, "received", client, 0, 100);
      traced.tell(0, "handled", client, 0, 100);
      traced.tell(0, "sent", client, 0, 100);
      client = client % 1_000 + 1;
      traced.tell(0, "received", client, 0, 100);
      traced.tell(0, "sent", client, 0, 100);
    }
    traced.timeMs = START_MS + ms + FRAME_MS;
    traced.frame({ messages: { all: 5_000, traced: 128 } });
  }
  traced.text += traced.events.end();
  const { messages, messagesNotTraced, slices, clients } = traced.events.gaps;
  assertEquals([messages, messagesNotTraced, clients], [6_000_000, 6_000_000 - 153_600, 0]);
  assertGreater(slices, 0);
  assertLess(traced.text.length, 50_000_000);
  assertGreater(traced.text.length, 25_000_000); // it is no empty promise
  const events = parseTrace(traced.text);
  assertEquals(events.at(-1)?.args.slicesLeftOut, slices);
});

Deno.test("a trace that is full ends as a whole one, and says so", async () => {
  const limits = { perSecond: 1_000_000, burst: 1_000_000, total: 20_000 };
  const traced = await Traced.of("epoll", limits);
  traced.tell(0, "accepted", 1);
  for (let frames = 0; !traced.events.isFull; frames++) {
    traced.tell(10, "received", 1, 0, 5);
    traced.tell(10, "sent", 1, 0, 5);
    traced.frame();
    assertLess(frames, 1_000);
  }
  const { events } = traced.end();
  assertEquals(events.at(-1)?.name, "the trace is full, and ends here");
  assertLess(traced.text.length, 22_000); // what is going on is brought to its end
});

Deno.test("clients for which there is no room are counted, and have no half a track", async () => {
  const limits = { perSecond: 0, burst: 5_000, total: 1_000_000 };
  const traced = await Traced.of("epoll", limits);
  traced.frame({ isWhole: true });
  for (let client = 1; client <= 100; client++) traced.tell(1, "accepted", client);
  traced.frame();
  const { events } = traced.end(); // which checks that each begin has its end
  const shown = events.filter(({ ph }) => ph === "B").length;
  assertGreater(shown, 0);
  assertEquals(shown + traced.events.gaps.clients, 100);
});
