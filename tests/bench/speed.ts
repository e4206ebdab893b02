/**
 * How fast the models are on Deno's sockets: CPU time of the server per message, divided by that of a
 * bare `Deno.listen` loop and of `async`, measured in turn with them; and messages per second. Linux.
 *
 *   deno task bench [--rounds N] [--seconds N] [--conns N] [--size BYTES] [MODEL…]
 *
 * Needs a C compiler for the load, which must take less CPU than what it measures. Absolute figures
 * depend on the machine and on what else it does; the ratios of medians from one run hardly do.
 *
 * @module
 */

// @ts-types="../../cli/std/parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { CompiledPrograms, inTurn, median, pathOf, type Result } from "./measure.ts";
import { type RunningServer, startAndReadPort, startPlayground } from "./measure.ts";

const flags = parseArgs(Deno.args, {
  string: ["_", "rounds", "seconds", "conns", "size"],
  default: { rounds: "25", seconds: "0.3", conns: "200", size: "64" },
});
const BARE = "bare Deno.listen loop";
const BASE = "async";
const models = flags._.length > 0 ? flags._ : ["select", "poll", "epoll", "select-queue"];
const names = [...new Set([BARE, BASE, ...models])];
const load = {
  clients: Number(flags.conns),
  sizeBytes: Number(flags.size),
  seconds: Number(flags.seconds),
};

await using programs = new CompiledPrograms();
const servers: RunningServer[] = [];
try {
  for (const name of names) servers.push(await start(name));
  await using loads = new AsyncDisposableStack();
  const turns: (() => Promise<Result>)[] = [];
  for (const server of servers) {
    const open = loads.use(await programs.openLoad(server, load));
    turns.push(() => open.round());
  }
  print(await inTurn(Number(flags.rounds), turns));
} finally {
  for (const server of servers) await server.end();
}

function start(name: string): Promise<RunningServer> {
  if (name !== BARE) return startPlayground([name, "--quiet", "--backlog", "4096"]);
  return startAndReadPort(Deno.execPath(), ["run", "--allow-net", pathOf("bare.ts")]);
}

function print(results: readonly Result[][]): void {
  const middle = (name: string, key: keyof Result) =>
    median(results[names.indexOf(name)].map((result) => result[key]));
  console.log(`${flags.conns} clients, ${flags.size} bytes, ${flags.rounds} rounds, medians`);
  console.log(`${"".padEnd(24)} CPU µs   ÷ bare  ÷ async   messages/s   p50 µs   p99 µs`);
  for (const name of names) {
    const cpuUs = middle(name, "cpuUs");
    const columns = [
      cpuUs.toFixed(2).padStart(7),
      (cpuUs / middle(BARE, "cpuUs")).toFixed(3).padStart(9),
      (cpuUs / middle(BASE, "cpuUs")).toFixed(3).padStart(9),
      String(middle(name, "messagesPerSecond")).padStart(13),
      String(middle(name, "p50Us")).padStart(9),
      String(middle(name, "p99Us")).padStart(9),
    ];
    console.log(`${name.padEnd(24)}${columns.join("")}`);
  }
}
