/**
 * What it costs a server to be watched: its throughput without `--watch`, with it but no page open, with
 * a client that reads its frames, and with the page in a browser, in turn.
 *
 *   deno task bench:watch [--rounds N] [--seconds N] [--conns N] [--browser] [MODEL FLAG…]
 *
 * A browser draws on the same processors that serve, and may be missing, so it takes part only with
 * `--browser`. Needs a C compiler.
 *
 * @module
 */

// @ts-types="../../cli/std/parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { withBrowser } from "../harness/browser.ts";
import { Server } from "../harness/playground.ts";
import { addressOf, startWatched } from "../harness/watching.ts";
import { CompiledPrograms, median } from "./measure.ts";

const flags = parseArgs(Deno.args, {
  string: ["_", "rounds", "seconds", "conns"],
  boolean: ["browser"],
  default: { rounds: "7", seconds: "4", conns: "200" },
});
const words = flags._.length > 0 ? flags._ : ["epoll", "--sockets", "libc"];
const load = { clients: Number(flags.conns), sizeBytes: 64, seconds: Number(flags.seconds) };

/** After how long a page has compiled its code and has drawn, and takes what it will take. */
const SETTLED_MS = 3_000;

/** Watches while `load` runs. */
type Watcher = (address: string, load: () => Promise<void>) => Promise<void>;

const nobody: Watcher = (_, load) => load();

const reader: Watcher = async (address, load) => {
  const socket = new WebSocket(new URL("/frames", address.replace(/^http/, "ws")));
  const closed = new Promise((resolve) => socket.onclose = resolve);
  await new Promise((resolve) => socket.onmessage = resolve);
  await load();
  socket.close();
  await closed;
};

const browser: Watcher = (address, load) =>
  withBrowser(async ({ page }) => {
    await page.goto(address);
    await page.waitForTimeout(SETTLED_MS);
    await load();
  });

const watchers = { "nobody looks": nobody, "frames are read": reader };
await using programs = new CompiledPrograms();
await using plain = await Server.start([...words, "--quiet"]);
await using watched = await startWatched(words);
const address = await addressOf(watched);
const results = new Map<string, number[]>();
for (let round = 1; round <= Number(flags.rounds); round++) {
  console.error(`round ${round} of ${flags.rounds}`);
  await measure("without --watch", plain, nobody);
  for (const [name, watcher] of Object.entries(watchers)) await measure(name, watched, watcher);
  if (flags.browser) await measure("in a browser", watched, browser);
}
const base = median(results.get("without --watch") ?? []);
console.log(
  `${words.join(" ")}, ${flags.conns} clients, 64 bytes, ${flags.rounds} rounds, medians`,
);
for (const [name, perSecond] of results) {
  const middle = median(perSecond);
  console.log(`${name.padEnd(20)}${String(middle).padStart(10)}/s  ${(middle / base).toFixed(3)}`);
}

async function measure(name: string, server: Server, watcher: Watcher): Promise<void> {
  await watcher(address, async () => {
    const { messagesPerSecond } = await programs.load(server, load);
    results.set(name, [...results.get(name) ?? [], messagesPerSecond]);
  });
}
