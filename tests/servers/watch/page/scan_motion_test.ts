/**
 * How the figure of the waiting call moves: a return is swept once, for a short time, and not at all for
 * people who want less motion.
 *
 * @module
 */

import { en } from "../../../../cli/messages/en/mod.ts";
import {
  ACTIVITIES,
  type Change,
  type Hello,
  type State,
  STATES,
} from "../../../../servers/watch/frames.ts";
import { WebServer } from "../../../../servers/watch/web_server.ts";
import { assertEquals, assertGreater, assertMatch } from "../../../harness/assert.ts";
import { browserTest, drawingTest, type Page } from "../../../harness/browser.ts";
import { eventually } from "../../../harness/eventually.ts";
import { AFTER_DRAWS, FakePage } from "../../../harness/fake_page.ts";
import { FakeRun } from "../../../harness/fake_run.ts";

const CLIENTS = 12;
const [WAIT, , RECV] = ACTIVITIES.keys();
const WAITING = STATES.indexOf("waiting");

/** A run of select with clients. */
class SelectRun extends FakeRun {
  override async hello(): Promise<Hello> {
    return { ...await super.hello(), model: "select", waitsIn: "select" };
  }

  /** Publishes the first frame, which has all clients. */
  begin(timeMs: number): void {
    const clients = Array.from({ length: CLIENTS }, (_, i) => i + 1);
    const peers = clients.map((client) => [client, `127.0.0.1:${5_000 + client}`] as const);
    const changes = clients.map((client): Change => [timeMs, client, WAITING, 0]);
    this.publish(
      this.frame({ timeMs, isWhole: true, peers, changes, phases: [[timeMs, 0, WAIT, 0]] }),
    );
  }

  /** Publishes a frame in which select has returned, and found a client ready. */
  returned(timeMs: number): void {
    this.publish(this.frame({
      timeMs,
      returns: [[timeMs - 10, 0, CLIENTS + 1, 1]],
      phases: [[timeMs - 10, 0, RECV, 3], [timeMs - 9, 0, WAIT, 0]],
      totals: { ...this.frame({}).totals, wakeUps: 1, scanned: CLIENTS + 1, ready: 1 },
    }));
  }
}

for (const reducedMotion of ["no-preference", "reduce"] as const) {
  drawingTest(
    `a return is swept once, with motion: ${reducedMotion}`,
    async ({ page, complaints }) => {
      await page.emulateMedia({ reducedMotion });
      const run = new SelectRun();
      const server = new WebServer(
        { runs: [run], language: "en", messages: en, portFlag: "--port" },
        0,
      );
      try {
        await page.goto(server.address);
        await page.locator("section.run").waitFor();
        while (run.subscribers === 0) await page.waitForTimeout(10);
        const timeMs = Date.now();
        run.begin(timeMs);
        await page.getByRole("figure").filter({ hasText: "select has not returned yet" }).waitFor();
        await page.evaluate(AFTER_DRAWS);
        await page.evaluate(NOTE_LOOKS);
        run.returned(timeMs + 50);
        const caption = page.getByRole("figure").filter({ hasText: "looked at 13 sockets" });
        await caption.waitFor();
        assertMatch(
          await caption.innerText(),
          /^select looked at 13 sockets, 1 was ready; looked at in vain so far: 12/,
        );
        // Before, and after; and between them the sweep, cell by cell.
        if (reducedMotion === "reduce") assertEquals(await untilStill(page), 2);
        else await untilSwept(page, () => run.returned(Date.now()));
      } finally {
        await server.end();
      }
      assertEquals(complaints, []);
    },
  );
}

browserTest(
  "what a return looked at is said of its time, when its clients have left",
  (visit) =>
    FakePage.with(visit, async (fake) => {
      const clients = Array.from({ length: 12 }, (_, i) => i + 1);
      const at = (state: State) => (client: number): Change => [
        ...[fake.timeMs, client, STATES.indexOf(state), 0] as const,
      ];
      fake.publish(50, {
        peers: clients.map((client) => [client, `127.0.0.1:${5_000 + client}`]),
        changes: clients.map(at("waiting")),
      });
      fake.publish(50, { changes: [], returns: [[fake.timeMs + 10, 0, 8, 8]], phases: [] });
      fake.publish(1_000, { changes: clients.map(at("closed")) });
      const caption = fake.page.getByRole("figure").filter({ hasText: "8 were ready" });
      await caption.waitFor();
      fake.publish(1_000, { changes: [] });
      await fake.page.waitForTimeout(600); // words change twice a second
      assertMatch(await caption.innerText(), /^epoll_wait: of 13 sockets, 8 were ready/);
    }),
);

/** Notes how many looks the cells have had, one after another. */
const NOTE_LOOKS = `(() => {
  globalThis.looks = [];
  const look = () => {
    const seen = document.querySelector("canvas.scan-cells").toDataURL();
    if (seen !== globalThis.looks.at(-1)) globalThis.looks.push(seen);
    requestAnimationFrame(look);
  };
  look();
})()`;

/** Waits until a sweep has been seen cell by cell. A busy machine may draw one too rarely for that. */
async function untilSwept(page: Page, returnAgain: () => void): Promise<void> {
  await eventually(async () => {
    try {
      assertGreater(await untilStill(page), 4);
    } catch (error) {
      await page.evaluate("looks.splice(0, Infinity, looks.at(-1))");
      returnAgain();
      throw error;
    }
  });
}

/** Waits until the cells have looked the same for a while. @returns how many looks they have had */
async function untilStill(page: Page): Promise<number> {
  for (let before = 0;;) {
    await page.waitForTimeout(1_000);
    const now = await page.evaluate<number>("looks.length");
    if (now === before) return now;
    before = now;
  }
}
