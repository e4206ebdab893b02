/**
 * What the page says of a server: in its own language, and only what is true of the model.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertMatch } from "../harness/assert.ts";
import { browserTest } from "../harness/browser.ts";
import { encode } from "../harness/bytes.ts";
import { writeAll } from "../harness/clients.ts";
import { openHandlerPanel, WatchedServer } from "../harness/watching.ts";

const KINDS = hasSystemCalls() ? ["deno", "libc"] : ["deno"];

browserTest("the log speaks the language of the page, whatever the server speaks", async ({
  page,
}) => {
  await using watched = await WatchedServer.open(page, ["select"]);
  await page.getByRole("link", { name: "中文" }).click();
  await page.locator("html[lang=zh] section.run").waitFor();
  using client = await watched.server.connect();
  await writeAll(client, encode("hello"));
  await page.locator(".log li", { hasText: /^收到.*"hello"/ }).first().waitFor();
  assertEquals(await page.locator(".log li", { hasText: "received" }).count(), 0);
});

browserTest("a number out of range is answered with the range", async ({ page }) => {
  await using _ = await WatchedServer.open(page, ["select"]);
  await openHandlerPanel(page);
  await page.getByLabel("sleeps ms").fill("99999");
  await page.getByLabel("sleeps ms").press("Enter");
  const said = "sleeps ms: a whole number from 0 to 60000";
  await page.locator(".status", { hasText: said }).waitFor();
});

for (const sockets of KINDS) {
  browserTest(
    `the page says on ${sockets} for which processes its sleep holds`,
    async ({ page }) => {
      await using _ = await WatchedServer.open(page, ["process", "--sockets", sockets]);
      const answered = page.waitForResponse("**/control");
      await openHandlerPanel(page);
      await page.getByLabel("sleeps ms").fill("100");
      await page.getByLabel("sleeps ms").press("Enter");
      const { warnings } = await (await answered).json();
      assertEquals(warnings, sockets === "deno" ? ["new-processes-only"] : []);
      const said = page.locator(".status", { hasText: "processes started from now on" });
      if (sockets === "deno") await said.waitFor();
    },
  );
}

for (const [model, sockets] of [["greenlet", KINDS[0]], ["gevent", KINDS[KINDS.length - 1]]]) {
  browserTest(`${model} on ${sockets} shows the call that it waits in`, async ({ page }) => {
    await using watched = await WatchedServer.open(page, [model, "--sockets", sockets]);
    await watched.press("Open three clients that talk");
    await page.locator(".facts", { hasText: /epoll_wait: .* returns\/s, .* scanned/ }).waitFor();
  });
}

browserTest("blocking has no loop, and shows no latency of one", async ({ page }) => {
  await using watched = await WatchedServer.open(page, ["blocking"]);
  await watched.press("+1");
  await page.locator("figcaption", { hasText: "Connections 1" }).waitFor();
  const charts = (await page.locator(".charts figcaption").allTextContents()).join();
  assertMatch(charts, /^Connections.*CPU.*Memory[^L]*$/);
});
