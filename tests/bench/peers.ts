/**
 * How fast the models are on the system's own calls, as ratios to the same model in C and in Python,
 * measured in turn with them. Linux; needs a C compiler and Python 3.
 *
 *   deno task bench:peers [--rounds N] [--seconds N] [--peers DIRECTORY] [NAME…]
 *
 * Absolute figures depend on the machine and on what else it does; the ratios of medians from one run
 * do not. A name is a part of what a line says, such as `epoll` or `16384`.
 *
 * @module
 */

// @ts-types="../../cli/std/parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { CompiledPrograms, type Load, median, pathOf, type Result } from "./measure.ts";
import { type RunningServer, startOnPort, startPlayground, withServer } from "./measure.ts";

interface Case {
  readonly ours: readonly string[];
  /** A file in the directory of the peers. */
  readonly peer: string;
  readonly clients: number;
  readonly sizeBytes?: number;
  readonly metric?: keyof Result;
  readonly wanted: string;
}

const CASES: readonly Case[] = [
  ...[64, 16_384].flatMap((sizeBytes) =>
    [50, 200, 1_000].map((clients) => ({
      ours: ["epoll"],
      peer: "epoll_echo.c",
      clients,
      sizeBytes,
      wanted: "≥ 0.97",
    }))
  ),
  { ours: ["select"], peer: "select_server.py", clients: 200, wanted: "≥ 1.05" },
  { ours: ["poll"], peer: "poll_server.py", clients: 200, wanted: "≥ 1.05" },
  { ours: ["nonblocking"], peer: "nonblocking_server.py", clients: 200, wanted: "≥ 1.05" },
  { ours: ["thread"], peer: "thread_server.py", clients: 50, wanted: "≥ 2.2" },
  { ours: ["process"], peer: "process_server.py", clients: 50, wanted: "≥ 1.0" },
  ...[
    { ours: ["process", "--exec", "cat"], peer: "process_server.py", wanted: "≤ 1.0" },
    { ours: ["thread", "--spare", "128"], peer: "thread_server.py", wanted: "≤ 0.5" },
    { ours: ["process"], peer: "process_server.py", wanted: "≤ 0.8" },
  ].map((one) => ({ ...one, clients: 100, metric: "allServedMs" as const })),
];

const flags = parseArgs(Deno.args, {
  string: ["_", "rounds", "seconds", "peers"],
  default: { rounds: "5", seconds: "2", peers: pathOf("peers") },
});

await using programs = new CompiledPrograms();
console.log(`${"".padEnd(52)}     ours      peer   ratio  wanted`);
for (const one of CASES) {
  const name = nameOf(one);
  if (flags._.length > 0 && !flags._.some((part) => name.includes(part))) continue;
  const { ours, peer } = await compare(one);
  const ratio = (ours / peer).toFixed(3).padStart(7);
  console.log(`${name.padEnd(52)}${shown(ours)}${shown(peer)} ${ratio}  ${one.wanted}`);
}

/** The medians of both sides. */
async function compare(one: Case): Promise<{ ours: number; peer: number }> {
  const load = {
    clients: one.clients,
    sizeBytes: one.sizeBytes ?? 64,
    seconds: Number(flags.seconds),
  };
  const values = { ours: [] as number[], peer: [] as number[] };
  const metric = one.metric ?? "messagesPerSecond";
  for (let round = 0; round < Number(flags.rounds); round++) {
    values.ours.push((await measure(startPlayground(oursArgs(one)), load))[metric]);
    values.peer.push((await measure(startPeer(one.peer), load))[metric]);
  }
  return { ours: median(values.ours), peer: median(values.peer) };
}

function measure(starting: Promise<RunningServer>, load: Load): Promise<Result> {
  return withServer(starting, (port) => programs.load(port, load));
}

function oursArgs({ ours }: Case): string[] {
  return [...ours, "--sockets", "libc", "--quiet", "--backlog", "4096"];
}

async function startPeer(file: string): Promise<RunningServer> {
  const path = `${flags.peers}/${file}`;
  return file.endsWith(".py")
    ? await startOnPort("python3", [path])
    : await startOnPort(await programs.program(path), []);
}

function nameOf({ ours, peer, clients, sizeBytes = 64, metric }: Case): string {
  const what = metric === "allServedMs" ? "all served, ms" : `${sizeBytes} B`;
  return `${ours.join(" ")} ÷ ${peer}, ${clients} clients, ${what}`;
}

function shown(value: number): string {
  return (value < 1_000 ? value.toFixed(1) : String(Math.round(value))).padStart(10);
}
