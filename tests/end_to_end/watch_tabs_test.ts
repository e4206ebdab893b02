/**
 * Many pages on one server, one page on several servers, and pages that nobody sees.
 *
 * @module
 */

import { freePort } from "../../clients/target/listening_ports.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertGreater, assertMatch } from "../harness/assert.ts";
import { browserTest, drawRarely, type Page, type Visit } from "../harness/browser.ts";
import { eventually } from "../harness/eventually.ts";
import { PageProcess } from "../harness/page_process.ts";
import { Server } from "../harness/playground.ts";
import { addressOf, startWatched, WatchedServer } from "../harness/watching.ts";

/** More than a browser opens connections to one server for requests, which are six. */
const TABS = 7;
/** Each of these shows two servers. */
const COMPARING_TABS = 4;

/** Tabs of one browser, which share its connections. */
async function openTabs(browser: Visit["browser"], length: number): Promise<Page[]> {
  const context = await browser.newContext();
  await drawRarely(context);
  return await Promise.all(Array.from({ length }, () => context.newPage()));
}

/** Has a page believe that it is hidden, or seen again. */
async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, "hidden", { value: ${isHidden}, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  `);
}

/** Waits until the page has been sent a frame. */
async function untilTold(page: Page): Promise<void> {
  await page.locator(".synthetic", { hasText: /\d/ }).waitFor();
}

/** Opens one more client from a page, and waits until there are `count`. */
async function openClient(page: Page, count: number): Promise<void> {
  await page.getByRole("button", { name: "+1", exact: true }).click();
  await page.locator(".synthetic", { hasText: new RegExp(`^${count} client`) }).waitFor();
}

/** Stops the drawing of a page, but not its frames: many pages that draw are slow. */
async function stopDrawing(page: Page): Promise<void> {
  await page.evaluate("globalThis.requestAnimationFrame = () => 0");
}

browserTest(`${TABS} tabs all show the server, and their buttons work`, async ({ browser }) => {
  await using server = await startWatched(["select"]);
  const address = await addressOf(server);
  for (const [index, page] of (await openTabs(browser, TABS)).entries()) {
    await page.bringToFront(); // as who presses its buttons does: in the background, timers run once a second
    await page.goto(address);
    await untilTold(page);
    await openClient(page, index + 1);
    await stopDrawing(page);
  }
});

browserTest(`with two models compared, ${COMPARING_TABS} tabs show both`, async ({ browser }) => {
  const args = ["watch", "--compare", "select", "poll", "--port", "0"];
  const { process, address } = await PageProcess.start(args);
  await using _ = process;
  for (const [index, page] of (await openTabs(browser, COMPARING_TABS)).entries()) {
    await page.bringToFront();
    await page.goto(address);
    await untilTold(page);
    // It has frames of both servers.
    for (const facts of hasSystemCalls() ? await page.locator(".facts").all() : []) {
      await facts.filter({ hasText: "in the backlog: 0" }).waitFor();
    }
    await openClient(page, index + 1);
    await stopDrawing(page);
  }
});

browserTest("another server at the same address is shown as what it is", async ({ page }) => {
  const port = String(freePort()); // no other is given it while nobody listens
  const first = await Server.start(["epoll", "--quiet", "--watch", port]);
  const { host } = new URL(await addressOf(first));
  try {
    await page.goto(await addressOf(first));
    await untilTold(page);
  } finally {
    await first.stop();
    await first[Symbol.asyncDispose]();
  }
  await page.locator(".lost", { hasText: "cannot be reached" }).waitFor();
  await using second = await Server.start(["select", "--quiet", "--watch", port]);
  await page.getByRole("heading", { name: "select", exact: true }).waitFor();
  await page.locator("section.run .address", { hasText: `pid ${second.pid}` }).waitFor();
  await page.locator(".lost", { hasText: "Another server now runs here" }).waitFor();
  await untilTold(page);
  const button = page.getByRole("button", { name: "+1", exact: true });
  assertEquals(await button.isDisabled(), true);
  assertMatch(await addressOf(second), new RegExp(host));
  await page.goto(await addressOf(second));
  await button.click();
  await page.locator(".synthetic", { hasText: /^1 client/ }).waitFor();
  assertEquals(await page.locator(".lost:visible").count(), 0);
});

browserTest("a page that nobody sees is sent nothing, and says what it has missed", async ({
  page,
  complaints,
  streams,
}) => {
  const closed = Promise.withResolvers<void>();
  page.on("websocket", (socket) => socket.on("close", () => closed.resolve()));
  await using watched = await WatchedServer.open(page, ["select"]);
  // The first message is who runs. What was kept of the past can be shown before a frame has come, and would be
  // followed by the next one without a gap.
  await eventually(() => Promise.try(assertGreater, streams[0]?.messages ?? 0, 1));
  await untilTold(page);
  await setHidden(page, true);
  await closed.promise;
  using _client = await watched.server.connect(); // which the page does not see coming
  await setHidden(page, false);
  await page.locator(".log li", { hasText: /this page received nothing for/ }).waitFor();
  await watched.untilClients((clients) => clients.length === 1);
  assertEquals([await page.locator(".lost:visible").count(), complaints], [0, []]);
});

browserTest("a command that is not answered says so", async ({ page }) => {
  await using watched = await WatchedServer.open(page, ["select"]);
  await untilTold(page);
  watched.server.signal("SIGSTOP");
  try {
    await watched.press("+1");
    await page.locator(".status", { hasText: /not done: .* did not answer within 5 s/ }).waitFor();
  } finally {
    watched.server.signal("SIGCONT");
  }
  await watched.press("+1"); // and goes on when it can
  await watched.untilClients((clients) => clients.length > 0);
});
