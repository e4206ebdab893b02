/**
 * The published types are those of what a file's handler gets and may give back.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { loadCustomHandler } from "../../../servers/handlers/custom.ts";
import { FileContext } from "../../../servers/handlers/file_session.ts";
import type { Answer, Context, Handler, Methods } from "../../../servers/handlers/handler_file.ts";
import { Outbox } from "../../../servers/handlers/outbox.ts";
import { assert, assertEquals, assertMatch } from "../../harness/assert.ts";
import { decode, encode } from "../../harness/bytes.ts";
import { handlerClient, unasked } from "../../harness/handlers.ts";
import { test } from "../../harness/test.ts";

const ROOM = new URL("../../../servers/handlers/", import.meta.url);
const TYPES = fileURLToPath(new URL("handler_file.ts", ROOM));

/** What the program makes is what the types promise; deno check says so. */
const published = (context: FileContext): Context => context;

// What a file may give back.
const ANSWERS: readonly Answer[] = [
  undefined,
  null,
  "text",
  new Uint8Array(3),
  { bytes: "text" },
  { bytes: new Uint8Array(3), waitMs: 5, close: true },
  ["one", { close: true }],
  Promise.resolve("later"),
  (function* () {
    yield "one";
    yield Promise.resolve("two");
  })(),
  (async function* () {
    yield "one";
  })(),
];

test("a handler of one's own may give back what its types say", async () => {
  const { fileReplies } = await import("../../../servers/handlers/file_replies.ts");
  for (const answer of ANSWERS) {
    for (const reply of fileReplies("./mine.js", answer)) await reply.until;
  }
  const methods: Methods = { receive: () => {} };
  const handler: Handler = () => methods;
  const context = new FileContext(handlerClient(), new Outbox());
  assertEquals(handler(published(context)), methods);
});

/** What `deno check` says to a handler in JavaScript. */
async function check(source: string): Promise<{ code: number; stderr: string }> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/mine.js`, source);
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--no-config", `${directory}/mine.js`],
      env: { NO_COLOR: "1" },
      stdout: "null",
    }).output();
    return { code, stderr: decode(stderr) };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

test("the example of the README is one by the published types, which find mistakes", async () => {
  const example = await exampleOfReadme();
  const named = "./servers/handlers/handler_file.ts";
  assert(example.includes(named));
  const source = `// @ts-check\n${example.replace(named, TYPES)}`;
  assertEquals((await check(source)).code, 0);
  const { code, stderr } = await check(source.replace("context.peer", "context.pear"));
  assertEquals(code, 1);
  assertMatch(stderr, /Property 'pear' does not exist on type 'Context'/);
});

test("the example of the README does what it says", async () => {
  const path = await Deno.makeTempFile({ suffix: ".mjs" });
  try {
    await Deno.writeTextFile(path, await exampleOfReadme());
    const session = (await loadCustomHandler(path))(handlerClient());
    assertEquals(unasked(session), "hello, 127.0.0.1:50001\n");
    const replies = session.onData(encode("one\ntwo\n"));
    await replies.next()?.until;
    const { bytes, waitMs, close } = replies.next() ?? { bytes: new Uint8Array(0) };
    assertEquals([decode(bytes), waitMs, close], ["2 so far\n", 100, false]);
    session.onClose?.("reset");
  } finally {
    await Deno.remove(path);
  }
});

async function exampleOfReadme(): Promise<string> {
  const readme = await Deno.readTextFile(new URL("README.md", ROOM));
  return /```js\n(.*?)```/s.exec(readme)?.[1] ?? "";
}
