/**
 * What it costs a server to be watched: its throughput without `--watch`, with it but no page open, with
 * a client that reads its frames, and with the page in a browser, in turn. The load never pauses while it
 * is measured, so the page has what it has beside a server that is busy for long.
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
import { type Page, withBrowser } from "../harness/browser.ts";
import { Server } from "../harness/playground.ts";
import { addressOf, startWatched } from "../harness/watching.ts";
import { CompiledPrograms, inTurn, median, type OpenLoad } from "./measure.ts";

const flags = parseArgs(Deno.args, {
  string: ["_", "rounds", "seconds", "conns"],
  boolean: ["browser"],
  default: { rounds: "7", seconds: "4", conns: "200" },
});
const words = flags._.length > 0 ? flags._ : ["epoll", "--sockets", "libc"];
/** The load reports this often; it sends on without a pause. */
const REPORT_SECONDS = 0.5;
/** After how long a page has compiled its code, knows that CPU time is scarce, and takes what it will take. */
const SETTLING_SECONDS = 4;

const load = { clients: Number(flags.conns), sizeBytes: 64, seconds: REPORT_SECONDS };
await using programs = new CompiledPrograms();
await using plain = await Server.start([...words, "--quiet"]);
await using watched = await startWatched(words);
const address = await addressOf(watched);
await using plainLoad = await programs.openLoad(plain, load);
await using watchedLoad = await programs.openLoad(watched, load);

if (flags.browser) await withBrowser(({ page }) => measure(page)); // its start takes longer than a round
else await measure();

async function measure(page?: Page): Promise<void> {
  const ways: Record<string, () => Promise<number>> = {
    "without --watch": () => rateOf(plainLoad),
    "nobody looks": () => rateOf(watchedLoad),
    "frames are read": whileFramesAreRead,
    ...page === undefined ? {} : { "in a browser": () => whileShown(page) },
  };
  const rates = await inTurn(Number(flags.rounds), Object.values(ways));
  console.log(`${words.join(" ")}, ${flags.conns} clients, 64 bytes, ${flags.rounds} rounds`);
  console.log("messages per second, and their ratio to those without --watch: medians");
  for (const [i, name] of Object.keys(ways).entries()) {
    const ratios = rates[i].map((rate, round) => rate / rates[0][round]);
    const all = ratios.map((ratio) => ratio.toFixed(2)).join(" ");
    const rate = median(rates[i]).toFixed(0);
    console.log(`${name.padEnd(16)}${rate.padStart(9)}/s  ${median(ratios).toFixed(3)}   ${all}`);
  }
}

function rateOf(load: OpenLoad): Promise<number> {
  return load.rate(SETTLING_SECONDS / REPORT_SECONDS, Number(flags.seconds) / REPORT_SECONDS);
}

async function whileFramesAreRead(): Promise<number> {
  const socket = new WebSocket(new URL("/frames", address.replace(/^http/, "ws")));
  const closed = new Promise((resolve) => socket.onclose = resolve);
  await new Promise((resolve) => socket.onmessage = resolve);
  const rate = await rateOf(watchedLoad);
  socket.close();
  await closed;
  return rate;
}

async function whileShown(page: Page): Promise<number> {
  await page.goto(address);
  const rate = await rateOf(watchedLoad);
  await page.goto("about:blank");
  return rate;
}
