import stringWidth from "string-width";
import { en } from "../../../cli/messages/en/mod.ts";
import { zh } from "../../../cli/messages/zh/mod.ts";
import { TOUR_MODELS, type TourRow } from "../../../clients/demo/tour.ts";
import { describeLoad, describeTour } from "../../../clients/demo/tour_table.ts";
import type { Figures } from "../../../clients/race/figures.ts";
import type { Heat } from "../../../clients/race/heat.ts";
import type { ModelName } from "../../../servers/context/context.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../harness/assert.ts";
import { FAILED, measured } from "../../harness/race.ts";

function row(model: ModelName, talk: Heat, connectionsPerSecond = 12_345): TourRow {
  return { name: `${model} libc`, model, visits: measured({ connectionsPerSecond }), talk };
}

function talk(figures: Figures): Heat {
  return measured({ p99Ms: 123.4, peakMemoryBytes: 85e6, memoryPerClientBytes: 2_345, ...figures });
}

const TYPICAL: readonly TourRow[] = [
  row("blocking", talk({ served: 1 })),
  row("process", talk({ messagesPerSecond: 9_876, memoryPerClientBytes: 690_123 })),
  row("thread", talk({ messagesPerSecond: 20_000, memoryPerClientBytes: 3_456_789 })),
  row("threadpool", talk({ served: 8 })),
  row("nonblocking", talk({ messagesPerSecond: 123_456 })),
  row("select", talk({ messagesPerSecond: 187_654, memoryPerClientBytes: 23_456 })),
  row("poll", talk({ served: 150 })),
  row("epoll", measured({}, 0.5, { lostBy: { reset: 3 } })),
  row("greenlet", {
    failure: {
      kind: "not-served",
      opened: 200,
      faults: { refusedBy: {}, lostBy: {}, unanswered: 0, wrongBytes: 0, notSuccessful: 0 },
    },
  }),
  row("gevent", FAILED),
];

function textOf(rows: readonly TourRow[], messages: typeof en): string[] {
  return describeTour(rows, messages);
}

Deno.test("each row has its figures, or says in words why not all were served", () => {
  const text = textOf(TYPICAL, en).join("\n");
  assertMatch(text, /^blocking libc +12,345 +serves one at a time: 199 wait$/m);
  assertMatch(text, /^process libc +12,345 +9,876 +123 ms +690 kB$/m);
  assertMatch(text, /^threadpool libc +12,345 +serves 8 at a time: 192 wait$/m);
  assertMatch(text, /^nonblocking libc +12,345 +123,456 +123 ms +< 10 kB$/m);
  assertMatch(text, /^poll libc +12,345 +got to 150 in 8 s: 50 still wait$/m);
  assertMatch(text, /^epoll libc +12,345 +3 reset by the server$/m);
  assertMatch(text, /^greenlet libc +12,345 +got to 0 in 8 s: 200 still wait$/m);
  assertMatch(text, /^gevent libc +12,345 +it ended before it listened: exit status 3/m);
});

Deno.test("the sentences are made of the figures of this run", () => {
  const sentences = textOf(TYPICAL, en).slice(-3);
  assertMatch(sentences[0], /^blocking has served 1 of 200: /);
  assertMatch(
    sentences[1],
    /^Memory per client: process 690 kB, thread 3\.46 MB, the loop of select 23\.5 kB\.$/,
  );
  assertEquals(
    sentences[2],
    "select libc was the fastest: 187,654 messages/s, 9.4 × thread libc.",
  );
});

Deno.test("where processes and threads were too slow, the sentences do without them", () => {
  const rows = TYPICAL.filter(({ model }) => model !== "process" && model !== "thread");
  const [blocking, memory, fastest] = textOf(rows, en).slice(-3);
  assertStringIncludes(blocking, "1 of 200");
  assertEquals(memory, "One loop serves all, with 23.5 kB of memory for each client (select).");
  assertEquals(fastest, "select libc was the fastest: 187,654 messages/s.");
});

Deno.test("where nothing was served there is nothing to say", () => {
  assertEquals(textOf([row("blocking", FAILED)], en).at(-1), "");
});

for (const [language, messages] of Object.entries({ en, zh })) {
  Deno.test(`the table of all servers and the sentences fit 80 × 24 (${language})`, () => {
    const rows = [...TOUR_MODELS, ...TOUR_MODELS.slice(-3)].map((model) =>
      row(model, model === "blocking" ? talk({ served: 1 }) : talk({ messagesPerSecond: 187_654 }))
    );
    const lines = [describeLoad(messages), ...describeTour(rows, messages)];
    // The last line is for the prompt.
    assert(lines.length <= 23, lines.join("\n"));
    assertEquals(lines.filter((line) => stringWidth(line) > 80), []);
    assertEquals(describeTour(TYPICAL, messages).filter((line) => stringWidth(line) > 80), []);
  });
}
