/**
 * What people must see of each model after a few seconds with three clients, in words. It is read from the
 * accessibility tree of the page: what a screen reader says is what the picture shows.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals } from "../harness/assert.ts";
import { browserTest, type Page } from "../harness/browser.ts";
import { exchange, readToEnd } from "../harness/clients.ts";
import { WatchedServer } from "../harness/watching.ts";

const POLL_INTERVAL_MS = 100;
/** What is wrong with a picture is said in place of the time when a test hangs. */
const PATIENCE_MS = 60_000;

const CLIENT = String.raw`, client 127\.0\.0\.1:\d+`;
const SINCE = String.raw`; since \+[\d,]+\.\d{3} s`;
const IN_ITS_CALL = "in (recv|send|the handler)";

/** What must be seen: a pattern for each lane, from top to bottom, and one for the scan. */
interface Picture {
  readonly lanes: readonly string[];
  readonly scan: string;
}

/** A loop that is in its call most of the time, and in between receives. */
function loop(call: string): string {
  return `the loop: in .*; last second: ${call} \\d+ %, .*recv .*; \\d+ returns`;
}

function sweep(call: string, sockets: number): Picture {
  const looked = `${call} looked at ${sockets} sockets, \\d (was|were) ready`;
  return { lanes: [loop(call)], scan: `${looked}; looked at in vain so far: [1-9][\\d,]*; .* µs` };
}

const TOLD: Picture = {
  lanes: [loop("epoll_wait")],
  scan: "epoll_wait: of 4 sockets, \\d (was|were) ready; it looked at no others; " +
    "looked at in vain so far: 0",
};
/** Deno has no epoll: what may be ready is looked through, and a few turn out not to be. */
const TOLD_ON_DENO: Picture = {
  ...TOLD,
  scan: "epoll_wait: of 4 sockets, \\d (was|were) ready; it looked at (no others|\\d sockets?); " +
    "looked at in vain so far: \\d",
};
const ROUND: Picture = {
  lanes: ["the loop: in .*; last second: recv \\d+ %.*"],
  scan: "the last round (that found something )?asked 4 sockets, one after another; " +
    "\\d (was|were) ready; " +
    "looked at in vain so far: [1-9]",
};
const ONE_EACH = "each waits for one client only. There is no call that looks at several sockets.";

const BLOCKING: Picture = {
  lanes: [
    `the thread: ${IN_ITS_CALL}${CLIENT}${SINCE}; last second: recv \\d+ %.*`,
    ...(hasSystemCalls() ? ["backlog: 2 clients"] : []),
  ],
  scan: `accept, recv, send: ${ONE_EACH}`,
};

function eachOwn(server: string, worker: string): Picture {
  const own = `${worker}: ${IN_ITS_CALL}${CLIENT}${SINCE}; last second: recv \\d+ %.*`;
  return { lanes: [`${server}: in accept.*`, own, own, own], scan: `recv, send: ${ONE_EACH}` };
}

/** Each promise is the name of a test: the model with its flags, and what its picture shows. */
const PROMISES: readonly (readonly [args: string, says: string, picture: Picture])[] = [
  [
    "blocking",
    "one thread is in recv for one client, and two clients are in the backlog",
    BLOCKING,
  ],
  [
    "process",
    "the server is in accept, and three processes with their ids are in recv, each for one client",
    eachOwn("the server", "process \\d+"),
  ],
  [
    "thread",
    "the main thread is in accept, and three numbered threads are in recv, each for one client",
    eachOwn("main thread", "thread [123]"),
  ],
  [
    "threadpool --threads 4",
    "three of four threads are in recv, each for one client, and the fourth waits for one",
    {
      ...eachOwn("main thread", "thread \\d"),
      lanes: [...eachOwn("main thread", "thread \\d").lanes, "thread \\d: waits.*"],
    },
  ],
  [
    "nonblocking",
    "one loop is in recv all the time; each round asks four sockets: the listener and three clients",
    ROUND,
  ],
  [
    "select",
    "one loop is alternately in select and in recv; each return looks at five cells: the listener, " +
    "the keyboard, and three clients",
    sweep("select", 5),
  ],
  [
    "select-queue",
    "one loop is alternately in select and in recv; each return looks at the listener and three clients",
    sweep("select", 4),
  ],
  [
    "poll",
    "one loop is alternately in poll and in recv; each return looks at the listener and three clients",
    sweep("poll", 4),
  ],
  ...["epoll", "epoll --trigger level", "epoll --trigger edge"].map((args) =>
    [
      args,
      "one loop is alternately in epoll_wait and in recv; of four sockets only the ready ones are lit",
      TOLD,
    ] as const
  ),
  [
    "coroutine",
    "one loop resumes all in turn: each round asks four sockets, and mostly in vain",
    ROUND,
  ],
  ["greenlet", "one loop waits in epoll_wait for all greenlets: only the ready ones are lit", TOLD],
  ["gevent", "one hub waits in epoll_wait for all greenlets: only the ready ones are lit", TOLD],
  [
    "async",
    "one loop awaits all clients, and the page says that the waiting is not to be seen",
    {
      lanes: ["the loop: in .*; last second: await \\d+ %, .*handler .*"],
      scan: "await: the runtime waits for all sockets at once, out of sight of this program.",
    },
  ],
];

/** These are on Deno's sockets as well, where the calls are the same. */
const ON_DENO = ["thread", "select", "epoll", "gevent", "async"];

for (const [args, says, picture] of PROMISES) {
  const kinds = args === "async" ? ["deno"] : hasSystemCalls() ? ["libc"] : [];
  if (ON_DENO.includes(args) && !kinds.includes("deno")) kinds.push("deno");
  for (const sockets of kinds) {
    browserTest(`three clients at ${args} on ${sockets}: ${says}`, async ({ page, complaints }) => {
      await using watched = await WatchedServer.open(page, [
        ...args.split(" "),
        ...["--sockets", sockets],
      ]);
      for (let i = 0; i < 3; i++) await watched.press("+1");
      await page.getByLabel("talk").check();
      await untilSeen(page, picture === TOLD && sockets === "deno" ? TOLD_ON_DENO : picture);
      assertEquals(complaints, []);
    });
  }
}

browserTest(
  "six clients at process, one after another: six lanes with the ids of their processes, which end",
  async ({ page, complaints }) => {
    await using watched = await WatchedServer.open(page, ["process"]);
    const lanes = page.getByRole("list", { name: "Lanes", exact: true }).getByRole("listitem");
    const ended = lanes.filter({ hasText: /^process \d+: ended at \+[\d.]+ s$/ });
    // Each is noted when it ends: on a slow machine, the first may be out of the picture by the end.
    const seen = new Set<string>();
    for (let i = 1; i <= 6; i++) {
      using client = await watched.server.connect();
      assertEquals(await exchange(client, "hello"), "hello");
      await client.closeWrite();
      await readToEnd(client);
      while (seen.size < i) {
        for (const text of await ended.allInnerTexts()) seen.add(text);
        await page.waitForTimeout(POLL_INTERVAL_MS);
      }
    }
    assertEquals(seen.size, 6);
    assertEquals(complaints, []);
  },
);

/** Waits until the page shows a picture, as it says itself. */
async function untilSeen(page: Page, picture: Picture): Promise<void> {
  const figure = page.getByRole("figure").filter({ hasText: /socket/ }).first();
  const items = page.getByRole("list", { name: "Lanes", exact: true }).getByRole("listitem");
  const untilMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const seen = { lanes: await items.allInnerTexts(), scan: await figure.innerText() };
    if (shows(seen, picture)) return;
    if (performance.now() > untilMs) assertEquals(seen, picture);
    await page.waitForTimeout(POLL_INTERVAL_MS);
  }
}

/** Each pattern fits one lane; which thread of a server is free for a client is left to the system. */
function shows(seen: Picture, { lanes, scan }: Picture): boolean {
  const rest = [...seen.lanes];
  for (const lane of lanes) {
    const at = rest.findIndex((text) => new RegExp(`^${lane}$`).test(text));
    if (at === -1) return false;
    rest.splice(at, 1);
  }
  return rest.length === 0 && new RegExp(scan).test(seen.scan);
}
