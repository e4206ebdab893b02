/**
 * Handlers that speak first, say goodbye, wait for promises and speak unasked, behind every model.
 *
 * @module
 */

// @ts-types="../../cli/std/deadline.d.ts"
import { deadline } from "@std/async/deadline";
import { assertEquals, assertMatch } from "../harness/assert.ts";
import { readToEnd, writeAll } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";
import { MODELS, type ModelUnderTest } from "./models.ts";

/** How long a line may take to come. Generous: it is for never, not for speed. */
const PATIENCE_MS = 60_000;

/** What it hears, and in what way it answers. `log` gets a line for each client that has left. */
const SPEAKER = (log: string) => `
const decoder = new TextDecoder();
const encoder = new TextEncoder();

export const eventLoop = true;

export default (context) => {
  let patience;
  return {
    open: () => ["hello", "\\n"],
    receive(chunk) {
      const asked = decoder.decode(chunk).trim();
      if (asked === "later") return later();
      if (asked === "stream") return stream();
      if (asked === "both") {
        context.send("unasked\\n");
        return later();
      }
      if (asked === "report") return report(context);
      if (asked === "remind") patience = setTimeout(() => context.send("remember\\n"), 20);
      else if (asked === "fail") throw new Error("no such thing");
      else if (asked === "reject") return Promise.reject(new Error("no such promise"));
      else return asked + "\\n";
    },
    end: () => "bye\\n",
    close(reason) {
      clearTimeout(patience);
      Deno.writeTextFileSync(${JSON.stringify(log)}, reason + "\\n", { append: true });
    },
  };
};

async function later() {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return encoder.encode("later\\n");
}

async function report(context) {
  context.send("begun\\n");
  await later();
  context.send("half\\n");
  await later();
  return "done\\n";
}

async function* stream() {
  for (const word of ["one", "two"]) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    yield word + "\\n";
  }
}
`;

interface Speaker extends AsyncDisposable {
  readonly path: string;
  /** Why the connections were closed, so far. */
  reasons(): Promise<string[]>;
}

async function speaker(source = SPEAKER): Promise<Speaker> {
  const directory = await Deno.makeTempDir();
  const [path, log] = [`${directory}/speaker.mjs`, `${directory}/log`];
  await Deno.writeTextFile(path, source(log));
  await Deno.writeTextFile(log, "");
  return {
    path,
    reasons: async () => (await Deno.readTextFile(log)).split("\n").slice(0, -1),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

/** A client of a server whose protocol has lines. */
class LineClient implements Disposable {
  readonly #conn: Deno.TcpConn;
  #unread = "";

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async connect(server: Server): Promise<LineClient> {
    return new LineClient(await server.connect());
  }

  hear(): Promise<string> {
    return deadline(this.#hear(), PATIENCE_MS);
  }

  async #hear(): Promise<string> {
    const chunk = new Uint8Array(1_024);
    while (!this.#unread.includes("\n")) {
      const count = await this.#conn.read(chunk);
      if (count === null) return "the end";
      this.#unread += new TextDecoder().decode(chunk.subarray(0, count));
    }
    const [line] = this.#unread.split("\n", 1);
    this.#unread = this.#unread.slice(line.length + 1);
    return line;
  }

  async ask(line: string): Promise<string> {
    await writeAll(this.#conn, new TextEncoder().encode(`${line}\n`));
    return await this.hear();
  }

  async say(line: string): Promise<void> {
    await writeAll(this.#conn, new TextEncoder().encode(`${line}\n`));
  }

  async end(): Promise<string> {
    await this.#conn.closeWrite();
    return this.#unread + new TextDecoder().decode(await readToEnd(this.#conn));
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}

/** Whether a handler can have an event loop behind this model. */
const hasEventLoop = ({ isPreforked }: ModelUnderTest) => !isPreforked;
const WITHOUT_EVENT_LOOP = (log: string) =>
  SPEAKER(log).replace("export const eventLoop = true", "");

for (const model of MODELS) {
  const { name, args } = model;
  const source = hasEventLoop(model) ? SPEAKER : WITHOUT_EVENT_LOOP;
  const waits = hasEventLoop(model) ? ", and may wait for promises and speak unasked" : "";

  test(`${name}: a handler speaks first, has the last word${waits}`, async () => {
    await using handler = await speaker(source);
    await using server = await Server.start([...args, "--quiet", "--handler", handler.path]);
    {
      using client = await LineClient.connect(server);
      assertEquals(await client.hear(), "hello");
      assertEquals(await client.ask("echo"), "echo");
      assertEquals(await client.end(), "bye\n");
    }
    if (hasEventLoop(model)) await hearPromises(server);
    const { code } = await server.stop();
    assertEquals([code, await handler.reasons()], [0, waits === "" ? ["end"] : ["end", "failed"]]);
  });

  test(`${name}: a handler that throws ends its client, with its line`, async () => {
    await using handler = await speaker(source);
    await using server = await Server.start([...args, "--handler", handler.path]);
    {
      using client = await LineClient.connect(server);
      await client.hear();
      assertEquals(await client.ask("fail"), "the end");
      using other = await LineClient.connect(server);
      assertEquals(await other.hear(), "hello");
      await other.end();
    } // the stop would wait for them
    const { stderr } = await server.stop();
    const [failure] = server.events("client-failed");
    const reason = String(failure?.reason ?? stderr.split("\n")[0]); // a child says it itself
    const line = SPEAKER("").split("\n").findIndex((line) => line.includes("no such thing")) + 1;
    assertMatch(reason, new RegExp(`speaker\\.mjs: line ${line}: no such thing$`));
    assertEquals((await handler.reasons()).toSorted(), ["end", "failed"]);
  });
}

/** A client whose handler waits for promises, speaks unasked, and fails in the end. */
async function hearPromises(server: Server): Promise<void> {
  using client = await LineClient.connect(server);
  await client.hear();
  assertEquals(await client.ask("later"), "later");
  assertEquals([await client.ask("stream"), await client.hear()], ["one", "two"]);
  assertEquals(await client.ask("remind"), "remember");
  assertEquals([await client.ask("both"), await client.hear()], ["unasked", "later"]);
  const reports = [await client.ask("report"), await client.hear(), await client.hear()];
  assertEquals(reports, ["begun", "half", "done"]);
  // What is asked in one breath is answered in its order.
  await client.say("later");
  assertEquals([await client.ask("now"), await client.hear()], ["later", "now"]);
  assertEquals(await client.ask("reject"), "the end");
}
