import stringWidth from "string-width";
import type { Language } from "../../../cli/language.ts";
import { en } from "../../../cli/messages/en/mod.ts";
import { zh } from "../../../cli/messages/zh/mod.ts";
import { activitiesOf, cellsOf } from "../../../clients/watch/terminal_cells.ts";
import { TerminalPicture } from "../../../clients/watch/terminal_picture.ts";
import type { ModelName } from "../../../servers/context/context.ts";
import { MODEL_NAMES, modelEntry } from "../../../servers/registry.ts";
import { ACTIVITIES, type Activity, type Frame, STATES } from "../../../servers/watch/frames.ts";
import { assert, assertEquals, assertLessOrEqual, assertMatch } from "../../harness/assert.ts";
import { FakeRun } from "../../harness/fake_run.ts";
import "../../harness/sanitizers.ts";

const MESSAGES = { en, zh };
const NOW_MS = 20_000;

const activity = (name: Activity) => ACTIVITIES.indexOf(name);

/** The lines of a picture of 80 columns and 24 rows, without colors. */
async function drawn(
  model: ModelName,
  language: Language,
  frame: Partial<Frame> = {},
  [columns, rows] = [80, 24],
): Promise<string[]> {
  const run = new FakeRun();
  const { servedBy: worker, waitsIn } = modelEntry(model);
  const hello = { ...await run.hello(), model, worker, waitsIn };
  const picture = new TerminalPicture(hello, MESSAGES[language], language, false);
  const phases: Frame["phases"] = [[0, 0, activity("wait"), 0]];
  picture.apply(run.frame({ timeMs: NOW_MS, phases, ...frame }));
  return picture.draw(columns, rows);
}

for (const language of ["en", "zh"] as const) {
  Deno.test(`the picture of each model fits into 80 × 24, with its whole legend: ${language}`, async () => {
    const { states, activities, now, secondsAgo } = MESSAGES[language].watch.trace;
    for (const model of MODEL_NAMES) {
      const totals = { ...new FakeRun().frame({}).totals, scanned: 12_345_678 };
      const lines = await drawn(model, language, { totals, returns: [[5, 0, 1_000, 1]] });
      assertLessOrEqual(lines.length, 24);
      for (const line of lines) assertLessOrEqual(stringWidth(line), 80, line);
      const text = lines.join("\n");
      for (const [state, name] of Object.entries(states)) {
        assert(state === "closed" || text.includes(name), `${model}: ${name} in\n${text}`);
      }
      const { waitsIn, servedBy } = modelEntry(model);
      if (servedBy === "loop" && waitsIn !== "-") assertMatch(text, new RegExp(`\\. ${waitsIn}`));
      for (const name of ["accept", "recv", "handle", "sleep", "send", "untraced"] as const) {
        assert(text.includes(activities[name]), `${model}: ${activities[name]} in\n${text}`);
      }
      const axis = lines.find((line) => line.endsWith(now)) ?? "";
      for (const seconds of [15, 10, 5]) assert(axis.includes(secondsAgo(seconds)), axis);
      assertEquals(stringWidth(axis), 80);
    }
  });
}

Deno.test("the loop has a lane, and each client one", async () => {
  const [WAIT, HANDLE] = [activity("wait"), activity("handle")];
  const lines = await drawn("epoll", "en", {
    phases: [[6_000, 0, WAIT, 0], [11_000, 0, HANDLE, 1], [13_000, 0, WAIT, 0]],
    peers: [[1, "127.0.0.1:1001"]],
    changes: [[9_000, 1, STATES.indexOf("waiting"), 0], [11_000, 1, STATES.indexOf("served"), 0], [
      13_000,
      1,
      STATES.indexOf("waiting"),
      0,
    ]],
  });
  const at = lines.findIndex((line) => line.startsWith("the loop "));
  // 15 s are 64 characters, from 5 s to 20 s: a character is 234 ms.
  assertMatch(lines[at], /^the loop {12}\.{21}█{10}\.{29}$/);
  assertMatch(lines[at + 1], /^ {33}─{8}█{10}─{29}$/);
  assertMatch(lines[at + 2], /^ {16}-15 s {16}-10 s {17}-5 s {14}now$/);
});

Deno.test("a line says what the call looked at, and how much of that was in vain", async () => {
  const totals = { ...new FakeRun().frame({}).totals, wakeUps: 3, scanned: 1_500, ready: 296 };
  const returns: Frame["returns"] = [[10, 0, 4, 1], [20, 0, 5, 1]];
  const [, , scan] = await drawn("select", "en", { totals, returns });
  assertEquals(scan, "select looked at 5, ready 1; in vain so far: 1,204");
  const [, , inChinese] = await drawn("select", "zh", { totals, returns });
  assertEquals(inChinese, "select 查看 5 个，就绪 1 个；至今白看 1,204 个");
  const [, , round] = await drawn("nonblocking", "en", { totals, returns });
  assertMatch(round, /^a round looked at 5/);
  assertEquals((await drawn("blocking", "en"))[2], "");
});

Deno.test("each worker that serves many clients has a lane with its pid", async () => {
  const lines = await drawn("workers", "en", {
    phases: [[0, 0, activity("wait"), 0], [0, 1, activity("wait"), 0], [0, 2, activity("wait"), 0]],
    pids: [[2, 4_711]],
  });
  for (const name of ["loop 1 ", "process 4711 "]) {
    assert(lines.some((line) => line.startsWith(name)), lines.join("\n"));
  }
});

Deno.test("a character shows what a lane did longest besides waiting", () => {
  const shown = { fromMs: 0, toMs: 40, count: 4 };
  const words: (readonly [timeMs: number, what: Activity, client: number])[] = [
    ...[[5, "wait", 0], [12, "recv", 1], [12, "handle", 1], [13, "send", 1]] as const,
    ...[[15, "wait", 0], [20, "recv", 1], [20, "wait", 0]] as const,
  ];
  const phases = {
    times: words.map(([timeMs]) => timeMs),
    activities: words.map(([, what]) => activity(what)),
    clients: words.map(([, , client]) => client),
  };
  assertEquals(activitiesOf(phases, shown), ["wait", "send", "recv", "wait"]);
  assertEquals(activitiesOf(phases, { fromMs: -10, toMs: 10, count: 2 }), [undefined, "wait"]);
});

Deno.test("a character shows the heaviest state of a client", () => {
  const bar = {
    ...{ client: 1, lane: 0, row: 0, peer: "", endMs: 30 },
    times: [10, 20, 21],
    states: (["waiting", "served", "waiting"] as const).map((state) => STATES.indexOf(state)),
  };
  const cells = cellsOf([bar], { fromMs: 0, toMs: 40, count: 4 });
  assertEquals(cells, [undefined, "waiting", "served", undefined]);
});

Deno.test("in a small terminal lanes, the last line of the log and the keys are shown before the legend", async () => {
  const changes: Frame["changes"] = [1, 2].map((client) => [10_000, client, 2, 0]);
  const log = [1, 2, 3, 4, 5, 6].map((n) => ({ en: `line ${n}`, zh: "" }));
  const lines = await drawn("select", "en", { changes, log }, [40, 12]);
  assertLessOrEqual(lines.length, 12);
  const text = lines.join("\n");
  assertMatch(text, /the loop +\.+\n +─+\n +─+\n/);
  assertMatch(text, /line 6\n.*q quits/);
});

Deno.test("how many messages are traced is whole in 80 columns", async () => {
  const totals = { ...new FakeRun().frame({}).totals, active: 12_345 };
  const messages = { all: 123_456, traced: 42 };
  const text = (await drawn("select", "en", { totals, messages, loopLatencyMs: 1_000 })).join("\n");
  assert(text.includes(en.watch.terminal.sampled(42, 123_456)), text);
});

Deno.test("a character of which most is not traced says so", () => {
  const phases = {
    times: [0, 900, 910],
    activities: [activity("untraced"), activity("handle"), activity("wait")],
    clients: [0, 1, 0],
  };
  const shown = { fromMs: 0, toMs: 1_000, count: 1 };
  assertEquals(activitiesOf(phases, shown), ["untraced"]);
});
