/**
 * How fast the page draws.
 *
 * @module
 */

import { en } from "../../../../cli/messages/en/mod.ts";
import { ACTIVITIES, STATES } from "../../../../servers/watch/frames.ts";
import type { CallCounts, Change, Frame } from "../../../../servers/watch/frames.ts";
import { WebServer } from "../../../../servers/watch/web_server.ts";
import { assertEquals, assertGreater, assertLess } from "../../../harness/assert.ts";
import { drawingTest, type Page, type Visit } from "../../../harness/browser.ts";
import { eventually } from "../../../harness/eventually.ts";
import { FakeRun } from "../../../harness/fake_run.ts";

const CLIENTS = 10_000;
const CHANGES_PER_FRAME = 256;
const FRAME_MS = 50;
const MESSAGES = 100;
const WINDOW_MS = 1_000;
/** A page that takes less CPU time for a drawing can draw 30 times a second. */
const MAX_CPU_MS = 1_000 / 30;

drawingTest(
  "with 10,000 clients the page has CPU time to draw them all and what the loop scans 30 times a second",
  async (visit) => {
    const { page } = visit;
    const run = new FakeRun();
    await withPage(visit, run, () => publish(run), async () => {
      await page.locator("canvas[data-detailed=false]").waitFor();
      const said = `epoll_wait: of ${(CLIENTS + 1).toLocaleString("en")} sockets, 1 was ready`;
      await page.getByRole("figure").filter({ hasText: said }).waitFor();
      const isCheap = () =>
        eventually(async () => assertLess(await cpuMsPerDrawing(page), MAX_CPU_MS));
      await isCheap();
      // Also with the pointer on them, one that is followed, and in slow motion.
      await page.locator("canvas.lanes").hover();
      await page.keyboard.press("n");
      await isCheap();
      await page.keyboard.press("[");
      await isCheap();
    });
  },
);

drawingTest(
  "while CPU time is scarce, the page draws less",
  async (visit) => {
    const { page } = visit;
    const run = new FakeRun();
    let isCpuScarce = true;
    const publishEmpty = () => run.publish(run.frame({ timeMs: Date.now(), isCpuScarce }));
    await withPage(visit, run, publishEmpty, async () => {
      await page.locator("html.sparing").waitFor();
      await eventually(async () => {
        const drawsPerSecond = await page.evaluate<number>(DRAWS_PER_SECOND);
        assertGreater(drawsPerSecond, 0);
        assertLess(drawsPerSecond, 6);
      });
      isCpuScarce = false;
      await page.locator("html:not(.sparing)").waitFor();
      await eventually(async () =>
        assertGreater(await page.evaluate<number>(DRAWS_PER_SECOND), 30)
      );
    });
  },
);

drawingTest(
  "under full load, the page draws when there is news, and what somebody does at once",
  async (visit) => {
    const { page } = visit;
    const run = new FakeRun();
    let isReporting = true;
    const report = () => {
      if (isReporting) run.publish(run.frame({ timeMs: Date.now(), isCpuScarce: true }));
    };
    await withPage(visit, run, report, async () => {
      await page.locator("html.sparing").waitFor();
      isReporting = false;
      const drawsPerSecond = () => page.evaluate<number>(DRAWS_PER_SECOND);
      await eventually(async () => assertLess(await drawsPerSecond(), 3)); // the last reports are shown
      const [withKey, without] = await page.evaluate<number[]>(MS_UNTIL_DRAWN);
      assertLess(withKey, without / 4);
      isReporting = true;
      await eventually(async () => assertGreater(await drawsPerSecond(), 2));
    });
  },
);

drawingTest("the code is scrolled to where it rests, and not after every call", async (visit) => {
  const { page } = visit;
  const run = new FakeRun();
  const text = Array.from({ length: 200 }, (_, line) => `line ${line + 1};`).join("\n");
  run.source = [{ path: "servers/long.ts", text, lines: { wait: [1], recv: [200] } }];
  let calls: CallCounts = { ...NO_CALLS, recv: 1 };
  const publishCall = () =>
    run.publish(
      run.frame({ timeMs: Date.now(), call: "recv", calls, log: [{ en: "a line", zh: "一行" }] }),
    );
  await withPage(visit, run, publishCall, async () => {
    await page.locator(".line.current", { hasText: "line 200;" }).waitFor();
    const scrolled = () => page.locator(".source pre").evaluate((box) => box.scrollTop);
    assertEquals(await scrolled(), 0);
    calls = NO_CALLS;
    while (await scrolled() === 0) await page.waitForTimeout(FRAME_MS);
  });
});

const NO_CALLS: CallCounts = { accept: 0, wait: 0, recv: 0, handle: 0, sleep: 0, send: 0 };

/**
 * Opens the page on a run of which `publish` makes a frame again and again, until `work` is done. The
 * page must have no complaint.
 */
async function withPage(
  { page, complaints }: Visit,
  run: FakeRun,
  publish: () => void,
  work: () => Promise<void>,
): Promise<void> {
  const server = new WebServer(
    { runs: [run], language: "en", messages: en, portFlag: "--watch" },
    0,
  );
  const timer = setInterval(publish, FRAME_MS);
  try {
    await page.goto(server.address);
    await work();
  } finally {
    clearInterval(timer);
    await server.end();
  }
  assertEquals(complaints, []);
}

/** The CPU time of the page's process for a drawing: other programs may take the processors meanwhile. */
async function cpuMsPerDrawing(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const look = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    const seconds = metrics.find(({ name }) => name === "ProcessTime")?.value ?? NaN;
    return {
      seconds,
      draws: Number(await page.evaluate("document.documentElement.dataset.draws")),
    };
  };
  const before = await look();
  await page.waitForTimeout(WINDOW_MS);
  const after = await look();
  await session.detach();
  return (after.seconds - before.seconds) / (after.draws - before.draws) * 1_000;
}

const DRAWS_PER_SECOND = `new Promise((resolve) => {
  const draws = () => Number(document.documentElement.dataset.draws);
  const [before, beganMs] = [draws(), performance.now()];
  setTimeout(() => {
    resolve((draws() - before) / (performance.now() - beganMs) * 1_000);
  }, ${WINDOW_MS});
})`;

/**
 * How long it takes until the page is drawn again: when a key is pressed, and when nothing happens. Each is the
 * shortest of several, as other programs may take the processors.
 */
const MS_UNTIL_DRAWN = `(async () => {
  const { dataset } = document.documentElement;
  const untilDrawn = async (before) => {
    while (dataset.draws === before) await new Promise((resolve) => setTimeout(resolve));
  };
  const press = () =>
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Shift", bubbles: true }));
  const shortest = async (act) => {
    const took = [];
    for (let tries = 0; tries < 5; tries++) {
      await untilDrawn(dataset.draws); // the pause has just begun
      const [before, beganMs] = [dataset.draws, performance.now()];
      act();
      await untilDrawn(before);
      took.push(performance.now() - beganMs);
    }
    return Math.min(...took);
  };
  return [await shortest(press), await shortest(() => {})];
})()`;

/** A frame as a server under full load makes them: the first of them tells of all clients. */
function publish(run: FakeRun): void {
  const timeMs = Date.now();
  const waiting = STATES.indexOf("waiting");
  const everybody = Array.from({ length: CLIENTS }, (_, client) => client);
  const peers = everybody.map((client) => [client, `127.0.0.1:${client}`] as const);
  const all = everybody.map((client): Change => [timeMs, client, waiting, 0]);
  const some = Array.from({ length: CHANGES_PER_FRAME }, (): Change => {
    const client = Math.floor(Math.random() * CLIENTS);
    return [timeMs, client, STATES.indexOf(Math.random() < 0.5 ? "served" : "waiting"), 0];
  });
  const isFirst = announcedTo !== run.subscribers;
  announcedTo = run.subscribers;
  const changes = isFirst ? all : some;
  const begin = { isWhole: isFirst, peers: isFirst ? peers : [] };
  run.publish(run.frame({ timeMs, ...begin, changes, ...lanes(timeMs) }));
}

/** What the loop has done in the time of a frame: a message every half a millisecond. */
function lanes(timeMs: number): Pick<Frame, "phases" | "returns"> {
  const [wait, recv, handle, send] = ["wait", "recv", "handle", "send"].map((name) =>
    ACTIVITIES.findIndex((one) => one === name)
  );
  const times = Array.from({ length: MESSAGES }, (_, i) => timeMs - FRAME_MS + i / 2);
  return {
    returns: times.map((at) => [at, 0, 1, 1]),
    phases: times.flatMap((
      at,
      i,
    ) => [[at, 0, recv, i], [at + 0.1, 0, handle, i], [at + 0.2, 0, send, i], [
      at + 0.3,
      0,
      wait,
      0,
    ]]),
  };
}

/** How many subscriptions there were when a frame last listed all clients. */
let announcedTo = 0;
