/**
 * Makes pictures of the live view: of each model with three clients, of a loop that is blocked, of 1,000
 * clients, of two models side by side, of slow motion, of a presentation; light and dark, on a desktop and
 * on a phone.
 *
 *   deno task screenshots [DIRECTORY]
 *
 * Without a directory it makes only those that a README shows. Needs Chromium, and a font with Chinese
 * characters.
 *
 * @module
 */

import type { Page } from "playwright-core";
import { withBrowser } from "./harness/browser.ts";
import { PageProcess } from "./harness/page_process.ts";
import { addressOf, startWatched } from "./harness/watching.ts";

const DESKTOP = { width: 1_280, height: 800 };
const PROJECTOR = { width: 1_920, height: 1_080 };
const PHONE = { width: 390, height: 844 };
/** How long the clients talk before the picture is taken. */
const TALK_MS = 12_000;
/** How long drawings take to follow a change of the window. */
const REDRAWN_MS = 1_500;

/** A picture. */
interface Scene {
  readonly name: string;
  /** Of `serve`, or of a command that shows a page. */
  readonly args: readonly string[];
  /** The buttons to press before. */
  readonly buttons: readonly string[];
  readonly isDark?: boolean;
  readonly size?: typeof DESKTOP;
  readonly locale?: "zh";
  /** What is done at last. */
  readonly last?: (page: Page) => Promise<void>;
}

const three = ["+1", "+1", "+1"];
const compare = ["watch", "--compare", "blocking", "thread", "--port", "0"];

/** Those of a README. */
const SHOWN: readonly Scene[] = [
  { name: "compare", args: compare, buttons: three },
  { name: "blocked-loop", args: ["epoll", "--cpu", "2000"], buttons: three },
  { ...at(PROJECTOR), name: "presentation", args: ["select"], buttons: three, last: present },
];

const OTHERS: readonly Scene[] = [
  ...["blocking", "process", "thread", "select", "epoll", "gevent"].map((model) => ({
    ...{ name: model, args: [model], buttons: three },
  })),
  { name: "epoll-libc", args: ["epoll", "--sockets", "libc"], buttons: three },
  { name: "sleeping-threads", args: ["thread", "--sleep", "300"], buttons: ["+10"] },
  { name: "thousand", args: ["select"], buttons: ["+1,000"] },
  { name: "empty", args: ["select"], buttons: [] },
  { name: "slow-motion", args: ["select"], buttons: three, last: slowDown },
  { name: "keys", args: ["select"], buttons: three, last: (page) => page.keyboard.press("?") },
  { ...at(PROJECTOR), name: "projector", args: ["epoll"], buttons: three },
  ...[false, true].flatMap((isDark) => [
    { ...at(PHONE), name: named("phone", isDark), isDark, args: ["select"], buttons: three },
    { name: named("chinese", isDark), isDark, locale: "zh" as const, args: ["epoll"], buttons: [] },
  ]),
  { name: "select-dark", isDark: true, args: ["select"], buttons: three },
  { name: "thousand-dark", isDark: true, args: ["select"], buttons: ["+1,000"] },
  { name: "compare-dark", isDark: true, args: compare, buttons: three },
  { ...at(PROJECTOR), name: "presentation-compared", args: compare, buttons: three, last: present },
  {
    ...{ ...at(PROJECTOR), name: "presentation-dark", isDark: true, args: ["epoll"] },
    ...{ buttons: three, last: present },
  },
];

const [directory = ".github/screenshots"] = Deno.args;
await Deno.mkdir(directory, { recursive: true });
for (const scene of Deno.args.length > 0 ? [...SHOWN, ...OTHERS] : SHOWN) {
  await take(scene);
  console.log(`${directory}/${scene.name}.png`);
}

async function take({ name, args, buttons, isDark, size, locale, last }: Scene): Promise<void> {
  await withBrowser(async ({ page }) => {
    await page.setViewportSize(size ?? DESKTOP);
    await page.emulateMedia({ colorScheme: isDark ? "dark" : "light" });
    await withAddress(
      locale === undefined ? args : [...args, "--lang", locale],
      async (address) => {
        await page.goto(address);
        await page.locator("section.run").last().waitFor();
        if (buttons.length > 0) await talk(page, buttons);
        await last?.(page);
        await page.waitForTimeout(REDRAWN_MS);
        await page.screenshot({ path: `${directory}/${name}.png` });
      },
    );
  });
}

/** Has `work` done with the address of a page, and ends the program that shows it. */
async function withAddress(
  args: readonly string[],
  work: (address: string) => Promise<void>,
): Promise<void> {
  if (args[0] === "watch") {
    const { process, address } = await PageProcess.start(args);
    await using _ = process;
    await work(address);
    await process.stop();
  } else {
    await using server = await startWatched(args);
    await work(await addressOf(server));
    await server.stop();
  }
}

/** Opens clients and lets them talk for a while. */
async function talk(page: Page, buttons: readonly string[]): Promise<void> {
  for (const name of buttons) {
    await page.getByRole("button", { name, exact: true }).click();
    await page.waitForTimeout(500);
  }
  await page.getByLabel("talk").check();
  await page.mouse.move(0, 0);
  await page.waitForTimeout(TALK_MS);
}

async function present(page: Page): Promise<void> {
  await page.locator("h1").click(); // so that no field has the keys
  await page.keyboard.press("f");
}

/** A hundredth of the speed, a few events ago. */
async function slowDown(page: Page): Promise<void> {
  await page.locator("h1").click();
  await page.getByRole("button", { name: "Pause" }).click();
  for (let i = 0; i < 6; i++) await page.keyboard.press(",");
}

function at(size: typeof DESKTOP) {
  return { size };
}

function named(name: string, isDark: boolean): string {
  return isDark ? `${name}-dark` : name;
}
