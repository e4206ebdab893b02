/**
 * The page on a fake run, and everything that it shows.
 *
 * @module
 */

import { en } from "../../cli/messages/en/mod.ts";
import { type Change, type Frame, STATES } from "../../servers/watch/frames.ts";
import { WebServer } from "../../servers/watch/web_server.ts";
import { assertEquals } from "./assert.ts";
import type { Page, Visit } from "./browser.ts";
import { FakeRun } from "./fake_run.ts";

const FRAME_MS = 50;
/** All parts of a page are drawn anew within this time. */
const REDRAWN_MS = 1_100;

/** A page on a server with one client, which is served in one frame and waits in the next. */
export class FakePage {
  timeMs = Date.now();
  #count = 0;

  private constructor(
    readonly page: Page,
    readonly server: WebServer,
    readonly run: FakeRun,
  ) {}

  /** Opens the page, does `work`, and checks that the page has logged no errors. */
  static async with(
    { page, complaints }: Visit,
    work: (fake: FakePage) => Promise<void>,
    { mayComplain = false } = {},
  ): Promise<void> {
    const run = new FakeRun();
    run.source = [{ path: "servers/fake.ts", text: SOURCE, lines: { wait: [1], recv: [2] } }];
    const server = new WebServer(
      { runs: [run], language: "en", messages: en, portFlag: "--port" },
      0,
    );
    const fake = new FakePage(page, server, run);
    try {
      await page.goto(server.address);
      await page.locator("section.run").waitFor();
      while (run.subscribers === 0) await page.waitForTimeout(10);
      await page.locator("details.clients summary").click();
      await work(fake);
    } finally {
      await server.end();
    }
    if (!mayComplain) assertEquals(complaints, []);
  }

  /** Publishes the next frame, made `laterMs` after the previous one. */
  publish(laterMs: number, parts: Partial<Frame> = {}): void {
    this.timeMs += laterMs;
    this.run.publish({ ...nthFrame(this.#count++, this.timeMs, this.run), ...parts });
  }

  /** Publishes `count` frames at once, made 50 ms after each other. */
  publishAtOnce(count: number): void {
    for (let i = 0; i < count; i++) this.publish(FRAME_MS);
  }

  /** Publishes `count` frames, one every 50 ms. */
  async publishMany(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.publish(FRAME_MS);
      await this.page.waitForTimeout(FRAME_MS);
    }
  }
}

/** A line of the log that reads the same in every language. */
export function line(text: string): Frame["log"][number] {
  return { en: text, zh: text };
}

/** Code with a line for the waiting call, and one that receives. */
const SOURCE = "wait();\nrecv();\n";

/** The nth frame of a run with one client. */
export function nthFrame(n: number, timeMs: number, run: FakeRun): Frame {
  const isServed = n % 2 === 1;
  const state = STATES.indexOf(isServed ? "served" : "waiting");
  const change: Change = [timeMs, 1, state, 0];
  const { totals } = run.frame({});
  const calls = { accept: 0, wait: isServed ? 0 : 1, recv: isServed ? 1 : 0 };
  return run.frame({
    timeMs,
    isWhole: n === 0,
    peers: n === 0 ? [[1, "127.0.0.1:1"]] : [],
    changes: [change],
    totals: { ...totals, active: n, recvs: n * 3, wakeUps: n, scanned: n * 2, ready: n },
    call: isServed ? "recv" : "wait",
    calls: { ...calls, handle: 0, sleep: 0, send: 0 },
    backlog: n,
    log: [line(`line ${n}`)],
  });
}

/** Everything that a paused page shows, after it was drawn again. */
export async function seen(page: Page): Promise<Record<string, unknown>> {
  await page.evaluate(AFTER_DRAWS);
  return await page.evaluate<Record<string, unknown>>(SEEN);
}

/** The same for a page that is not paused: its parts are drawn at different times. */
export async function seenLater(page: Page): Promise<Record<string, unknown>> {
  await page.waitForTimeout(REDRAWN_MS);
  return await seen(page);
}

/** Resolves in a page when it has drawn a few times. */
export const AFTER_DRAWS = `new Promise((resolve) => {
  const draws = () => Number(document.documentElement.dataset.draws);
  const enough = draws() + 4;
  const look = () => draws() >= enough ? resolve() : requestAnimationFrame(look);
  look();
})`;

const SEEN = `(() => {
  const texts = (what) => [...document.querySelectorAll(what)].map((one) => one.textContent);
  const pictures = [...document.querySelectorAll("canvas")].map((one) => one.toDataURL());
  return {
    lanes: pictures[0],
    charts: pictures.slice(1),
    values: texts(".value"),
    log: texts(".log li"),
    table: [...texts(".sums"), ...texts(".clients td")],
    facts: texts(".facts"),
    current: texts(".line.current"),
    warm: texts(".line.warm"),
  };
})()`;
