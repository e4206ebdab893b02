import { en } from "../../../cli/messages/en/mod.ts";
import { RefusedError } from "../../../cli/errors.ts";
import { mayRead } from "../../../servers/watch/access.ts";
import type { ViewMessage } from "../../../servers/watch/frames.ts";
import { WebServer } from "../../../servers/watch/web_server.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "../../harness/assert.ts";
import { decode, encode } from "../../harness/bytes.ts";
import { readToEnd, writeAll } from "../../harness/clients.ts";
import { FakeRun } from "../../harness/fake_run.ts";
import { test } from "../../harness/test.ts";
import "../../harness/sanitizers.ts";

const COMMAND = '{"do":"block","ms":1000}';

/** A page on a run that only notes its commands. */
class Page implements AsyncDisposable {
  readonly run = new FakeRun();
  readonly server = new WebServer({
    runs: [this.run],
    language: "en",
    messages: en,
    portFlag: "--watch",
  }, 0);

  get token(): string {
    return new URL(this.server.address).searchParams.get("token") ?? "";
  }

  /** Sends a request with any headers. @returns the status and the whole response */
  async ask(
    method: string,
    path: string,
    headers: Record<string, string>,
    body = "",
  ): Promise<{ status: number; response: string }> {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port: this.server.port });
    const all = { host: `127.0.0.1:${this.server.port}`, connection: "close", ...headers };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const length = body === "" ? "" : `content-length: ${body.length}\r\n`;
    await writeAll(conn, encode(`${method} ${path} HTTP/1.1\r\n${lines}${length}\r\n${body}`));
    const response = decode(await readToEnd(conn));
    return { status: Number(response.slice(9, 12)), response };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.end();
  }
}

/** Asks for a WebSocket, RFC 6455. */
const HANDSHAKE = {
  connection: "Upgrade, close",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
};

const FOREIGN: Record<string, string>[] = [
  { host: "example.com" },
  { host: "example.com:80" },
  { host: "127.0.0.1" },
  { host: "127.0.0.1.example.com" },
  { origin: "http://example.com" },
  { origin: "https://127.0.0.1" },
  { origin: "null" },
];

for (const headers of FOREIGN) {
  test(`a request with ${JSON.stringify(headers)} sees nothing and changes nothing`, async () => {
    await using page = new Page();
    const authorization = `Bearer ${page.token}`;
    for (const path of ["/", "/view", "/frames", "/save/recording", "/save/html"]) {
      assertEquals((await page.ask("GET", path, headers)).status, 403);
    }
    assertEquals((await page.ask("GET", "/frames", { ...HANDSHAKE, ...headers })).status, 403);
    assertEquals(page.run.begun, 0);
    const { status } = await page.ask("POST", "/control", { authorization, ...headers }, COMMAND);
    assertEquals([status, page.run.commands], [403, []]);
  });
}

test("a refusal names the header that is wrong, the origin or the host", async () => {
  await using page = new Page();
  const origin = "http://example.com:81";
  const { response: ofOrigin } = await page.ask("GET", "/", { origin });
  assertStringIncludes(ofOrigin, origin);
  const { response: ofBoth } = await page.ask("GET", "/", { host: "example.org", origin });
  assertStringIncludes(ofBoth, "example.org");
  assert(!ofBoth.includes(origin), ofBoth);
});

test("a foreign origin on the right host and port of another scheme changes nothing", async () => {
  await using page = new Page();
  const headers = {
    authorization: `Bearer ${page.token}`,
    origin: `https://127.0.0.1:${page.server.port}`,
  };
  const { status } = await page.ask("POST", "/control", headers, COMMAND);
  assertEquals([status, page.run.commands], [403, []]);
});

test("without the token nothing is changed, and with it what was asked for", async () => {
  await using page = new Page();
  const origin = `http://127.0.0.1:${page.server.port}`;
  const wrong = ["", "Bearer", `Bearer ${"0".repeat(32)}`, page.token, `Bearer ${page.token}0`];
  for (const authorization of wrong) {
    const { status } = await page.ask("POST", "/control", { authorization, origin }, COMMAND);
    assertEquals([status, page.run.commands], [403, []]);
  }
  const authorization = `Bearer ${page.token}`;
  const path = `/control?token=${page.token}`;
  assertEquals((await page.ask("POST", path, { origin }, COMMAND)).status, 403);
  const { status } = await page.ask("POST", "/control", { authorization, origin }, COMMAND);
  assertEquals([status, page.run.commands], [200, [{ do: "block", ms: 1_000 }]]);
});

test("a request by another address is refused with the reason and the right address", async () => {
  await using page = new Page();
  // As through a tunnel that has another port at the other end.
  const { status, response } = await page.ask("GET", "/", { host: "localhost:8080" });
  assertEquals(status, 403);
  assertStringIncludes(response, "does not answer as localhost:8080");
  assertStringIncludes(response, `http://127.0.0.1:${page.server.port}/`);
  assertStringIncludes(response, `ssh -L ${page.server.port}:127.0.0.1:${page.server.port}`);
});

Deno.test("on port 80 an address without a port is our own, and on no other", () => {
  const may = (headers: Record<string, string>, port: number) =>
    mayRead(new Request("http://127.0.0.1", { headers }), port);
  assert(may({ host: "127.0.0.1" }, 80));
  assert(may({ host: "localhost:80", origin: "http://localhost" }, 80));
  assert(!may({ host: "127.0.0.1" }, 8_080));
  assert(!may({ host: "127.0.0.1:8080" }, 80));
  assert(!may({ host: "127.0.0.1", origin: "http://example.com" }, 80));
});

test("a number that is out of range is refused with the range", async () => {
  await using page = new Page();
  const headers = { authorization: `Bearer ${page.token}` };
  const { response } = await page.ask("POST", "/control", headers, '{"do":"block","ms":99999}');
  assertEquals(JSON.parse(response.split("\r\n\r\n")[1]), {
    ...{ reason: "out-of-range", field: "ms", min: 1, max: 60_000 },
  });
});

test("another method, or a body that is no command, controls nothing", async () => {
  await using page = new Page();
  const headers = { authorization: `Bearer ${page.token}` };
  assertEquals((await page.ask("GET", "/control", headers)).status, 404);
  assertEquals((await page.ask("POST", "/view", headers, COMMAND)).status, 404);
  assertEquals((await page.ask("DELETE", "/view", headers)).status, 405);
  assertEquals((await page.ask("POST", "/control", headers, "{}")).status, 400);
  const long = await page.ask("POST", "/control", headers, `"${"x".repeat(9_000)}"`);
  assertEquals([long.status, page.run.commands], [413, []]);
});

test("everything is sent with a strict content security policy", async () => {
  await using page = new Page();
  for (const path of ["/", "/app.js", "/view", "/nothing"]) {
    const { response } = await page.ask("GET", path, {});
    assertStringIncludes(response, "content-security-policy: default-src 'none'");
    assert(!/unsafe-/.test(response.split("\r\n\r\n")[0]));
    assertStringIncludes(response, "x-content-type-options: nosniff");
  }
});

test("only the files of the page are served", async () => {
  await using page = new Page();
  for (
    const path of ["/../web_server.ts", "/%2e%2e/web_server.ts", "/page/app.js", "//etc/passwd"]
  ) {
    assertEquals((await page.ask("GET", path, {})).status, 404, path);
  }
});

test("an incomplete handshake is answered with 400", async () => {
  await using page = new Page();
  for (const missing of ["connection", "sec-websocket-key"]) {
    const headers = Object.entries(HANDSHAKE);
    const rest = Object.fromEntries(headers.filter(([name]) => name !== missing));
    assertEquals((await page.ask("GET", "/frames", rest)).status, 400);
  }
});

test("each page has a token of its own", async () => {
  await using one = new Page();
  await using other = new Page();
  assertEquals(one.token.length, 32);
  assert(one.token !== other.token);
});

test("a port that is in use is refused with a line", async () => {
  await using page = new Page();
  const shown = { runs: [], language: "en", messages: en, portFlag: "--watch" } as const;
  const { message } = assertThrows(() => new WebServer(shown, page.server.port), RefusedError);
  assertEquals(message, en.watch.portInUse("--watch", page.server.port));
});

/** A WebSocket on a view, and its messages. */
class Stream implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #messages: ViewMessage[] = [];
  readonly #closed = Promise.withResolvers<void>();
  #onMessage = () => {};

  constructor(address: string) {
    this.#socket = new WebSocket(new URL("/frames", address.replace(/^http/, "ws")));
    this.#socket.onmessage = ({ data }) => {
      const message: ViewMessage = JSON.parse(data);
      if ("isOver" in message) this.#socket.close();
      else this.#messages.push(message);
      this.#onMessage();
    };
    this.#socket.onclose = () => this.#closed.resolve();
  }

  async next(): Promise<ViewMessage | undefined> {
    while (this.#messages.length === 0) {
      await new Promise<void>((resolve) => this.#onMessage = resolve);
    }
    return this.#messages.shift();
  }

  /** Resolves when it is closed, which follows the last message. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}

test("frames follow the hellos, and a closed socket is unsubscribed", async () => {
  await using page = new Page();
  {
    await using stream = new Stream(page.server.address);
    const greeting = await stream.next();
    assert(greeting !== undefined && "hellos" in greeting);
    assertEquals(greeting.hellos, [await page.run.hello()]);
    while (page.run.subscribers === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const frame = page.run.frame({ timeMs: 5, log: [{ en: "<b>", zh: "<b>" }] });
    page.run.publish(frame);
    assertEquals(await stream.next(), { run: 0, frame });
  }
  while (page.run.subscribers > 0) await new Promise((resolve) => setTimeout(resolve, 1));
});

test("a stream ends when the server does, after the last frame", async () => {
  const page = new Page();
  await using stream = new Stream(page.server.address);
  await stream.next();
  while (page.run.subscribers === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  page.run.publish(page.run.frame({ timeMs: 7 }));
  await page.server.end();
  assertEquals(await stream.next(), { run: 0, frame: page.run.frame({ timeMs: 7 }) });
  await stream.closed;
  assertEquals(page.run.subscribers, 0);
});

test("each view has an id of its own, by which a page knows it again", async () => {
  await using one = new Page();
  await using other = new Page();
  const ids = new Set<string>();
  for (const page of [one, one, other]) {
    await using stream = new Stream(page.server.address);
    const greeting = await stream.next();
    assert(greeting !== undefined && "id" in greeting);
    const { id } = await (await fetch(new URL("/view", page.server.address))).json();
    assertEquals(greeting.id, id);
    ids.add(id);
  }
  assertEquals(ids.size, 2);
});
