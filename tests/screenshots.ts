/**
 * Makes pictures of the live view: of each model with three clients, of a loop that is blocked, of two
 * models side by side, and of 1,000 clients.
 *
 *   deno task screenshots [DIRECTORY]
 *
 * Needs Chromium, and a font with Chinese characters. README shows some of them.
 *
 * @module
 */

import type { Page } from "playwright-core";
import { withBrowser } from "./harness/browser.ts";
import { PageProcess } from "./harness/page_process.ts";
import { WatchedServer } from "./harness/watching.ts";

const directory = Deno.args[0] ?? ".github/screenshots";
const SIZE = { width: 1_280, height: 800 };
/** How long the clients talk before the picture is taken. */
const TALK_MS = 5_000;

/** A picture: the arguments of `serve`, and the buttons to press before. */
interface Scene {
  readonly name: string;
  readonly args: readonly string[];
  readonly buttons: readonly string[];
}

const three = ["+1", "+1", "+1"];
const SCENES: readonly Scene[] = [
  ...["blocking", "process", "thread", "select", "epoll", "gevent"].map((model) => ({
    ...{ name: model, args: [model], buttons: three },
  })),
  { name: "epoll-libc", args: ["epoll", "--sockets", "libc"], buttons: three },
  { name: "blocked-loop", args: ["epoll", "--cpu", "2000"], buttons: three },
  { name: "sleeping-threads", args: ["thread", "--sleep", "300"], buttons: ["+10"] },
  { name: "thousand", args: ["select"], buttons: ["+1,000"] },
];

await Deno.mkdir(directory, { recursive: true });
for (const { name, args, buttons } of SCENES) {
  await picture(name, async (page) => {
    await using watched = await WatchedServer.open(page, args);
    await talk(page, buttons);
    await save(page, name);
    await watched.server.stop();
  });
}
await picture("compare", async (page) => {
  const args = ["watch", "--compare", "blocking", "thread", "--port", "0"];
  const { process, address } = await PageProcess.start(args);
  await using _ = process;
  await page.goto(address);
  await talk(page, three);
  await save(page, "compare");
  await process.stop();
});

async function picture(name: string, make: (page: Page) => Promise<void>): Promise<void> {
  await withBrowser(async ({ page }) => {
    await page.setViewportSize(SIZE);
    await make(page);
  });
  console.log(`${directory}/${name}.png`);
}

/** Opens clients and lets them talk for a while. */
async function talk(page: Page, buttons: readonly string[]): Promise<void> {
  for (const name of buttons) {
    await page.getByRole("button", { name, exact: true }).click();
    await page.waitForTimeout(500);
  }
  await page.getByLabel("talk").check();
  await page.waitForTimeout(TALK_MS);
}

async function save(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${directory}/${name}.png` });
}
