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
import { fileURLToPath as fromFileUrl } from "node:url";
import { commandFor } from "../harness/playground.ts";
import { TextLineStream } from "../../clients/text_lines.ts";

const flags = parseArgs(Deno.args, {
  string: ["_", "rounds", "seconds", "conns", "size"],
  default: { rounds: "7", seconds: "2", conns: "200", size: "64" },
});
const BARE = "bare Deno.listen loop";
const models = flags._.length > 0 ? flags._ : ["async", "select", "poll", "epoll", "select-queue"];

interface Result {
  readonly messagesPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

const load = await Deno.makeTempFile();
try {
  await runOrFail("cc", ["-O2", "-o", load, fromFileUrl(new URL("load.c", import.meta.url))]);
  const results = new Map<string, Result[]>();
  for (let round = 1; round <= Number(flags.rounds); round++) {
    console.error(`round ${round} of ${flags.rounds}`);
    for (const name of [BARE, ...models]) {
      results.set(name, [...results.get(name) ?? [], await measure(name)]);
    }
  }
  print(results);
} finally {
  await Deno.remove(load);
}

async function measure(name: string): Promise<Result> {
  const [program, args] = name === BARE
    ? [Deno.execPath(), ["run", "--allow-net", fromFileUrl(new URL("bare.ts", import.meta.url))]]
    : commandFor(["serve", name, "--port", "0", "--quiet", "--json"]);
  const server = new Deno.Command(program, { args, stdin: "null", stdout: "piped" }).spawn();
  try {
    const lines = server.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    const { port } = JSON.parse((await lines.read()).value ?? "{}");
    const wanted = [port, flags.conns, flags.size, flags.seconds].map(String);
    const result = JSON.parse(await runOrFail(load, wanted));
    lines.cancel();
    return result;
  } finally {
    server.kill("SIGKILL");
    await server.status;
  }
}

async function runOrFail(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

function print(results: ReadonlyMap<string, readonly Result[]>): void {
  const bare = median(results.get(BARE) ?? [], "messagesPerSecond");
  console.log(`${flags.conns} clients, ${flags.size} bytes, ${flags.rounds} rounds, medians`);
  console.log(`${"".padEnd(24)}messages/s   ratio   p50 µs   p99 µs`);
  for (const [name, some] of results) {
    const perSecond = median(some, "messagesPerSecond");
    const columns = [
      String(perSecond).padStart(10),
      (perSecond / bare).toFixed(3).padStart(8),
      String(median(some, "p50Us")).padStart(9),
      String(median(some, "p99Us")).padStart(9),
    ];
    console.log(`${name.padEnd(24)}${columns.join("")}`);
  }
}

function median(results: readonly Result[], key: keyof Result): number {
  const values = results.map((result) => result[key]).sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)];
}
