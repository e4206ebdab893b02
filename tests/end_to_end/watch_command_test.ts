/**
 * Watching in the terminal, two models side by side, and what was recorded.
 *
 * @module
 */

import { assertEquals, assertMatch, assertStringIncludes } from "../harness/assert.ts";
import { browserTest } from "../harness/browser.ts";
import { decode, encode } from "../harness/bytes.ts";
import { exchange, writeAll } from "../harness/clients.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { PageProcess } from "../harness/page_process.ts";
import { commandFor, run, Server } from "../harness/playground.ts";
import { processTree, stillRunning } from "../harness/processes.ts";
import { test } from "../harness/test.ts";
import { addressOf, startWatched } from "../harness/watching.ts";

const isLinux = Deno.build.os === "linux";
const ENTER = "\x1b[?1049h";
const LEAVE = "\x1b[?1049l";

/** A command in a terminal, script(1): what it prints, and whether the terminal is as it was then. */
class InTerminal {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #output = "";
  #onOutput = () => {};

  constructor(args: readonly string[], columns: number, rows: number) {
    const [program, programArgs] = commandFor(args);
    const command = [program, ...programArgs].map((word) => `'${word}'`).join(" ");
    this.#child = new Deno.Command("script", {
      args: [
        "-qec",
        `stty cols ${columns} rows ${rows}; echo pid $$; ${command}; echo status $?; stty -a`,
        "/dev/null",
      ],
      env: { LC_ALL: "C", TERM: "xterm", NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  async press(keys: string): Promise<void> {
    await this.#input.write(encode(keys));
  }

  /** Waits until it has printed this. */
  async until(text: string | RegExp): Promise<void> {
    while (this.#output.search(text) < 0) {
      await new Promise<void>((resolve) => this.#onOutput = resolve);
    }
  }

  /** Waits for its end. @returns all that it has printed */
  async end(): Promise<string> {
    await this.#child.status;
    await this.#input.close().catch(() => {}); // the terminal is gone
    await this.#reading;
    return this.#output;
  }

  async #read(): Promise<void> {
    for await (const bytes of this.#child.stdout) {
      this.#output += decode(bytes);
      this.#onOutput();
    }
  }
}

/** Checks that the terminal is as it was, and how the command ended. */
function assertRestored(output: string, status: number): void {
  assertEquals(output.split(ENTER).length, output.split(LEAVE).length);
  assertStringIncludes(output, `status ${status}`);
  assertMatch(output, / icanon /);
  assertMatch(output, / echo /);
}

test("watch shows a server in the terminal until q is pressed, and leaves no trace", async () => {
  await using server = await startWatched(["epoll"]);
  const { host } = new URL(await addressOf(server));
  using client = await server.connect();
  const terminal = new InTerminal(["watch", host], 100, 30);
  await terminal.until("the loop ");
  assertEquals(await exchange(client, "hello"), "hello");
  await terminal.until(/received from .*"hello"/);
  await terminal.press("q");
  const output = await terminal.end();
  assertMatch(output, /epoll {2}127\.0\.0\.1:\d+ {2}deno {2}one loop for all/);
  assertMatch(output, /1 connected/);
  assertRestored(output, 0);
}, { ignore: !isLinux });

test("watch gives the terminal back when the server ends, and says so", async () => {
  await using server = await startWatched(["blocking"]);
  const { host } = new URL(await addressOf(server));
  const terminal = new InTerminal(["watch", host], 80, 24);
  await terminal.until("blocking ");
  await server.stop();
  const output = await terminal.end();
  assertStringIncludes(output.slice(output.indexOf(LEAVE)), "the server is gone");
  assertRestored(output, 1);
}, { ignore: !isLinux });

test("watch gives the terminal back when it is told to end by a signal", async () => {
  await using server = await startWatched(["select"]);
  const { host } = new URL(await addressOf(server));
  const terminal = new InTerminal(["watch", host], 80, 24);
  await terminal.until("select ");
  for (const pid of await watchersOf(host)) Deno.kill(pid, "SIGTERM");
  assertRestored(await terminal.end(), 0);
}, { ignore: !isLinux });

/** The processes that watch a page in a terminal, and not the shells around them. */
async function watchersOf(host: string): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-A", "-o", "pid=,args="] }).output();
  return decode(stdout).split("\n").filter((row) => row.endsWith(` watch ${host}`))
    .map((row) => parseInt(row, 10));
}

test("watch gives up a port that accepts connections and says nothing", async () => {
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const terminal = new InTerminal(["watch", `127.0.0.1:${mute.addr.port}`], 80, 24);
  const output = await terminal.end();
  assertMatch(output, /has accepted the connection and said nothing for 5 s/);
  assertRestored(output, 1);
}, { ignore: !isLinux });

test("watch through a tunnel with another port says which port it must have", async () => {
  await using server = await startWatched(["select"]);
  const view = toListener(await addressOf(server));
  const tunnel = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const carrying = carry(tunnel, view);
  const terminal = new InTerminal(["watch", `127.0.0.1:${tunnel.addr.port}`], 200, 24);
  const output = await terminal.end();
  assertMatch(output, /the same port at both ends, as in ssh -L/);
  assertRestored(output, 1);
  tunnel.close();
  await carrying;
}, { ignore: !isLinux });

/** Carries what comes to a listener to another one, until it is closed. */
async function carry(tunnel: Deno.TcpListener, to: Deno.ConnectOptions): Promise<void> {
  for await (const near of tunnel) {
    const far = await Deno.connect(to);
    // Either end may leave first, and the other one hears of it.
    near.readable.pipeTo(far.writable).catch(() => {});
    far.readable.pipeTo(near.writable).catch(() => {});
  }
}

test("watch counts messages that it does not draw, and says how many there are", async () => {
  await using server = await startWatched(["epoll"]);
  const { host } = new URL(await addressOf(server));
  const terminal = new InTerminal(["watch", host], 160, 20);
  await terminal.until("0 connected");
  const flood = run([
    ...["flood", "--port", `${server.port}`, "--conns", "300", "--duration", "3s"],
    ...["--no-think", "--quiet"],
  ]);
  await terminal.until(/messages drawn of [\d,]+, and [\d,]+ more/);
  await terminal.until(/being served +≈ [1-9]/);
  assertEquals((await flood).code, 0);
  await terminal.press("q");
  assertRestored(await terminal.end(), 0);
}, { ignore: !isLinux });

test("a page on a port in use is refused with the flag that chooses another", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = String(taken.addr.port);
  const inUse = (flag: string) => new RegExp(`^${flag} ${port}: the port is in use`);
  const compare = ["watch", "--compare", "select", "poll", "--port", port];
  assertOneLine(await run(compare), 1, inUse("--port"));
  await withRecording(async (file) => {
    assertOneLine(await run(["replay", file, "--port", port]), 1, inUse("--port"));
  });
});

test("a recording whose disk takes no more ends with a line, and the server goes on", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/run.jsonl`;
    // A file may have 16 KiB, and to write more is an error, not the end of the process: signal(7).
    const before = "trap '' XFSZ && ulimit -f 32";
    await using server = await Server.start(["select", "--record", path], { before });
    assertEquals((await server.event("recording-failed")).path, path);
    using client = await server.connect();
    assertEquals(await exchange(client, "still here"), "still here");
    const { code, stderr } = await server.stop();
    assertEquals([code, stderr], [0, ""]);
    assertEquals(server.events("recording-failed").length, 1);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}, { ignore: !isLinux });

test("watch has a line for who watches nobody, or without a terminal", async () => {
  assertOneLine(await run(["watch"]), 2, /^playground watch needs a terminal/);
  assertOneLine(await run(["watch", "nowhere"]), 2, /^nowhere: an address looks like/);
  assertOneLine(await run(["watch", "a:1", "b:2"]), 2, /^b:2 is one too many/);
  assertOneLine(await run(["watch", "--open"]), 2, /^--open means nothing without --compare/);
  assertOneLine(await run(["watch", "--compare", "select"]), 2, /^--compare needs two models/);
  assertOneLine(await run(["watch", "--compare", "select", "epol"]), 2, /^unknown model epol/);
  assertOneLine(await run(["serve", "select", "--open"]), 2, /^--open means nothing without/);
  assertOneLine(await run(["replay", "/nowhere"]), 1, /^\/nowhere: /);
});

browserTest("watch --compare shows two models under the same clients", async ({
  page,
  complaints,
}) => {
  const { process, address } = await PageProcess.start(
    ["watch", "--compare", "blocking", "thread", "--port", "0"],
  );
  await using _ = process;
  await page.goto(address);
  await page.getByRole("heading", { name: "thread", exact: true }).waitFor();
  assertEquals(await page.locator("section.run h2").allTextContents(), ["blocking", "thread"]);
  for (let i = 0; i < 2; i++) await page.getByRole("button", { name: "+1", exact: true }).click();
  for (const summary of await page.locator("details.clients summary").all()) await summary.click();
  const [blocking, thread] = await page.locator("section.run").all();
  await thread.getByRole("cell", { name: "thread 2" }).waitFor();
  if (isLinux) await blocking.getByRole("cell", { name: "in the backlog" }).waitFor();
  const tree = await processTree(process.pid);
  assertEquals(await process.stop(), 0);
  assertEquals([await stillRunning(tree), complaints], [[], []]);
});

browserTest("a run that was recorded is replayed without the server that made it", async ({
  page,
  complaints,
}) => {
  await withRecording(async (file, { port }) => {
    const { process, address } = await PageProcess.start(["replay", file, "--port", "0"]);
    await using _ = process;
    await page.goto(address);
    await page.locator("section.run .address", { hasText: `127.0.0.1:${port}` }).waitFor();
    await page.locator(".log li", { hasText: '"for the record"' }).first().waitFor();
    assertEquals(await page.locator(".controls").count(), 0);
    const slider = page.getByRole("slider", { name: "Time" });
    const end = Number(await slider.getAttribute("max"));
    while (Number(await slider.inputValue()) < end - 300) await page.waitForTimeout(50);
    assertEquals(await process.stop(), 0);
    assertEquals(complaints, []);
  });
});

/** What is left of a recording, what is said of that in the terminal and on the page, and if it is drawn. */
const BROKEN: readonly [name: string, change: (text: string) => string, said: RegExp][] = [
  ["whose last line is cut off", (text) => text.slice(0, -9), /1 line is not whole|left out: 1/],
  [
    "that is only its head",
    (text) => text.slice(0, text.indexOf("\n") + 1),
    /ends before anything/,
  ],
];

for (const [name, change, said] of BROKEN) {
  browserTest(`a recording ${name} is replayed as far as it is whole`, async ({
    page,
    complaints,
  }) => {
    await withRecording(async (file) => {
      await Deno.writeTextFile(file, change(await Deno.readTextFile(file)));
      const { process, address } = await PageProcess.start(["replay", file, "--port", "0"]);
      await using _ = process;
      await page.goto(address);
      await page.getByRole("heading", { name: "select", exact: true }).waitFor();
      await page.locator(".lost", { hasText: said }).waitFor();
      assertEquals(await process.stop(), 0);
      assertMatch(process.complaints, said);
      assertEquals([process.complaints.trimEnd().split("\n").length, complaints], [1, []]);
    });
  });
}

for (const begun of ["", "GET / HT"]) {
  test(`a replay ends though a browser keeps a connection with "${begun}" open`, async () => {
    await withRecording(async (file) => {
      const { process, address } = await PageProcess.start(["replay", file, "--port", "0"]);
      await using _ = process;
      using spare = await Deno.connect(toListener(address));
      await writeAll(spare, encode(begun));
      await (await fetch(address)).text(); // so the process has accepted the one before
      assertEquals(await process.stop(), 0);
    });
  });
}

/** What to connect to for an address of a page. */
function toListener(address: string): Deno.ConnectOptions {
  const { hostname, port } = new URL(address);
  return { hostname, port: Number(port) };
}

/** Has `work` done with a recording of a server that has ended. */
async function withRecording(work: (file: string, server: Server) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    const file = `${directory}/run.jsonl`;
    await work(file, await recordOneClient(file));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Records a server with a client that says something, until the client has left. */
async function recordOneClient(file: string): Promise<Server> {
  await using server = await Server.start(["select", "--record", file]);
  const client = await server.connect();
  await server.event("accepted");
  assertEquals(await exchange(client, "for the record"), "for the record");
  client.close();
  await server.event("closed");
  assertEquals((await server.stop()).code, 0);
  return server;
}
