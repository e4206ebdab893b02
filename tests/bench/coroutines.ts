/**
 * How fast the coroutines are, as ratios to greenlet and gevent of Python, measured in turn with them.
 * What gevent costs beside epoll is measured by `deno task bench:peers "gevent ÷"`.
 * Linux; needs a C compiler, and Python 3 with greenlet and gevent (Debian: `python3-gevent`).
 *
 *   deno task bench:coroutines [--rounds N] [--seconds N] [--python PROGRAM]
 *
 * @module
 */

// @ts-types="../../cli/std/parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { CompiledPrograms, median, pathOf, runOrFail, withServer } from "./measure.ts";
import { type RunningServer, startOnPort, startPlayground } from "./measure.ts";

const flags = parseArgs(Deno.args, {
  string: ["rounds", "seconds", "python"],
  default: { rounds: "5", seconds: "2", python: "/usr/bin/python3" },
});

const interpreter = String(flags.python);

/** Gives one figure. */
type Measure = () => Promise<number>;

interface Comparison {
  readonly name: string;
  readonly ours: Measure;
  /** What ours is divided by; without it, the figure itself counts. */
  readonly peer?: Measure;
  readonly wanted: string;
}

await using programs = new CompiledPrograms();

const COMPARISONS: readonly Comparison[] = [
  {
    name: "two generators through the hand scheduler, million switches/s",
    ours: async () => await ours("scheduler_switches.ts") / 1e6,
    wanted: "≥ 5",
  },
  {
    name: "greenlet switches ÷ Python's greenlet",
    ours: () => ours("greenlet_switches.ts"),
    peer: () => python("greenlet_switches.py"),
    wanted: "≥ 1.5",
  },
  {
    name: "gevent, 200 clients, 64 B ÷ Python's gevent, CPU per message",
    ours: () => load(startPlayground(["gevent", "--sockets", "libc", "--quiet"])),
    peer: () => load(startOnPort(interpreter, [pathOf("peers/gevent_server.py")])),
    wanted: "≤ 0.5",
  },
  {
    name: "spawn and join 100,000 empty tasks ÷ Python's gevent, time",
    ours: () => ours("gevent_spawn.ts"),
    peer: () => python("gevent_spawn.py"),
    wanted: "≤ 0.3",
  },
];

console.log(`${"".padEnd(62)}  ratio  wanted`);
for (const { name, ours, peer, wanted } of COMPARISONS) {
  const figures: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
  for (let round = 0; round < Number(flags.rounds); round++) {
    figures.ours.push(await ours());
    figures.peer.push(await peer?.() ?? 1);
  }
  const ratio = median(figures.ours) / median(figures.peer);
  console.log(`${name.padEnd(62)}${ratio.toFixed(2).padStart(7)}  ${wanted}`);
}

async function ours(file: string): Promise<number> {
  return Number(await runOrFail(Deno.execPath(), ["run", pathOf(`coroutines/${file}`)]));
}

async function python(file: string): Promise<number> {
  return Number(await runOrFail(interpreter, [pathOf(`peers/${file}`)]));
}

async function load(starting: Promise<RunningServer>): Promise<number> {
  const options = { clients: 200, sizeBytes: 64, seconds: Number(flags.seconds) };
  return (await withServer(starting, (server) => programs.load(server, options))).cpuUs;
}
