/**
 * The live view in a real browser: what it shows is what the model does.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/sockets/system_calls.ts";
import { assert, assertEquals, assertGreater, assertMatch } from "../harness/assert.ts";
import { encode } from "../harness/bytes.ts";
import { CHROMIUM } from "../harness/browser.ts";
import { writeAll } from "../harness/clients.ts";
import { test } from "../harness/test.ts";
import { WatchedPage } from "../harness/watching.ts";

const ignore = CHROMIUM === undefined;

/** On which lanes three clients are, in the order of their names. */
const LANES: readonly [model: string, lanes: readonly string[]][] = [
  ["blocking", ["backlog", "backlog", "the thread"]],
  ["process", ["process 1", "process 2", "process 3"]],
  ["thread", ["thread 1", "thread 2", "thread 3"]],
  ["select", ["the loop", "the loop", "the loop"]],
  ["epoll", ["the loop", "the loop", "the loop"]],
  ["gevent", ["the loop", "the loop", "the loop"]],
];
const KINDS = ["deno", "libc"];

for (const sockets of KINDS) {
  for (const [model, expected] of LANES) {
    test(
      `${model} on ${sockets}: three clients from the page are on the lanes of who serves them`,
      async () => {
        await using watched = await WatchedPage.open([model, "--sockets", sockets]);
        for (let i = 0; i < 3; i++) await watched.press("+1");
        const lanesOf = (clients: readonly { lane: string }[]) =>
          clients.map(({ lane }) => lane).sort();
        const clients = await watched.untilClients((shown) =>
          lanesOf(shown).join() === expected.join()
        );
        assertEquals(lanesOf(clients), expected);
        const waiting = clients.filter(({ state }) => state === "in the backlog").length;
        assertEquals(waiting, model === "blocking" ? 2 : 0);
        assertEquals(watched.browser.complaints, []);
      },
      { ignore: ignore || sockets === "libc" && !hasSystemCalls() },
    );
  }
}

const MARKUP = '<img src=x onerror="document.title=1">';

test("what a client sends is shown as text and never as markup", async () => {
  await using watched = await WatchedPage.open(["epoll"]);
  const title = await watched.page.title();
  using client = await watched.server.connect();
  await writeAll(client, encode(MARKUP));
  const line = watched.page.locator(".log li", { hasText: "onerror" }).first();
  await line.waitFor();
  assertMatch(await line.textContent() ?? "", /^received from .*: "<img src=x onerror=/);
  assertEquals(await watched.page.locator("img").count(), 0);
  assertEquals([await watched.page.title(), watched.browser.complaints], [title, []]);
}, { ignore });

for (const sockets of KINDS) {
  test(
    `epoll on ${sockets}: a loop that is blocked for 2 s is shown, and the page lives on`,
    async () => {
      await using watched = await WatchedPage.open([
        "epoll",
        "--sockets",
        sockets,
        "--cpu",
        "2000",
      ]);
      const { page } = watched;
      const drawn = async () => Number(await page.locator("html").getAttribute("data-draws"));
      using client = await watched.server.connect();
      await writeAll(client, encode("two seconds of work"));
      const facts = page.locator(".facts", { hasText: /has not come round for 1[.,\d]* ms/ });
      await facts.waitFor();
      const before = await drawn();
      while (await drawn() < before + 5) await page.waitForTimeout(20);
      // The code is in the handler meanwhile.
      await page.locator(".line.current", { hasText: "client.serve(chunk)" }).first().waitFor();
      assertEquals(watched.browser.complaints, []);
    },
    { ignore: ignore || sockets === "libc" && !hasSystemCalls() },
  );
}

test(
  "the handler's sleep is set from the page, and the server can be stopped for a second",
  async () => {
    await using watched = await WatchedPage.open(["select"]);
    const { page } = watched;
    await page.getByLabel("sleeps ms").fill("5000");
    await page.getByLabel("sleeps ms").press("Enter");
    await watched.press("+1");
    await page.getByLabel("talk").check();
    await watched.untilClients(([client]) => client?.state === "sleeping in the handler");
    await watched.press("Stop it for 1 s");
    await page.locator(".facts", { hasText: "stopped by you" }).waitFor();
    assertEquals(watched.browser.complaints, []);
  },
  { ignore },
);

test("clients that are opened from the page talk, half-close, and are reset", async () => {
  await using watched = await WatchedPage.open(["epoll"]);
  const { page } = watched;
  await watched.press("+10");
  await page.getByLabel("talk").check();
  await page.locator(".log li", { hasText: "received from" }).first().waitFor();
  await watched.press("half-close");
  await watched.untilClients((clients) => clients.length === 0);
  await watched.press("+1");
  await watched.untilClients((clients) => clients.length === 1);
  await watched.press("reset");
  if (hasSystemCalls()) {
    await page.locator(".log li", { hasText: "has reset the connection" }).waitFor();
  }
  await watched.untilClients((clients) => clients.length === 0);
}, { ignore });

test("the time can be stopped and gone back in, by keys alone", async () => {
  await using watched = await WatchedPage.open(["select"]);
  const { page } = watched;
  await watched.press("+1");
  await watched.untilClients((clients) => clients.length === 1);
  const slider = page.getByRole("slider", { name: "Time" });
  await page.locator("h1").click();
  await page.keyboard.press(" ");
  const stopped = Number(await slider.inputValue());
  await page.keyboard.press("ArrowLeft");
  while (Number(await slider.inputValue()) > stopped - 500) await page.waitForTimeout(20);
  await page.getByRole("button", { name: "Go on" }).waitFor();
}, { ignore });

test("the page speaks Chinese, fits a phone, and is dark where that is wanted", async () => {
  await using watched = await WatchedPage.open(["select", "--lang", "zh"], {
    width: 390,
    height: 800,
    colorScheme: "dark",
  });
  const { page } = watched;
  assertEquals(await page.locator("html").getAttribute("lang"), "zh");
  await page.getByRole("button", { name: "让它停 1 秒" }).waitFor();
  const columns = await page.evaluate<number>("document.documentElement.scrollWidth");
  assert(columns <= 390, `${columns} pixels wide`);
  const color = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
  const [red] = (color.match(/\d+/g) ?? []).map(Number);
  assertGreater(100, red);
}, { ignore });
