/**
 * The picture of the lanes, drawn as SVG: what is drawn where, and what is at a place of it.
 *
 * @module
 */

import "../../../harness/fake_dom.ts";
import { ACTIVITIES, type Frame, STATES } from "../../../../servers/watch/frames.ts";
import { SvgSurface } from "../../../../servers/watch/page/canvas_surface.js";
import { layOut } from "../../../../servers/watch/page/rows.js";
import { StripColumns } from "../../../../servers/watch/page/strip_columns.js";
import { TimeScale } from "../../../../servers/watch/page/time_scale.js";
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertLessOrEqual,
} from "../../../harness/assert.ts";
import { draw, historyOf, START_MS, WIDTH, workOf } from "../../../harness/lane_pictures.ts";
import "../../../harness/sanitizers.ts";

const [WAIT, ACCEPT, RECV, HANDLE, , SEND, , , ENDED] = ACTIVITIES.keys();
const [BACKLOG, , WAITING, SERVED, , , CLOSED] = STATES.keys();
Deno.test("the server's own lane is on top: it waits, and works, with the calls' names", () => {
  const history = historyOf({
    peers: [[1, "127.0.0.1:5555"]],
    changes: [[START_MS + 10, 1, WAITING, 0]],
    phases: [[START_MS, 0, WAIT, 0], [START_MS + 400, 0, HANDLE, 1], [START_MS + 600, 0, WAIT, 0]],
  });
  const { picture, rects, texts } = draw(history);
  assertEquals(texts.filter((text) => ["the loop", "select", "handler", ":5555"].includes(text)), [
    ...["the loop", ":5555", "select", "handler", "handler", "select"],
  ]);
  const [lane, client] = [picture.boxOf("lane:0"), picture.boxOf("client:1")];
  assert(lane !== undefined && client !== undefined);
  assertEquals(lane.top, 0);
  assertGreater(client.top, 0);
  // The work is filled from edge to edge of its time, in the lane and in the bar of its client.
  const works = rects.filter(({ fill }) => fill === "served");
  assertEquals(works.map(({ x }) => x), works.map(() => picture.xOf(START_MS + 400)));
  assertEquals(
    works.map(({ x, width }) => x + width),
    works.map(() => picture.xOf(START_MS + 600)),
  );
  assertEquals(works.length, 2);
  assert(works[0].y < client.top && works[1].y > client.top, "one in each");
});

Deno.test("what takes less than a pixel is as high as its part of the time, and does not flicker", () => {
  // Of each 10 ms, 5 are work; a pixel is about 20 ms.
  const phases = Array.from({ length: 1_600 }, (_, i) => [
    [START_MS + i * 10, 0, HANDLE, 1] as const,
    [START_MS + i * 10 + 5, 0, WAIT, 0] as const,
  ]).flat();
  const history = historyOf({ phases });
  const columns = (spanMs: number) => {
    const { picture, rects } = draw(history, { spanMs });
    const { height } = picture.boxOf("lane:0")!;
    const work = workOf(rects);
    return { shares: work.map((rect) => rect.height / height), left: picture.xOf(0)!, work };
  };
  const { shares, left, work } = columns(15_000);
  assertGreater(shares.length, (WIDTH - left) * 0.95);
  for (const share of shares.slice(1, -1)) {
    assertGreater(share, 0.3);
    assertLess(share, 0.7);
  }
  // A moment later, each column is where it was, moved by whole pixels.
  const later = columns(15_000 + 200);
  assertGreater(later.work.length, 0);
  for (const { x } of [...work, ...later.work]) assertEquals(x % 1, 0);
});

Deno.test("a column keeps what it shows while the picture moves on", () => {
  const phases = Array.from({ length: 3_000 }, (_, i) => [
    [START_MS + i * 7, 0, HANDLE, 1] as const,
    [START_MS + i * 7 + (i % 5), 0, WAIT, 0] as const,
  ]).flat();
  const history = historyOf({ phases });
  const heightsAt = (fromMs: number) => {
    const { picture, rects } = draw(history, { fromMs, spanMs: 15_000 });
    const byTime = new Map<number, number>();
    for (const { x, height } of workOf(rects)) {
      byTime.set(Math.round(picture.timeAt(x)!), height);
    }
    return byTime;
  };
  const [before, after] = [heightsAt(START_MS + 1_000), heightsAt(START_MS + 1_500)];
  const both = [...before].filter(([timeMs]) => after.has(timeMs)).slice(2, -2);
  assertGreater(both.length, 300);
  assertEquals(both.filter(([timeMs, height]) => after.get(timeMs) !== height), []);
});

Deno.test("what is kept of a strip while it moves on is what would be computed anew", () => {
  const lengths = [0.3, 7, 0.2, 40, 0.1, 0.1, 90, 3];
  const phases = { times: [] as number[], activities: [] as number[], clients: [] as number[] };
  const scaleAt = (toMs: number) =>
    new TimeScale({ left: 100, width: WIDTH, ratio: 1, fromMs: toMs - 15_000, toMs });
  const kept = new StripColumns();
  let timeMs = START_MS;
  for (let i = 0; i < 2_000; i++) {
    phases.times.push(timeMs);
    phases.activities.push(i % 2 === 0 ? WAIT : 1 + i % 5);
    phases.clients.push(i % 3);
    timeMs += lengths[i % lengths.length];
    if (i % 7 !== 0) continue;
    const scale = scaleAt(timeMs + 1);
    const first = scale.columnOf(scale.fromMs);
    const of = ({ pieces, columns }: ReturnType<StripColumns["at"]>) => [
      pieces.filter(({ until }) => until > first).map((piece) => {
        return { ...piece, from: Math.max(piece.from, first) };
      }),
      // An edge of a column is exact to a thousandth of it.
      columns.filter(({ column }) => column > first).map(({ column, shares }) =>
        `${column}: ${[...shares].map((share) => share.toFixed(2))}`
      ),
    ];
    const anew = new StripColumns().at(phases, scale);
    assertEquals(of(kept.at(phases, scale)), of(anew));
  }
});

Deno.test("a process has its id, its own strip and its client, and brackets for its time", () => {
  const history = historyOf({
    peers: [[1, "127.0.0.1:5555"], [2, "127.0.0.1:6666"]],
    pids: [[1, 4711]],
    changes: [
      ...[[START_MS + 100, 1, WAITING, 1], [START_MS + 600, 1, CLOSED, 1]] as const,
      [START_MS + 200, 2, BACKLOG, -1],
    ],
    phases: [
      ...[[START_MS, 0, ACCEPT, 0], [START_MS + 100, 1, RECV, 1]] as const,
      [START_MS + 600, 1, ENDED, 0],
    ],
  });
  const { picture, rects, texts } = draw(history, { worker: "process", waitsIn: "recv, send" });
  assertEquals(texts.filter((text) => /server|process|recv|accept$|backlog|:\d/.test(text)), [
    ...["the server", "accept", "process 4711", ":5555", "recv", "backlog"],
  ]);
  const box = picture.boxOf("workers")!;
  const [begin, end] = [picture.xOf(START_MS + 100), picture.xOf(START_MS + 600)!];
  const marks = rects.filter(({ fill, width, height }) =>
    fill === "text" && width === 2 && height === box.height
  );
  assertEquals(marks.map(({ x }) => x), [begin, end - 2]);
  // It waits in recv: the strip is hollow, and says so in the color of recv.
  assertEquals(rects.some(({ fill, height }) => fill === "recv" && height > 3), false);
  assertEquals(picture.boxOf("backlog")!.top > box.top, true);
  assertEquals(picture.boxOf("queue"), undefined);
});

Deno.test("what is at a place: what a lane does, a client and its state, and the time", () => {
  const history = historyOf({
    peers: [[7, "127.0.0.1:7777"]],
    changes: [
      ...[[START_MS + 100, 7, WAITING, 0], [START_MS + 400, 7, SERVED, 0]] as const,
      [START_MS + 600, 7, WAITING, 0],
    ],
    phases: [[START_MS, 0, WAIT, 0], [START_MS + 400, 0, HANDLE, 7], [START_MS + 600, 0, WAIT, 0]],
  });
  const { picture } = draw(history);
  const x = picture.xOf(START_MS + 500)!;
  const [lane, client] = [picture.boxOf("lane:0")!, picture.boxOf("client:7")!];
  const span = { fromMs: START_MS + 400, untilMs: START_MS + 600 };
  const who = { lane: 0, client: 7, peer: "127.0.0.1:7777" };
  assertEquals(picture.at(x, lane.top + 3), { ...who, ...span, activity: "handle" });
  assertEquals(picture.at(x, client.top + 3), { ...who, ...span, state: "served" });
  assertEquals(picture.at(picture.xOf(START_MS + 50)!, client.top + 3), undefined);
  assertEquals(picture.at(2, client.top + 3), undefined, "that is the label");
  assertLess(Math.abs(picture.timeAt(x)! - (START_MS + 500)), 2);
});

Deno.test("in slow motion a client's bar shows what was done for it", () => {
  const history = historyOf({
    peers: [[1, "127.0.0.1:1"], [2, "127.0.0.1:2"]],
    changes: [[START_MS, 1, WAITING, 0], [START_MS, 2, WAITING, 0]],
    phases: [
      ...[[START_MS, 0, WAIT, 0], [START_MS + 20, 0, RECV, 2]] as const,
      ...[[START_MS + 50, 0, HANDLE, 2], [START_MS + 90, 0, SEND, 2]] as const,
      [START_MS + 120, 0, WAIT, 0],
    ],
  });
  const { picture, rects, texts } = draw(history, { spanMs: 150 });
  const inside = (client: number) => {
    const { top, height } = picture.boxOf(`client:${client}`)!;
    return rects.filter(({ y, fill }) =>
      y >= top && y < top + height && !["waiting", "background"].includes(fill)
    ).map(({ fill }) => fill);
  };
  assertEquals(inside(2), ["url(#recv)", "served", "url(#send)"]);
  assertEquals(inside(1), []);
  assertEquals(texts.filter((text) => ["recv", "handler", "send"].includes(text)).length, 6);
});

Deno.test("the axis has relative times, a tick at a whole pixel, and a step for each span", () => {
  for (
    const [spanMs, first, second] of [
      ...[[15_000, "+0 s", "+2 s"], [1_500, "+0.0 s", "+0.2 s"]] as const,
      ...[[150, "+0.00 s", "+0.02 s"], [10, "+0.000 s", "+0.001 s"]] as const,
    ]
  ) {
    const place = { left: 100, width: 900, ratio: 1 };
    const scale = new TimeScale({ ...place, fromMs: START_MS, toMs: START_MS + spanMs });
    const ticks = scale.ticks(START_MS, 80);
    assertEquals(ticks.slice(0, 2).map(({ text }) => text), [first, second]);
    assertLessOrEqual(ticks.length, 11);
    for (const { timeMs } of ticks) assertEquals(scale.xOf(timeMs) % 1, 0);
  }
});

Deno.test("many threads with a client each still fit: the strips with their names, and thin bars", () => {
  const threads = Array.from({ length: 24 }, (_, i) => i + 1);
  const history = historyOf({
    peers: threads.map((client) => [client, `127.0.0.1:${client}`]),
    changes: threads.map((lane) => [START_MS, lane, WAITING, lane]),
    phases: [
      [START_MS, 0, ACCEPT, 0],
      ...threads.map((lane) => [START_MS, lane, RECV, lane] as const),
    ],
  });
  const shown = { fromMs: START_MS, toMs: START_MS + 1_000 };
  const { lanes, height } = layOut(history, shown, false, 13, 340);
  assertLessOrEqual(height, 360);
  for (const { strip, rows } of lanes.slice(1)) {
    assertGreater(strip!.height, rows[0].height);
    assertGreater(rows[0].height, 2);
  }
  const { texts } = draw(history, { worker: "thread", waitsIn: "recv, send" });
  assertEquals(texts.filter((text) => /^thread \d/.test(text)).length, 24);
});

Deno.test("each pattern of the picture is in the file of the picture", () => {
  const history = historyOf({
    peers: [[1, "127.0.0.1:1"]],
    changes: [[START_MS, 1, STATES.indexOf("asleep"), 0], [
      START_MS + 500,
      1,
      STATES.indexOf("blocked"),
      0,
    ]],
    phases: ACTIVITIES.slice(0, -1).map((_, i) => [START_MS + i * 100, 0, i, 1]),
  });
  const surface = new SvgSurface(WIDTH);
  const { markup } = draw(history);
  const used = [...markup.matchAll(/url\(#(\w+)\)/g)].map(([, name]) => name);
  const defined = [...surface.fills.definitions.matchAll(/pattern id="(\w+)"/g)];
  const missing = used.filter((name) => !defined.some(([, one]) => one === name));
  assertGreater(new Set(used).size, 6);
  assertEquals(missing, []);
});

Deno.test("the cursor is drawn at its time, unless that is the present", () => {
  const history = historyOf({ phases: [[START_MS, 0, WAIT, 0]] });
  const atMs = START_MS + 400;
  const { picture, rects, texts } = draw(history, { atMs });
  const lines = rects.filter(({ fill, height }) => fill === "accent" && height > 50);
  assertEquals(lines.map(({ x }) => x), [picture.xOf(atMs)]);
  assert(texts.includes("in select"), "the label says what the lane does at the cursor");
  assertEquals(draw(history).rects.filter(({ fill }) => fill === "accent"), []);
});

Deno.test("from the 65th client on there is a heat map, with a row for each worker above it", () => {
  const clients = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
  const frameOf = (count: number): Partial<Frame> => ({
    peers: clients(count).map((client) => [client, `127.0.0.1:${client}`]),
    changes: clients(count).map((client) => [START_MS, client, WAITING, 1 + client % 2]),
    phases: [[START_MS, 0, WAIT, 0], [START_MS, 1, HANDLE, 1], [START_MS, 2, WAIT, 0]],
  });
  const loops = { worker: "loops", waitsIn: "epoll_wait" };
  assertEquals(draw(historyOf(frameOf(64)), loops).isDetailed, true);
  const { isDetailed, picture, texts, rects } = draw(historyOf(frameOf(200)), loops);
  assertEquals(isDetailed, false);
  assert(texts.includes("loop 1  100 %") && texts.includes("loop 2  0 %"), texts.join());
  assert(texts.includes("200 clients, by state"), texts.join());
  assertGreater(picture.boxOf("workers")!.height, 0);
  const cells = rects.filter(({ fill }) => /^#/.test(fill) || fill === "waiting");
  assertGreater(cells.length, 10);
});
