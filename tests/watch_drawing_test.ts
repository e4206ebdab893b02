/**
 * How fast the page draws, whoever it watches.
 *
 * @module
 */

import { en } from "../cli/messages/en.ts";
import { STATES } from "../servers/watch/frames.ts";
import type { Change } from "../servers/watch/frames.ts";
import { WebServer } from "../servers/watch/web_server.ts";
import { assertEquals, assertGreater } from "./harness/assert.ts";
import { browserTest } from "./harness/browser.ts";
import { FakeRun } from "./harness/fake_run.ts";

const CLIENTS = 10_000;
const CHANGES_PER_FRAME = 256;
const FRAME_MS = 50;
const WINDOW_MS = 1_000;
/** Whoever else uses the processors may spoil some of them. */
const MOST_WINDOWS = 20;

browserTest(
  "with 10,000 clients the page counts them, and draws more than 30 times a second",
  async ({
    page,
    complaints,
  }) => {
    const run = new FakeRun();
    const server = new WebServer({ runs: [run], language: "en", messages: en }, 0);
    const timer = setInterval(() => publish(run), FRAME_MS);
    try {
      await page.goto(server.address);
      const canvas = page.locator("canvas[data-detailed=false]");
      await canvas.waitFor();
      let mostPerSecond = 0;
      for (let window = 0; window < MOST_WINDOWS && mostPerSecond <= 30; window++) {
        mostPerSecond = Math.max(mostPerSecond, await page.evaluate<number>(DRAWS_PER_SECOND));
      }
      assertGreater(mostPerSecond, 30);
      assertEquals(complaints, []);
    } finally {
      clearInterval(timer);
      await server.end();
    }
  },
);

const DRAWS_PER_SECOND = `new Promise((resolve) => {
  const draws = () => Number(document.documentElement.dataset.draws);
  const [before, beganMs] = [draws(), performance.now()];
  setTimeout(() => {
    resolve((draws() - before) / (performance.now() - beganMs) * 1_000);
  }, ${WINDOW_MS});
})`;

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
  const isFirst = told !== run.subscribers;
  told = run.subscribers;
  const changes = isFirst ? all : some;
  run.publish(run.frame({ timeMs, isWhole: isFirst, peers: isFirst ? peers : [], changes }));
}

/** How many followed the run when all clients were told of. */
let told = 0;
