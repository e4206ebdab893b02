/**
 * The moment that the page shows: slow motion, single steps, one cursor in all parts, and what the
 * pointer, the keys and fingers do.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assert, assertEquals, assertGreater, assertLess, assertMatch } from "../harness/assert.ts";
import { drawingTest, type Page } from "../harness/browser.ts";
import { exchange } from "../harness/clients.ts";
import { withDirectory } from "../harness/directory.ts";
import { eventually } from "../harness/eventually.ts";
import {
  assertNear,
  findTip,
  lanesBox,
  look,
  pace,
  pointAt,
  pointedTime,
  pressAndLook,
  spanOf,
  swipe,
  tappedSpan,
  toLastLine,
  withPhone,
} from "../harness/moment.ts";
import { PageProcess } from "../harness/page_process.ts";
import { Server } from "../harness/playground.ts";
import { addressOf, WatchedServer } from "../harness/watching.ts";

const SLEEP_MS = 250;
const SOCKETS = hasSystemCalls() ? "libc" : "deno";
const STEPS = 14;
/** The clients' messages: the second has control characters. */
const MESSAGES = ["first", "bell\u0007 end\r\n", "third"];

drawingTest(
  "paused, all parts of the page go from event to event on one time",
  ({ page, complaints }) =>
    withThreeClients(page, async () => {
      const seen = [await look(page)];
      for (let i = 0; i < STEPS; i++) seen.push(await pressAndLook(page, ",", seen.at(-1)));
      for (const [i, { atMs, lane, code, logged, moment, zero }] of seen.entries()) {
        if (i > 0) assertLess(moment, seen[i - 1].moment);
        assertNear(atMs - zero, moment, i > 0 ? 0.01 : 1);
        // What the loop does is what the marked line of the code does.
        for (const [does, line] of Object.entries(LINES)) {
          if (lane.includes(does)) {
            assert(code.some((one) => one.includes(line)), `${lane}: ${code}`);
          }
        }
        // The log's last line is not later.
        assertLess(logged, moment + 1);
      }
      assert(new Set(seen.map(({ lane }) => lane)).size > 2, "lanes do more than one thing");
      assert(new Set(seen.map(({ logged }) => logged)).size > 1, "the log moves along");
      // A cursor at the right edge needs no line.
      const charts = await page.locator(".charts figure").count();
      assertEquals(new Set(seen.map(({ cursors }) => cursors)), new Set([0, charts]));
      // Forth again it comes by the same moments.
      for (const expected of seen.slice(1, -1).toReversed()) {
        const seen = await pressAndLook(page, ".", await look(page));
        assertEquals({ ...seen, cursors: 0 }, { ...expected, cursors: 0 });
      }
      // The address leads to the same event, which is between two milliseconds.
      const { moment, lane, code } = await look(page);
      await page.waitForURL((url) => Math.abs(Number(url.hash.slice(3)) * 1_000 - moment) < 0.01);
      await page.reload();
      await page.getByRole("button", { name: "Resume" }).waitFor();
      const again = await look(page);
      assertNear(again.atMs - again.zero, moment, 0.01);
      assertEquals([again.moment, again.lane, again.code], [moment, lane, code]);
      assertEquals(complaints, []);
    }),
);

drawingTest(
  "at a hundredth of its speed, time is a hundredth: while a server runs, and replayed",
  ({
    page,
    complaints,
  }) =>
    withDirectory(async (directory) => {
      const file = `${directory}/run.jsonl`;
      {
        await using watched = await WatchedServer.open(page, ["select", "--record", file]);
        using client = await watched.server.connect();
        assertEquals(await exchange(client, "hello"), "hello");
        await page.locator(".log li", { hasText: "sent to" }).waitFor();
        for (const [key, speed] of [["[", 0.1], ["[", 0.01]] as const) {
          await page.keyboard.press(key);
          await untilPace(page, speed, speed / 4);
        }
        // Meanwhile what happens is received, and it is one press away.
        assertEquals(await exchange(client, "later"), "later");
        const { atMs } = await look(page);
        await page.getByRole("button", { name: "Back to the present" }).click();
        await page.locator(".log li", { hasText: '"later"' }).first().waitFor();
        assertGreater((await look(page)).atMs, atMs);
        await untilPace(page, 1, 0.3);
        await page.goto("about:blank"); // it would ask for the server that ends
      }
      const { process, address } = await PageProcess.start(["replay", file, "--port", "0"]);
      await using _ = process;
      await page.goto(`${address}#t=0.1`);
      await page.getByRole("button", { name: "Resume" }).click();
      for (const [speed, of] of [["1/10 ×", 0.1], ["1/100 ×", 0.01]] as const) {
        await page.getByLabel("Speed").selectOption(speed);
        await untilPace(page, of, of / 4);
      }
      assertEquals(complaints, []);
    }),
);

drawingTest(
  "the pointer asks, follows, zooms and moves; keys do the same",
  ({ page, complaints }) =>
    withThreeClients(page, async (peers) => {
      await toLastLine(page);
      // It says whose bar it is, what that does, for how long, and which bytes.
      for (let i = 0; i < 3; i++) await page.keyboard.press("+");
      const found = await findTip(page, /sleeping in the handler/);
      const lines = found.text.split("\n");
      const peer = peers.find((one) => lines[0].includes(one)) ?? "nobody";
      assertMatch(lines[0], /^client \S+ · the loop$/);
      // A busy machine may wake it up late.
      assertMatch(lines[1], /^sleeping in the handler, for (\d+ ms|\d\.\d s), from \+[\d.]+ s$/);
      const said = JSON.stringify(MESSAGES[peers.indexOf(peer)]);
      assertEquals(lines[2], `received ${JSON.parse(said).length} bytes: ${said}`);

      // A click follows that client, here and in the log; Escape ends that. n goes to the next one.
      const followed = page.locator(".followed");
      // The page may have moved the lanes since the tip was found.
      for (let at = found;; at = await findTip(page, new RegExp(`client ${peer} `))) {
        await page.mouse.click(at.x, at.y);
        const wait = followed.getByText(`Client ${peer}:`).waitFor({ timeout: 5_000 });
        if (await wait.then(() => true, () => false)) break;
      }
      const marked = page.locator(".log li.of-followed");
      await marked.first().waitFor();
      for (const line of await marked.allTextContents()) assert(line.includes(peer), line);
      assertLess(await marked.count(), await page.locator(".log li").count());
      await page.keyboard.press("Escape");
      await followed.getByText("? lists the keys").waitFor();
      assertEquals(await marked.count(), 0);
      await page.keyboard.press("n");
      await followed.getByText(`Client ${peers[0]}:`).waitFor();
      await page.keyboard.press("n");
      await followed.getByText(`Client ${peers[1]}:`).waitFor();
      await page.getByRole("button", { name: "Stop following" }).click();
      await followed.getByText("? lists the keys").waitFor();
      // So do the rows of the table.
      await page.locator("details.clients summary").click();
      const row = page.getByRole("button", { name: peers[2] });
      await row.click();
      await followed.getByText(`Client ${peers[2]}:`).waitFor();
      await page.locator("tr.of-followed", { has: row }).waitFor();
      await row.click();
      await followed.getByText("? lists the keys").waitFor();

      // The pointer has a line in all parts, in the lanes as in a chart; a click there moves the cursor.
      const plots = page.locator(".charts .u-over");
      await pointAt(page, 0.7);
      assertEquals(await page.locator(".chart-pointer:visible").count(), await plots.count());
      const position = await plots.first().evaluate(({ clientWidth, clientHeight }) => ({
        x: clientWidth * 0.93, // a second ago
        y: clientHeight / 2,
      }));
      await plots.first().hover({ position });
      const { atMs } = await look(page);
      const pointedMs = await pointedTime(page);
      await plots.first().click({ position });
      const moved = await look(page);
      assert(moved.atMs !== atMs);
      assertNear(moved.moment, pointedMs, 1);

      // Zoomed by the wheel on the cursor, and by a key, it looks the same; back too.
      await page.keyboard.press("0");
      await page.keyboard.press("End");
      await page.keyboard.press(" ");
      await page.getByRole("button", { name: "Resume" }).waitFor();
      const usual = await spanOf(page);
      assertNear(usual, 15_000, 750); // without what the edges hide
      await page.keyboard.press("+");
      const byKey = await spanOf(page);
      assertNear(byKey, usual / 1.5, usual / 100);
      await page.keyboard.press("0");
      assertNear(await spanOf(page), usual, usual / 100);
      await pointAt(page, 1);
      await page.mouse.wheel(0, -Math.log(1.5) / 0.002);
      assertNear(await spanOf(page), byKey, byKey / 100); // a wheel has whole steps
      // It is late in the picture, where the cursor is put: before it, there is something to drag.
      await page.locator("canvas.lanes").dblclick({ position: { x: 1_000, y: 5 } });
      assertNear(await spanOf(page), usual, usual / 100);

      // What is dragged stays under the pointer, and Shift with an arrow moves it as well.
      for (let i = 0; i < 6; i++) await page.keyboard.press("+");
      const near = await spanOf(page);
      const before = await pointAt(page, 0.5);
      await page.mouse.down();
      const box = await lanesBox(page);
      await page.mouse.move(box.x + 0.6 * box.width, before.y, { steps: 4 });
      await page.mouse.up();
      const dragged = await pointAt(page, 0.6);
      assertNear(dragged.timeMs, before.timeMs, near / 50);
      await page.keyboard.press("Shift+ArrowLeft");
      assertNear((await pointAt(page, 0.6)).timeMs, dragged.timeMs - near / 4, near / 50);
      assertEquals(complaints, []);
    }),
);

drawingTest("? lists the keys in a dialog, in both languages, and no key works where one types", ({
  page,
  complaints,
}) =>
  withThreeClients(page, async (_, server) => {
    const { atMs } = await look(page);
    const help = page.getByRole("button", { name: "Keys" });
    await help.focus();
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Keys" });
    await dialog.getByText("the previous event, and the next one").waitFor();
    await dialog.getByText("follow the next client").waitFor();
    for (const key of [",", "n", "Home"]) await page.keyboard.press(key);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    assertEquals(await page.evaluate("document.activeElement.textContent"), "?");
    await page.getByLabel("Speed").focus();
    for (const key of [",", "n", "Home"]) await page.keyboard.press(key);
    await page.locator(".followed").getByText("? lists the keys").waitFor();
    assertEquals((await look(page)).atMs, atMs);

    await page.goto(`${new URL(await addressOf(server)).origin}/?lang=zh`);
    await page.locator("section.run").waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "按键" }).getByText("上一个事件").waitFor();
    assertEquals(complaints, []);
  }));

drawingTest(
  "fingers drag and pinch on a phone",
  ({ page, browser }) =>
    withPhone(browser, async (phone, touch) => {
      await using watched = await WatchedServer.open(phone, ["select", "--sockets", SOCKETS]);
      using client = await watched.server.connect();
      assertEquals(await exchange(client, "hello"), "hello");
      await phone.locator(".log li", { hasText: "sent to" }).first().waitFor();
      await page.close();
      await phone.locator("canvas.lanes").scrollIntoViewIfNeeded();
      await swipe(phone, touch, [[0.5, 0.8]]);
      await phone.getByRole("button", { name: "Resume" }).waitFor();
      const wide = await tappedSpan(phone);
      await swipe(phone, touch, [[0.5, 0.4], [0.6, 0.9]]);
      assertLess(await tappedSpan(phone), wide * 0.5);
    }),
);

/** Measures again how fast time passes, where a busy machine has drawn the page too rarely to tell. */
async function untilPace(page: Page, wanted: number, by: number): Promise<void> {
  await eventually(async () => assertNear(await pace(page), wanted, by));
}

/** What the loop is in, and a part of the line that does it. */
const LINES = {
  "in select": "sockets.select(",
  "in recv": "tryRecv(",
  "in the handler": "client.serve(",
};

/** Has `work` done with a paused page on a server that three clients have talked to. */
async function withThreeClients(
  page: Page,
  work: (peers: string[], server: Server) => Promise<void>,
): Promise<void> {
  const args = ["select", "--sockets", SOCKETS, "--sleep", String(SLEEP_MS)];
  await using watched = await WatchedServer.open(page, args);
  const clients: Deno.TcpConn[] = [];
  try {
    for (let round = 0; round < 2; round++) {
      for (const [i, message] of MESSAGES.entries()) {
        // One after another: those that are seen together in the backlog have numbers in any order.
        const client = clients[i] ??= await watched.server.connect();
        assertEquals(await exchange(client, message), message);
      }
    }
    await page.locator(".log li", { hasText: "sent to" }).nth(5).waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    const peers = clients.map(({ localAddr }) => `127.0.0.1:${(localAddr as Deno.NetAddr).port}`);
    await work(peers, watched.server);
  } finally {
    for (const client of clients) client.close();
  }
}
