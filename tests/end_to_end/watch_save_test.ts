/**
 * What leaves the live view: pictures, recordings, traces, pages in a file, and links to a moment.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { en } from "../../cli/messages/en/mod.ts";
import { readRecording } from "../../servers/watch/recorded_run.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertNotEquals,
} from "../harness/assert.ts";
import { browserTest, type Page } from "../harness/browser.ts";
import { exchange } from "../harness/clients.ts";
import { withDirectory } from "../harness/directory.ts";
import { eventually } from "../harness/eventually.ts";
import { assertNear } from "../harness/moment.ts";
import { PageProcess } from "../harness/page_process.ts";
import { run, Server } from "../harness/playground.ts";
import { InTerminal } from "../harness/terminal.ts";
import { test } from "../harness/test.ts";
import { checkTrace, parseTrace } from "../harness/trace_format.ts";
import { addressOf, startWatched, WatchedServer } from "../harness/watching.ts";

const { saveAs } = en.watch.page;
/** A usual recording, with the page itself, is below this. */
const MAX_PAGE_BYTES = 2_000_000;

browserTest("the page saves pictures, its last minute, a trace, and a page that replays it", (
  { page, complaints, requests },
) =>
  withDirectory(async (directory) => {
    await using watched = await WatchedServer.open(page, ["epoll", "--sleep", "20"]);
    using client = await watched.server.connect();
    for (const text of ["<one>", "two"]) assertEquals(await exchange(client, text), text);
    await page.locator(".log li", { hasText: /sent to .*"two"/ }).waitFor();

    const svg = await read(await save(page, directory, saveAs.svg, { isTyped: true }));
    assertMatch(svg, /^<svg [^>]*font-family="system-ui, /);
    assertEquals(await outsideOf(page, svg), []);
    for (const text of ["epoll", "the loop", en.watch.page.states.asleep, "Connections"]) {
      assert(svg.includes(text), text);
    }
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await read(await save(page, directory, saveAs.svg));
    assertNotEquals(backgroundOf(dark), backgroundOf(svg));
    const png = await Deno.readFile(await save(page, directory, saveAs.png));
    const [, width] = / width="(\d+)"/.exec(svg) ?? [];
    assertEquals(widthOfPng(png), 2 * Number(width));

    const recording = await save(page, directory, saveAs.recording);
    const { frames, leftOut } = await readRecording(recording, en);
    assertGreater(frames, 1);
    assertEquals(leftOut, 0);
    const events = parseTrace(await read(await save(page, directory, saveAs.trace)));
    assert(checkTrace(events).some(({ name }) => name === "handle"));

    const file = await save(page, directory, saveAs.html);
    await watched.server[Symbol.asyncDispose]();
    const before = requests.length;
    await page.context().setOffline(true);
    await page.goto(pathToFileURL(file).href);
    await page.locator(".log li", { hasText: /sent to .*"two"/ }).waitFor();
    const asked = requests.slice(before).map((address) => new URL(address).protocol);
    assertEquals([...new Set(asked)].filter((one) => !["file:", "data:"].includes(one)), []);
    assertEquals(complaints.filter((text) => !/ERR_CONNECTION|WebSocket/.test(text)), []);
  }));

browserTest(
  "a recording becomes a page that needs no network, in both languages",
  ({ page }) =>
    withRecording(async (recording, directory) => {
      const file = `${directory}/run.html`;
      const { code, stdout, stderr } = await run(["replay", recording, "--html", file]);
      assertEquals([code, stderr], [0, ""]);
      assertMatch(stdout, /^wrote .*run\.html \(.* kB\): a browser opens it, without a network$/m);
      assertLess((await Deno.stat(file)).size, MAX_PAGE_BYTES);
      await page.context().setOffline(true);
      await playsAlone(page, file);
      await page.getByRole("link", { name: "中文" }).click();
      await page.getByText("无需联网").waitFor();
      await page.getByRole("button", { name: "保存" }).click();
      await page.getByRole("group", { name: "保存: select" }).getByRole("button").first().waitFor();
      const buttons = await page.getByRole("group", { name: "保存: select" }).getByRole("button")
        .all();
      assertEquals(buttons.length, 2); // what a server makes is not offered
    }),
);

browserTest(
  "a link leads to a moment of a server that runs",
  ({ page, browser, complaints }) =>
    startWatched(["select"]).then(async (started) => {
      await using server = started;
      await page.goto(await addressOf(server));
      await page.locator("section.run").waitFor();
      using client = await server.connect();
      for (const text of ["one", "two"]) assertEquals(await exchange(client, text), text);
      await page.locator(".log li", { hasText: /sent to .*"two"/ }).waitFor();
      await page.getByRole("button", { name: "Pause" }).click();
      const first = await momentOf(page);
      await page.keyboard.press("ArrowLeft");
      await page.waitForURL((url) => url.hash !== `#t=${first}`);
      const second = await momentOf(page);
      assertLess(second, first);

      const other = await browser.newPage(); // of somebody else
      await other.goto(page.url());
      await other.getByRole("button", { name: "Resume" }).waitFor();
      // The address has whole milliseconds.
      await eventually(async () => assertNear(await shownMs(other), await shownMs(page), 1));
      assertEquals(await momentOf(other), second);
      await other.evaluate(`location.hash = "#t=${first}"`);
      await eventually(async () => {
        const apartMs = await shownMs(other) - await shownMs(page);
        assertNear(apartMs, (first - second) * 1_000, 1.5);
      });
      await other.evaluate('location.hash = "#t=86400"');
      await other.getByRole("alert").getByText("86,400.0 s after the start is not kept").waitFor();
      await other.getByRole("button", { name: "Resume" }).click();
      await other.waitForURL((url) => url.hash === "");
      assertEquals(complaints, []);
    }),
);

browserTest(
  "a link leads to the same moment of its recording",
  ({ page, complaints }) =>
    withRecording(async (file) => {
      const { process, address } = await PageProcess.start(["replay", file, "--port", "0"]);
      await using _ = process;
      const [{ hello: { startedMs } }, ...frames] = (await read(file)).trimEnd().split("\n")
        .map((line) => JSON.parse(line));
      // A busy machine may begin to record late.
      const momentMs = Math.round(frames[frames.length >> 1].timeMs - startedMs);
      await page.goto(`${address}#t=${momentMs / 1_000}`);
      await page.getByRole("button", { name: "Resume" }).waitFor();
      await eventually(async () => assertNear(await shownMs(page) - startedMs, momentMs, 1));
      assertEquals(await momentOf(page), momentMs / 1_000);
      assertEquals(complaints, []);
    }),
);

test(
  "s saves the last minute of a server that is watched in the terminal",
  () =>
    withDirectory(async (directory) => {
      await using server = await startWatched(["epoll"]);
      const { host } = new URL(await addressOf(server));
      using client = await server.connect();
      const terminal = new InTerminal(["watch", host], 120, 30, { cwd: directory });
      await terminal.until("the loop ");
      assertEquals(await exchange(client, "hello"), "hello");
      await terminal.until(/received from .*"hello"/);
      await terminal.press("s");
      await terminal.until(
        /saved the last \d+\.\d s: playground-epoll-\S+\.jsonl/,
      );
      await terminal.press("q");
      await terminal.end();
      const [{ name }] = await Array.fromAsync(Deno.readDir(directory));
      assertGreater((await readRecording(`${directory}/${name}`, en)).frames, 1);
    }),
  { ignore: Deno.build.os !== "linux" },
);

/** Opens a page in a file, and uses its player. */
async function playsAlone(page: Page, file: string): Promise<void> {
  await page.goto(pathToFileURL(file).href);
  await page.locator("section.run").waitFor();
  await page.getByText("it needs no network").waitFor();
  await page.getByRole("button", { name: "Play again" }).waitFor(); // it has come to its end
  await page.getByLabel("Speed").selectOption("0.01 ×");
  await page.getByRole("button", { name: "Play again" }).click();
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Resume" }).waitFor();
  const pausedMs = await shownMs(page);
  await page.getByRole("slider", { name: "Time" }).press("ArrowRight"); // seeks
  while (await shownMs(page) === pausedMs) await page.waitForTimeout(20);
  await page.evaluate('location.hash = "#t=0"');
  while (await shownMs(page) > pausedMs) await page.waitForTimeout(20);
  await page.getByLabel("Speed").selectOption("10 ×");
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Play again" }).waitFor();
  assertGreater(await page.locator(".log li").count(), 0);
}

/** Presses a button that saves something. @returns the path of the file */
async function save(
  page: Page,
  directory: string,
  name: string,
  { isTyped = false } = {},
): Promise<string> {
  const button = page.getByRole("button", { name, exact: true });
  if (!await button.isVisible()) await page.getByRole("button", { name: "Save" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    isTyped ? button.press("Enter") : button.click(),
  ]);
  const path = `${directory}/${download.suggestedFilename()}`;
  await download.saveAs(path);
  await page.locator("output", { hasText: `saved: ${download.suggestedFilename()}` }).waitFor();
  return path;
}

/** The moment in the address of a page, in seconds. */
async function momentOf(page: Page): Promise<number> {
  await page.waitForURL((url) => url.hash.startsWith("#t="));
  return Number(new URL(page.url()).hash.slice(3));
}

/** The time that a page shows, in milliseconds since the epoch. */
async function shownMs(page: Page): Promise<number> {
  return Number(await page.getByRole("slider", { name: "Time" }).inputValue());
}

/** What a picture takes from elsewhere; what is no XML is a fault. */
async function outsideOf(page: Page, svg: string): Promise<string[]> {
  return await page.evaluate<string[]>(`(() => {
    const picture = ${JSON.stringify(svg)};
    const { documentElement } = new DOMParser().parseFromString(picture, "image/svg+xml");
    if (documentElement.querySelector("parsererror") !== null) return ["no XML"];
    const texts = [...documentElement.querySelectorAll("*")].flatMap((one) =>
      [...one.attributes].map(({ value }) => value));
    return texts.filter((text) => /(?:https?:|url\\((?!#))/.test(text));
  })()`);
}

function backgroundOf(svg: string): string | undefined {
  return /<rect width="\d+" height="\d+" fill="(#\w+)"/.exec(svg)?.[1];
}

/** The width in the head of a PNG, RFC 2083. */
function widthOfPng(bytes: Uint8Array): number {
  return new DataView(bytes.buffer).getUint32(16);
}

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(path);
}

/** Has `work` done with a recording of less than a second. */
async function withRecording(
  work: (file: string, directory: string) => Promise<void>,
): Promise<void> {
  await withDirectory(async (directory) => {
    const file = `${directory}/run.jsonl`;
    await using server = await Server.start(["select", "--record", file, "--sleep", "150"]);
    const client = await server.connect();
    for (const text of ["one", "two", "three", "four"]) await exchange(client, text);
    client.close();
    await server.event("closed");
    await server.stop();
    await work(file, directory);
  });
}
