/**
 * The live view, checked by axe-core for faults that keep people out: in each of its states, in light and
 * dark, on a phone and on a desktop.
 *
 * @module
 */

import { assertEquals } from "../harness/assert.ts";
import { faultsOf } from "../harness/axe.ts";
import { drawingTest, type Page } from "../harness/browser.ts";
import { exchange } from "../harness/clients.ts";
import { AFTER_DRAWS } from "../harness/fake_page.ts";
import { PageProcess } from "../harness/page_process.ts";
import { Server } from "../harness/playground.ts";
import { openHandlerPanel, WatchedServer } from "../harness/watching.ts";

/** Each color scheme and each size. All four of their pairs would find nothing more. */
const LOOKS = [
  { colorScheme: "light", width: 1_280, height: 800 },
  { colorScheme: "dark", width: 390, height: 844 },
] as const;

drawingTest("axe-core finds no fault in any state of a live page", async ({ page }) => {
  await using watched = await WatchedServer.open(page, ["select"]);
  await page.getByText("No client yet").waitFor();
  await check(page, "empty");
  await watched.press("Open three clients that talk");
  await page.getByRole("checkbox", { name: "talk", checked: true }).waitFor();
  await watched.untilClients((clients) => clients.length === 3);
  await page.locator(".log li", { hasText: "received from" }).first().waitFor();
  await check(page, "with clients");
  await page.getByRole("button", { name: "Pause" }).click();
  await check(page, "paused");
  await page.keyboard.press("n");
  await check(page, "a client followed");
  await openHandlerPanel(page);
  await check(page, "a panel open");
  await page.getByLabel("sleeps ms").fill("99999");
  await page.keyboard.press("Enter");
  await page.locator(".status", { hasText: "whole number" }).waitFor();
  await check(page, "a command refused");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Save" }).click();
  await check(page, "the menu to save open");
  await page.keyboard.press("Escape");
  await page.locator("h1").click(); // so that no button has the keys
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await check(page, "the list of keys open");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
});

drawingTest("axe-core finds no fault in a presentation", async ({ page }) => {
  await using watched = await WatchedServer.open(page, ["epoll"]);
  await watched.press("Open three clients that talk");
  await page.locator("figcaption", { hasText: "Connections 3" }).waitFor();
  await page.keyboard.press("f");
  await page.locator("html.presenting").waitFor();
  await check(page, "presented");
  await page.keyboard.press("c");
  await check(page, "presented with the drawer");
});

drawingTest("axe-core finds no fault where two models are compared", async ({ page }) => {
  const args = ["watch", "--compare", "blocking", "epoll", "--port", "0"];
  const { process, address } = await PageProcess.start(args);
  await using _ = process;
  await page.goto(address);
  await page.getByRole("button", { name: "Open three clients that talk" }).first().click();
  await page.locator("figcaption", { hasText: "Connections 3" }).waitFor();
  await check(page, "compared");
});

drawingTest("axe-core finds no fault in a replay, in Chinese either", async ({ page }) => {
  const file = await Deno.makeTempFile({ suffix: ".jsonl" });
  try {
    await using server = await Server.start(["process", "--record", file]);
    using client = await server.connect();
    assertEquals(await exchange(client, "hello"), "hello");
    await server.stop();
    const { process, address } = await PageProcess.start(["replay", file, "--port", "0"]);
    await using _ = process;
    await page.goto(address);
    await page.locator(".log li").first().waitFor();
    await check(page, "replayed");
    await page.getByRole("link", { name: "中文" }).click();
    await page.locator("html[lang=zh] .log li").first().waitFor();
    await check(page, "replayed in Chinese");
  } finally {
    await Deno.remove(file);
  }
});

/** Checks a state in all looks. */
async function check(page: Page, state: string): Promise<void> {
  const faults: string[] = [];
  for (const { colorScheme, ...size } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize(size);
    await page.evaluate(AFTER_DRAWS);
    for (const fault of await faultsOf(page)) faults.push(`${colorScheme}: ${fault}`);
  }
  assertEquals([state, ...faults], [state]);
}
