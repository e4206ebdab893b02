/**
 * The looks of the live view that people rely on: the picture comes first, nothing moves by itself, an
 * empty page says what to do, and a presentation fills the screen.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { assert, assertEquals, assertGreater, assertLess } from "../harness/assert.ts";
import { boxesOf, browserTest, drawingTest, type Page } from "../harness/browser.ts";
import { exchange } from "../harness/clients.ts";
import { eventually } from "../harness/eventually.ts";
import { PageProcess } from "../harness/page_process.ts";
import { run, Server } from "../harness/playground.ts";
import { openHandlerPanel, WatchedServer } from "../harness/watching.ts";

/** What the Web Vitals call good is 0.1. */
const MAX_SHIFT = 0.05;
const BUSY_MS = 10_000;
/** How many lines a log shows. */
const LOG_LINES = 200;
const PROJECTOR = { width: 1_920, height: 1_080 };
const PHONE = { width: 390, height: 844 };

drawingTest("in ten busy seconds nothing on the page moves by itself", async ({ page }) => {
  await page.addInitScript(COUNT_SHIFTS);
  await using watched = await WatchedServer.open(page, ["thread"]);
  await watched.press("Open three clients that talk");
  await page.getByRole("checkbox", { name: "talk", checked: true }).waitFor();
  // A log that is full forgets lines while others come. Of messages in a burst, most would not be in it.
  using talker = await watched.server.connect();
  const lines = page.locator(".log li");
  while (await lines.count() < LOG_LINES) assertEquals(await exchange(talker, "x"), "x");
  await page.evaluate("shifts.length = 0");
  // Lanes come and go without anybody touching the page.
  const untilMs = performance.now() + BUSY_MS;
  while (performance.now() < untilMs) {
    const clients = await Promise.all(Array.from({ length: 5 }, () => watched.server.connect()));
    await Promise.all(clients.map((client) => exchange(client, "hello")));
    await page.waitForTimeout(500);
    for (const client of clients) client.close();
    await page.waitForTimeout(500);
  }
  const shifts = await page.evaluate<{ value: number; of: string[] }[]>("shifts");
  const sum = shifts.reduce((total, { value }) => total + value, 0);
  assertLess(sum, MAX_SHIFT, JSON.stringify(shifts));
});

browserTest("without a client, the page says how to get one", async ({ page, complaints }) => {
  await using watched = await WatchedServer.open(page, ["select"]);
  await page.getByText("No client yet").waitFor();
  await page.getByText(`playground connect 127.0.0.1:${watched.server.port}`).waitFor();
  await watched.press("Open three clients that talk");
  await watched.untilClients((clients) => clients.length === 3);
  await page.locator(".log li", { hasText: /received .*"hello"/ }).first().waitFor();
  await page.getByText("No client yet").waitFor({ state: "hidden" });
  assertEquals(complaints, []);
});

browserTest(
  "the head of the page says what the model is, and where it listens",
  async ({ page }) => {
    await using watched = await WatchedServer.open(page, ["select", "--handler", "upper"]);
    const head = await page.locator(".run header").innerText();
    for (
      const text of [
        ...["select", "One loop serves all clients.", "It waits in select()."],
        ...[`listens on 127.0.0.1:${watched.server.port}`, "handler upper"],
      ]
    ) assert(head.includes(text), `${text} in: ${head}`);
  },
);

browserTest("the controls say in words what is set", async ({ page }) => {
  await using watched = await WatchedServer.open(page, ["select"]);
  await page.locator(".synthetic", { hasText: "0 clients" }).waitFor();
  await watched.press("+1");
  await page.locator(".synthetic", { hasText: /^1 client from here$/ }).waitFor();
  await page.getByRole("button", { name: "“hello” every 500 ms" }).click();
  await page.getByLabel("say", { exact: true }).fill("good day");
  await page.getByLabel("every ms").fill("1500");
  await page.getByLabel("read nothing").check();
  await page.keyboard.press("Escape");
  await page.getByLabel("say", { exact: true }).waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "“good day” every 1,500 ms, and read no reply" })
    .waitFor();
  await page.getByRole("button", { name: "answers at once" }).waitFor();
  await openHandlerPanel(page);
  await page.getByLabel("sleeps ms").fill("30");
  await page.getByLabel("burns CPU ms").fill("20");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "sleeps 30 ms, burns 20 ms of CPU" }).waitFor();
});

browserTest("on a phone the picture comes first, and nothing is cut off", async ({ page }) => {
  await page.setViewportSize(PHONE);
  await using watched = await WatchedServer.open(page, ["select"]);
  await watched.press("Open three clients that talk");
  await watched.untilClients((clients) => clients.length === 3);
  await page.evaluate("scrollTo(0, 0)");
  await eventually(async () => {
    const [picture, dock] = await boxesOf(page, "canvas.lanes", ".dock");
    assertLess(picture.bottom, dock.top);
    assertLess(dock.height, PHONE.height / 5);
  });
  for (const width of [PHONE.width, 320]) {
    await page.setViewportSize({ ...PHONE, width });
    // Charts take their new size with their next drawing.
    await page.waitForFunction(`document.documentElement.scrollWidth === ${width}`);
  }
});

browserTest("on a wide screen, code and log stand beside each other", async ({ page }) => {
  await page.setViewportSize({ width: 1_280, height: 800 });
  await using _ = await WatchedServer.open(page, ["select"]);
  await eventually(async () => {
    const [code, log] = await boxesOf(page, "details.code", "details.lines");
    assertEquals(code.top, log.top);
    assertGreater(log.left, code.right);
  });
  await page.setViewportSize(PROJECTOR);
  await eventually(async () => {
    const [code, lanes] = await boxesOf(page, "details.code", "canvas.lanes");
    assertGreater(code.left, lanes.left + 600);
  });
});

browserTest("a presentation fills the screen, in letters of 24 pixels", async ({
  page,
  complaints,
}) => {
  await page.setViewportSize(PROJECTOR);
  await using watched = await WatchedServer.open(page, ["select"]);
  await watched.press("Open three clients that talk");
  await watched.untilClients((clients) => clients.length === 3);
  await page.keyboard.press("f");
  await presents(page, 1);
  const pause = page.getByRole("button", { name: "Pause" });
  await pause.waitFor({ state: "hidden" });
  await page.keyboard.press("c");
  await pause.click();
  await page.getByRole("button", { name: "Resume" }).waitFor();
  await page.getByRole("button", { name: "Controls" }).click();
  await page.getByRole("button", { name: "Resume" }).waitFor({ state: "hidden" });
  await page.keyboard.press("Escape");
  await page.locator("html:not(.presenting)").waitFor();
  await page.getByRole("button", { name: "Present", exact: true }).click();
  await presents(page, 1);
  await page.getByRole("button", { name: "Leave presentation" }).click();
  await page.locator("html:not(.presenting)").waitFor();
  // What is typed is no key.
  await openHandlerPanel(page);
  await page.getByLabel("sleeps ms").press("f");
  assertEquals(await page.locator("html.presenting").count(), 0);
  assertEquals(complaints, []);
});

browserTest("on a low screen, too, the lanes are the largest part of a presentation", async ({
  page,
}) => {
  const [width, height] = [1_280, 800];
  await page.setViewportSize({ width, height });
  await using watched = await WatchedServer.open(page, ["select"]);
  await watched.press("+10");
  await watched.untilClients((clients) => clients.length === 10);
  await page.keyboard.press("f");
  await page.locator("html.presenting").waitFor();
  const parts = ["figcaption", ".legend", ".line.current"];
  await eventually(async () => {
    const [lanes, ...others] = await boxesOf(page, "canvas.lanes", ...parts);
    assertGreater(lanes.height, height * 0.4);
    for (const [i, { bottom }] of others.entries()) assertLess(bottom, height, parts[i]);
  });
});

browserTest("two models, a replay and a page in a file are presented too", async ({ page }) => {
  await page.setViewportSize(PROJECTOR);
  const directory = await Deno.makeTempDir();
  try {
    const recording = await record(`${directory}/run.jsonl`);
    const file = `${directory}/run.html`;
    assertEquals((await run(["replay", recording, "--html", file])).code, 0);
    await page.goto(pathToFileURL(file).href);
    await page.locator("section.run").waitFor();
    await page.keyboard.press("f");
    await presents(page, 1);
    const shows = [["replay", recording], ["watch", "--compare", "select", "poll"]];
    for (const [index, args] of shows.entries()) {
      const { process, address } = await PageProcess.start([...args, "--port", "0"]);
      await using _ = process;
      await page.goto(address);
      await page.locator("section.run").last().waitFor();
      await page.keyboard.press("f");
      await presents(page, index + 1);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

browserTest("a part that is pointed at has a frame around it", async ({ page, complaints }) => {
  await using watched = await WatchedServer.open(page, ["select"]);
  await watched.press("Open three clients that talk");
  await watched.untilClients((clients) => clients.length === 3);
  await page.evaluate(SECOND_VIEW);
  const innerHeight = await page.evaluate<number>("innerHeight");
  for (const part of ["lane:0", "client:1", "scan", "facts", "code", "log", "charts", "clients"]) {
    await page.evaluate(`second.view.pointAt("${part}")`);
    await eventually(async () => {
      await page.evaluate("second.draw()");
      const [frame, whole] = await boxesOf(page, "#second .pointer", "#second .run");
      assertGreater(frame.width, 20, part);
      assertGreater(frame.height, 10, part);
      assertLess(frame.width, whole.width + 10, part);
      assertGreater(frame.bottom, 0, part);
      assertLess(frame.top, innerHeight, part);
    });
  }
  await page.evaluate("second.view.pointAt(undefined)");
  await page.locator("#second .pointer").waitFor({ state: "hidden" });
  assertEquals(await page.evaluate("second.view.boxOf('client:99') === undefined"), true);
  assertEquals(complaints, []);
});

/** Collects how far parts of the page have moved, other than right after an input. */
const COUNT_SHIFTS = `
  globalThis.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (hadRecentInput) continue;
      const of = sources.map(({ node }) => node?.className || node?.nodeName);
      shifts.push({ value, of });
    }
  }).observe({ type: "layout-shift", buffered: true });
`;

/** Makes a second view of the same server, which the test can call: \`second.view\`. */
const SECOND_VIEW = `(async () => {
  const [{ RunView }, { Timeline }, { LivePlayer }] = await Promise.all(
    ["/run_view.js", "/timeline.js", "/player.js"].map((module) => import(module)),
  );
  const texts = (await (await fetch("/view")).json()).texts.en;
  const timeline = new Timeline(texts, true, () => {});
  const player = new LivePlayer(texts);
  const socket = new WebSocket("ws://" + location.host + "/frames");
  const view = await new Promise((resolve) => {
    let made;
    socket.onmessage = ({ data }) => {
      const { hellos, frame } = JSON.parse(data);
      if (hellos !== undefined) {
        made = new RunView(hellos[0], texts, { run: 0, isLive: true, timeline });
      } else if (frame !== undefined) {
        player.apply(frame);
        resolve(made);
      }
    };
  });
  const place = Object.assign(document.createElement("div"), { id: "second" });
  place.append(view.element);
  document.querySelector(".runs").replaceChildren(place);
  const draw = () => {
    timeline.tick(player.startMs, player.endMs, player.startMs, true, [player]);
    view.draw(player.historyAt(player.endMs, false), timeline.shown, player);
  };
  globalThis.second = { view, draw };
  for (let i = 0; i < 3; i++) {
    await new Promise(requestAnimationFrame);
    draw();
  }
})()`;

/** Waits until the page presents, and checks that the picture fills it. */
async function presents(page: Page, runs: number): Promise<void> {
  await page.locator("html.presenting").waitFor();
  assertEquals(await page.locator("canvas.lanes").count(), runs);
  const { width, height } = PROJECTOR;
  await eventually(async () => { // the canvas follows with the next drawings
    const [box] = await boxesOf(page, "canvas.lanes");
    assertGreater(box.width, width / runs * 0.9);
    assertGreater(box.height, height / 3);
    assertEquals(await page.evaluate(LETTERS_AND_HEIGHT), ["24px", height]);
  });
}

const LETTERS_AND_HEIGHT = `[
  getComputedStyle(document.querySelector("canvas.lanes")).fontSize,
  document.documentElement.scrollHeight,
]`;

/** Records a server with a client that talks. @returns the path */
async function record(path: string): Promise<string> {
  await using server = await Server.start(["select", "--record", path]);
  using client = await server.connect();
  assertEquals(await exchange(client, "hello"), "hello");
  assertEquals((await server.stop()).code, 0);
  return path;
}
