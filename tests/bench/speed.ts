/**
 * How fast the models are, as ratios to a bare `Deno.listen` loop measured in turn with them.
 *
 *   deno task bench [--rounds N] [--seconds N] [--conns N] [--size BYTES] [MODEL…]
 *
 * Needs a C compiler for the load, which must take less CPU than what it measures. Absolute figures
 * depend on the machine and on what else it does; the ratios of medians from one run do not.
 *
 * @module
 */

// @ts-types="../../cli/std/parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { CompiledPrograms, median, pathOf, type Result, startAndReadPort } from "./measure.ts";
import { type RunningServer, startPlayground, withServer } from "./measure.ts";

const flags = parseArgs(Deno.args, {
  string: ["_", "rounds", "seconds", "conns", "size"],
  default: { rounds: "7", seconds: "2", conns: "200", size: "64" },
});
const BARE = "bare Deno.listen loop";
const models = flags._.length > 0 ? flags._ : ["async", "select", "poll", "epoll", "select-queue"];
const load = {
  clients: Number(flags.conns),
  sizeBytes: Number(flags.size),
  seconds: Number(flags.seconds),
};

await using programs = new CompiledPrograms();
const results = new Map<string, Result[]>();
for (let round = 1; round <= Number(flags.rounds); round++) {
  console.error(`round ${round} of ${flags.rounds}`);
  for (const name of [BARE, ...models]) {
    results.set(name, [...results.get(name) ?? [], await measure(name)]);
  }
}
print();

function measure(name: string): Promise<Result> {
  return withServer(start(name), (port) => programs.load(port, load));
}

function start(name: string): Promise<RunningServer> {
  if (name !== BARE) return startPlayground([name, "--quiet"]);
  return startAndReadPort(Deno.execPath(), ["run", "--allow-net", pathOf("bare.ts")]);
}

function print(): void {
  const bare = middle(BARE, "messagesPerSecond");
  console.log(`${flags.conns} clients, ${flags.size} bytes, ${flags.rounds} rounds, medians`);
  console.log(`${"".padEnd(24)}messages/s   ratio   p50 µs   p99 µs`);
  for (const name of results.keys()) {
    const perSecond = middle(name, "messagesPerSecond");
    const columns = [
      String(perSecond).padStart(10),
      (perSecond / bare).toFixed(3).padStart(8),
      String(middle(name, "p50Us")).padStart(9),
      String(middle(name, "p99Us")).padStart(9),
    ];
    console.log(`${name.padEnd(24)}${columns.join("")}`);
  }
}

function middle(name: string, key: keyof Result): number {
  return median((results.get(name) ?? []).map((result) => result[key]));
}
