/**
 * The course as a command: its arguments, what runs for it, and that nothing of that is left.
 *
 * @module
 */

import { freePort } from "../../clients/target/listening_ports.ts";
import { CHAPTERS } from "../../clients/learn/chapters/mod.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../harness/assert.ts";
import { browserTest, type Page } from "../harness/browser.ts";
import { atStep, turn } from "../harness/course.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { PageProcess } from "../harness/page_process.ts";
import { run } from "../harness/playground.ts";
import { commandLines, processTree, untilAllEnded, untilNextLook } from "../harness/processes.ts";
import { InTerminal } from "../harness/terminal.ts";
import { test } from "../harness/test.ts";

const isLinux = hasSystemCalls();
const ignore = !isLinux;
/** How long servers may take to end. Generous: it is for hanging, not speed. */
const MAX_ENDING_MS = 60_000;
const [FIRST] = CHAPTERS;
/** The first step of the first chapter that starts a server. */
const SERVES = FIRST.steps.findIndex((step) =>
  step.kind === "do" && step.actions.some((action) => action.do === "serve")
);

/** Starts the course, and opens a page at the step that starts a server. */
async function openAtServer(
  page: Page,
  port = 0,
): Promise<{ process: PageProcess; address: string }> {
  const { process, address } = await PageProcess.start(["learn", "--port", String(port)]);
  await page.goto(`${address}#${FIRST.id}/${SERVES + 1}`);
  await untilServed(page);
  return { process, address };
}

async function untilServed(page: Page): Promise<void> {
  await page.locator(".run .address").waitFor();
}

/** The servers that run for a course. */
async function serversOf(pid: number): Promise<number[]> {
  const servers: number[] = [];
  for (const one of await processTree(pid)) {
    const [line = ""] = await commandLines([one]);
    if (/ serve \w/.test(line)) servers.push(one);
  }
  return servers;
}

/** Waits until so many servers run for a course. */
async function untilServers(pid: number, count: number): Promise<number[]> {
  for (const startedMs = performance.now();;) {
    const servers = await serversOf(pid);
    if (servers.length === count) return servers;
    assert(performance.now() - startedMs < MAX_ENDING_MS, `${servers.length} servers run`);
    await untilNextLook();
  }
}

test("a chapter that there is not is named, with the nearest and all that there are", async () => {
  const unknown = /unknown chapter selekt; did you mean select\? .*1 blocking, 2 process/;
  assertOneLine(await run(["learn", "selekt", "--text"]), 2, unknown);
  for (const word of ["0", String(CHAPTERS.length + 1)]) {
    assertEquals((await run(["learn", word])).code, 2);
  }
});

test("flags that contradict each other are refused", async () => {
  const wrong = [
    ["--text", "--export", "site"],
    ["--text", "--port", "0"],
    ["--export", "site", "--open"],
  ];
  for (const flags of wrong) {
    assertOneLine(await run(["learn", ...flags]), 2, /cannot be used together/);
  }
});

test("a port in use is said", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const outcome = await run(["learn", "--port", String(taken.addr.port)]);
  assertOneLine(outcome, 1, /--port \d+: the port is in use/);
});

test("a directory that is not empty, or cannot be made, is left alone", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/mine`, "mine");
    const outcome = await run(["learn", "--export", directory]);
    assertOneLine(outcome, 1, /^--export \S+: the directory is not empty/);
    assertEquals([...Deno.readDirSync(directory)].map(({ name }) => name), ["mine"]);
    const below = await run(["learn", "--export", `${directory}/mine/site`]);
    assertOneLine(below, 1, /^--export .*\/mine\/site: part of the path is not a directory/);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

test("in the terminal, answers come from a file, and wrong and right ones are judged", async () => {
  const questions = FIRST.steps.filter(({ kind }) => kind === "predict" || kind === "check").length;
  for (const [lang, right, wrong] of [["en", "✓ Right", "✗ Not so"], ["zh", "✓ 对", "✗ 不是"]]) {
    const args = ["learn", FIRST.id, "--text", "--lang", lang];
    const answers = Array.from({ length: questions }, (_, i) => `${1 + i % 2}\n`).join("");
    const { code, stdout, stderr } = await run(args, { input: answers });
    assertEquals([code, stderr], [0, ""]);
    const judged = stdout.split("\n").filter((line) => /^[✓✗]/.test(line));
    assertEquals(judged.length, questions, stdout);
    assert(judged.every((line) => line.startsWith(right) || line.startsWith(wrong)), stdout);
    assertStringIncludes(stdout, FIRST.tryIt[0].command);
  }
}, { ignore });

test("input that ends before a question is answered says so", async () => {
  const { code, stderr } = await run(["learn", FIRST.id, "--text"], { input: "" });
  assertEquals(code, 1);
  assertMatch(stderr, /^the input ended before the question was answered\n$/);
}, { ignore });

test("in a terminal, Enter goes on, and q leaves and says how to come back", async () => {
  const terminal = new InTerminal(["learn", "1", "--text"], 80, 24);
  await terminal.until("Enter goes on");
  await terminal.press("\n");
  await terminal.until(/\[2\//);
  await terminal.press("b\n");
  await terminal.until(/\[2\/[^]*\[1\//);
  await terminal.press("q\n");
  const output = await terminal.end();
  assertStringIncludes(output, `playground learn ${FIRST.id} --text`);
  assertStringIncludes(output, "status 0");
}, { ignore });

test("Ctrl-C in the terminal ends the server", async () => {
  const terminal = new InTerminal(["learn", "1", "--text"], 80, 24);
  const [, shell] = await terminal.until(/pid (\d+)/);
  for (let step = 0; step < SERVES; step++) {
    await terminal.until(new RegExp(`\\[${step + 1}/`));
    await terminal.press("\n");
  }
  const pids = await untilServers(Number(shell), 1);
  await terminal.press("\x03");
  await terminal.end();
  await untilAllEnded(pids, MAX_ENDING_MS);
}, { ignore });

browserTest("a page that is closed in the middle ends its server", async ({ page }) => {
  const { process } = await openAtServer(page);
  await using _ = process;
  const servers = await untilServers(process.pid, 1);
  await page.close();
  await untilAllEnded(servers, MAX_ENDING_MS);
}, { ignore });

browserTest("a page that is loaded anew has a server of its own, and the old one ends", async ({
  page,
}) => {
  const { process } = await openAtServer(page);
  await using _ = process;
  const [before] = await untilServers(process.pid, 1);
  await page.reload();
  await atStep(page, FIRST, SERVES); // the token is kept, and so is the step
  await untilServed(page);
  await untilAllEnded([before], MAX_ENDING_MS);
  await untilServers(process.pid, 1);
}, { ignore });

browserTest("each tab has a server of its own, and leaves the other's alone", async ({
  browser,
}) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const { process, address } = await openAtServer(page);
  await using _ = process;
  const other = await context.newPage();
  const { origin } = new URL(address);
  await other.goto(`${origin}/#${FIRST.id}/${SERVES + 1}`); // a link to a step has no token
  await untilServed(other);
  const both = await untilServers(process.pid, 2);
  await other.close();
  const [left] = await untilServers(process.pid, 1);
  assert(both.includes(left));
  await turn(page);
  await atStep(page, FIRST, SERVES + 1);
}, { ignore });

browserTest("another chapter ends the server of the former", async ({ page }) => {
  const { process } = await openAtServer(page);
  await using _ = process;
  const servers = await untilServers(process.pid, 1);
  await page.locator(".chapters > summary").click();
  await page.locator(`.chapters a[href="#${CHAPTERS[1].id}"]`).click();
  await atStep(page, CHAPTERS[1], 0);
  await untilAllEnded(servers, MAX_ENDING_MS);
}, { ignore });

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const) {
  browserTest(`${signal} ends the course and its servers, and the page says so`, async ({
    page,
  }) => {
    const port = freePort(); // no other is given it when it has become free again
    const { process, address } = await openAtServer(page, port);
    await using _ = process;
    const tree = await processTree(process.pid);
    Deno.kill(process.pid, signal);
    await page.locator(".lost:visible", { hasText: "has ended in the terminal" }).first()
      .waitFor();
    await untilAllEnded(tree, MAX_ENDING_MS);
    const { hostname } = new URL(address);
    Deno.listen({ hostname, port }).close(); // the port is free
  }, { ignore });
}

browserTest("a server that ends in the middle is missed, and runs again", async ({ page }) => {
  const { process } = await openAtServer(page);
  await using _ = process;
  await page.locator(".doings > li.done").nth(0).waitFor();
  await turn(page);
  await page.locator("[data-does=press]").first().waitFor();
  const [server] = await untilServers(process.pid, 1);
  Deno.kill(server, "SIGKILL");
  const again = page.locator("[data-does=again]");
  await again.waitFor();
  assertMatch(await page.locator(".changing .lost").innerText(), /blocking has ended/);
  await again.click();
  const actions = page.locator(".doings > li");
  await page.locator(".doings > li.done").nth(await actions.count() - 1).waitFor();
  await untilServers(process.pid, 1);
}, { ignore });

browserTest("without the token nothing can be run, and strangers are turned away", async ({
  browser,
}) => {
  const { process, address } = await PageProcess.start(["learn", "--port", "0"]);
  await using _ = process;
  const { origin, host } = new URL(address);
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${origin}/#${FIRST.id}/${SERVES + 1}`);
  await page.locator(".lost", { hasText: "open the address that the terminal printed" }).first()
    .waitFor();
  await page.goto(`${origin}/?token=0#${FIRST.id}/${SERVES + 1}`);
  await page.locator(".lost", { hasText: "open the address that the terminal printed" }).first()
    .waitFor();
  assertEquals(await processTree(process.pid), [process.pid]);
  const control = await fetch(`${origin}/control`, {
    method: "POST",
    headers: { authorization: "Bearer 0" },
    body: '{"do":"open","count":1}',
  });
  assertEquals([control.status, (await control.json()).reason], [403, "no-token"]);
  const stranger = await fetch(`${origin}/course`, { headers: { origin: "http://example.com" } });
  assertEquals(stranger.status, 403);
  await stranger.text();
  for (const path of ["/stage", "/clients/learn/stage.ts", "/servers/watch/page/../frames.ts"]) {
    const response = await fetch(origin + path);
    assert(response.status >= 400, path);
    assertMatch(response.headers.get("content-security-policy") ?? "", /default-src 'none'/);
    await response.text();
  }
  for (const says of ['{"token":"0","lang":"en"}', undefined]) {
    const socket = new WebSocket(`ws://${host}/stage`);
    const closed = Promise.withResolvers<void>();
    socket.onclose = () => closed.resolve();
    socket.onopen = () => says !== undefined && socket.send(says);
    await closed.promise;
  }
}, { ignore });
