/**
 * The live view in a real browser: what it shows is what the model does.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertGreater, assertLessOrEqual, assertMatch } from "../harness/assert.ts";
import { browserTest } from "../harness/browser.ts";
import { encode } from "../harness/bytes.ts";
import { writeAll } from "../harness/clients.ts";
import { eventually } from "../harness/eventually.ts";
import { processTree } from "../harness/processes.ts";
import { openHandlerPanel, WatchedServer } from "../harness/watching.ts";

const POLL_INTERVAL_MS = 20;
const KINDS = hasSystemCalls() ? ["deno", "libc"] : ["deno"];

/**
 * On which lanes three clients are, in the order of their names, and on which sockets that is looked at: what the
 * lanes of most models say on both kinds is read in watch_ten_seconds_test.ts.
 */
const LANES: readonly [model: string, lanes: readonly string[], kinds: readonly string[]][] = [
  ["blocking", ["backlog", "backlog", "the thread"], ["deno", "libc"]],
  ["thread", ["thread 1", "thread 2", "thread 3"], ["libc"]],
  ["select", ["the loop", "the loop", "the loop"], ["deno"]],
  ["epoll", ["the loop", "the loop", "the loop"], ["libc"]],
  ["gevent", ["the loop", "the loop", "the loop"], ["deno"]],
];

for (const sockets of KINDS) {
  for (const [model, expected, kinds] of LANES) {
    if (!kinds.includes(sockets)) continue;
    // Only Linux tells who is in a backlog, so elsewhere those two are not seen.
    const lanes = hasSystemCalls() ? expected : expected.filter((lane) => lane !== "backlog");
    browserTest(
      `${model} on ${sockets} shows three clients on the lanes of who serves them`,
      async ({
        page,
        complaints,
      }) => {
        await using watched = await WatchedServer.open(page, [model, "--sockets", sockets]);
        for (let i = 0; i < 3; i++) await watched.press("+1");
        const clients = await watched.untilClients((shown) =>
          shown.map(({ lane }) => lane).sort().join() === lanes.join()
        );
        const inBacklog = clients.filter(({ state }) => state === "in the backlog");
        assertEquals(inBacklog.length, lanes.filter((lane) => lane === "backlog").length);
        assertEquals(complaints, []);
      },
    );
  }

  browserTest(
    `process on ${sockets} shows clients on lanes with the ids of their processes`,
    async ({
      page,
      complaints,
    }) => {
      await using watched = await WatchedServer.open(page, ["process", "--sockets", sockets]);
      for (let i = 0; i < 3; i++) await watched.press("+1");
      const clients = await watched.untilClients((shown) =>
        shown.length === 3 && shown.every(({ lane }) => /^process \d+$/.test(lane))
      );
      const shown = new Set(clients.map(({ lane }) => Number(lane.split(" ")[1])));
      const running = await processTree(watched.server.pid);
      assertEquals([...shown].filter((pid) => running.includes(pid)).length, 3);
      assertEquals(complaints, []);
    },
  );

  browserTest(
    `epoll on ${sockets}: a loop that is blocked for 2 s is shown, and the page lives on`,
    async ({
      page,
      complaints,
    }) => {
      // Byte by byte, so that it is blocked for long enough to be looked at, on a busy machine as well.
      const args = ["epoll", "--sockets", sockets, "--cpu", "2000", "--recv-size", "1"];
      await using watched = await WatchedServer.open(page, args);
      using client = await watched.server.connect();
      await writeAll(client, encode("work for a long time"));
      await page.locator(".facts", { hasText: /has been blocked for \d[.,\d]{3,} ms/ }).waitFor();
      const drawn = async () => Number(await page.locator("html").getAttribute("data-draws"));
      const before = await drawn();
      while (await drawn() < before + 5) await page.waitForTimeout(POLL_INTERVAL_MS);
      // Meanwhile the code is in the handler.
      await page.locator(".line.current", { hasText: "client.serve(chunk)" }).first().waitFor();
      assertEquals(complaints, []);
    },
  );
}

browserTest("what a client sends is shown as text and never as markup", async ({
  page,
  complaints,
}) => {
  await using watched = await WatchedServer.open(page, ["epoll"]);
  const title = await page.title();
  using client = await watched.server.connect();
  await writeAll(client, encode('<img src=x onerror="document.title=1">'));
  const line = page.locator(".log li", { hasText: "onerror" }).first();
  await line.waitFor();
  assertMatch(await line.textContent() ?? "", /^received from .*: "<img src=x onerror=/);
  assertEquals(await page.locator("img").count(), 0);
  assertEquals([await page.title(), complaints], [title, []]);
});

browserTest(
  "the handler's sleep is set from the page, and the server is stopped for a second",
  async ({
    page,
    complaints,
  }) => {
    await using watched = await WatchedServer.open(page, ["select"]);
    await openHandlerPanel(page);
    await page.getByLabel("sleeps ms").fill("5000");
    await page.getByLabel("sleeps ms").press("Enter");
    await watched.press("+1");
    await page.getByLabel("talk").check();
    await watched.untilClients(([client]) => client?.state === "sleeping in the handler");
    await watched.press("Stop it for 1 s");
    await page.locator(".facts", { hasText: "stopped by you" }).waitFor();
    assertEquals(complaints, []);
  },
);

browserTest("clients that are opened from the page talk, half-close, and are reset", async ({
  page,
}) => {
  await using watched = await WatchedServer.open(page, ["epoll"]);
  await watched.press("+10");
  await page.getByLabel("talk").check();
  await page.locator(".log li", { hasText: "received from" }).first().waitFor();
  await watched.leave("half-close");
  await watched.untilClients((clients) => clients.length === 0);
  await watched.press("+1");
  await watched.untilClients((clients) => clients.length === 1);
  await watched.leave("reset");
  if (hasSystemCalls()) {
    await page.locator(".log li", { hasText: "reset the connection" }).waitFor();
  }
  await watched.untilClients((clients) => clients.length === 0);
});

browserTest("the time can be stopped and gone back in, by keys alone", async ({ page }) => {
  await using watched = await WatchedServer.open(page, ["select"]);
  await watched.press("+1");
  await watched.untilClients((clients) => clients.length === 1);
  await page.locator("h1").click(); // so that no button has the keys
  const slider = page.getByRole("slider", { name: "Time" });
  const shown = async () => Number(await slider.inputValue());
  const begun = async () => Number(await slider.getAttribute("min"));
  while (await shown() < await begun() + 1_000) await page.waitForTimeout(POLL_INTERVAL_MS);
  await page.keyboard.press(" ");
  await page.getByRole("button", { name: "Resume" }).waitFor(); // it is drawn as it was stopped
  const stopped = await shown();
  await page.keyboard.press("ArrowLeft");
  while (await shown() > stopped - 500) await page.waitForTimeout(POLL_INTERVAL_MS);
});

browserTest("the page speaks Chinese, fits a phone, and is dark where that is wanted", async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await page.emulateMedia({ colorScheme: "dark" });
  await using _ = await WatchedServer.open(page, ["select", "--lang", "zh"]);
  assertEquals(await page.locator("html").getAttribute("lang"), "zh");
  await page.getByRole("button", { name: "让它停 1 秒" }).waitFor();
  await eventually(async () =>
    assertLessOrEqual(await page.evaluate<number>("document.documentElement.scrollWidth"), 390)
  );
  const color = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
  const [red] = (color.match(/\d+/g) ?? []).map(Number);
  assertGreater(100, red);
});
