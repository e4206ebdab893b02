/**
 * What a client costs that comes and goes, where each has a process or a thread of its own, and in a loop:
 * measured against the same servers in C and in Python, in turn with them. Linux; needs a C compiler and Python 3.
 *
 *   deno task bench:churn [--rounds N] [--connections N] [--limit SECONDS] [NAME…]
 *
 * A name is a part of what a row says, such as `UNP`, `thread` or `1,000`. A run that takes longer than
 * the limit is given up. Absolute figures depend on the machine and on what else it does; the ratios of
 * medians from one run hardly do. What a thread costs to start is measured by `deno task bench:threads`.
 *
 * @module
 */

// @ts-types="../../cli/std/parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { type CrowdResult, measureCrowd } from "./crowd.ts";
import { messageOf } from "../../servers/system/thrown.ts";
import {
  CompiledPrograms,
  type LoadedServer,
  median,
  pathOf,
  type Result,
  type RunningServer,
  runOrFail,
} from "./measure.ts";
import { startOnPort, startPlayground, withServer } from "./measure.ts";

/** The run of Stevens' client: so many processes open so many connections each, one after another. */
const PROCESSES = 5;
const ANSWER_BYTES = 4_000;
const ECHO_BYTES = 64;
const SECONDS = 2;
const CROWD = 1_000;
const CROWD_GOAL_BYTES = 1_500_000;
/** The value of a measurement that did not come to its end. */
const GIVEN_UP = NaN;
/** Flags of all servers of ours. */
const COMMON = ["--quiet", "--backlog", "4096"];

const flags = parseArgs(Deno.args, {
  string: ["_", "rounds", "connections", "limit"],
  default: { rounds: "5", connections: "500", limit: "30" },
});
const [rounds, connections, limitSeconds] = [flags.rounds, flags.connections, flags.limit]
  .map(Number);

await using programs = new CompiledPrograms();

/** The servers, each started anew for each measurement. */
const SERVERS = {
  "process libc": () => startOurs(["process", "--sockets", "libc"]),
  "prefork": () => startOurs(["prefork", "--workers", "15"]),
  "thread libc": () => startOurs(["thread", "--sockets", "libc"]),
  "thread deno": () => startOurs(["thread"]),
  "Python multiprocessing": () => startPython("multiprocessing"),
  "Python os.fork": () => startPython("fork"),
  "Python threading": () => startPython("threading"),
  "C fork": () => startC("fork"),
  "C thread": () => startC("thread"),
  "epoll libc": () => startOurs(["epoll", "--sockets", "libc"]),
  "C epoll": () => startC("epoll"),
  "C prefork": () => startC("prefork"),
  "echo, process libc": () => startPlayground(["process", "--sockets", "libc", ...COMMON]),
  "echo, Python": () => startOnPort("python3", [pathOf("peers/process_server.py")]),
} as const;
type Server = keyof typeof SERVERS;

function startOurs(args: readonly string[]): Promise<RunningServer> {
  return startPlayground([...args, "--handler", "bytes", ...COMMON]);
}

function startPython(mode: string): Promise<RunningServer> {
  return startOnPort("python3", [pathOf("peers/bytes_server.py"), mode]);
}

async function startC(mode: string): Promise<RunningServer> {
  return startOnPort(await programs.program(pathOf("peers/bytes_server.c")), [mode]);
}

/** A measurement of one server. */
interface Discipline {
  readonly name: string;
  readonly unit: string;
  /** What stands for a measurement that was given up. */
  readonly givenUp: string;
  measure(server: LoadedServer): Promise<number>;
}

const unp: Discipline = {
  name: `UNP run, ${PROCESSES} × ${connections}`,
  unit: "s",
  givenUp: `> ${limitSeconds} s`,
  measure: measureUnp,
};

const secondUnp: Discipline = {
  ...unp,
  name: `second ${unp.name}`,
  async measure(server) {
    await measureUnp(server); // a just-in-time compiler has warmed up after that
    return await measureUnp(server);
  },
};

async function measureUnp({ port }: LoadedServer): Promise<number> {
  const args = [port, PROCESSES, connections, ANSWER_BYTES, limitSeconds, "bytes"].map(String);
  const output = await runOrFail(await programs.program(pathOf("churn.c")), args);
  const { seconds, right, wrong, hung } = JSON.parse(output);
  if (wrong > 0) throw new Error(`${wrong} answers were wrong`);
  return hung === 0 && right === PROCESSES * connections ? seconds : GIVEN_UP;
}

const echo: Discipline = {
  name: "echo, 50 clients, CPU per message",
  unit: "µs",
  givenUp: "not all",
  measure: (server) => measureLoad(server, 50, SECONDS, "cpuUs"),
};

const allServed: Discipline = {
  name: "100 clients at once, all served",
  unit: "ms",
  givenUp: "not all",
  measure: (server) => measureLoad(server, 100, 0.1, "allServedMs"),
};

async function measureLoad(
  server: LoadedServer,
  clients: number,
  seconds: number,
  figure: keyof Result,
): Promise<number> {
  try {
    return (await programs.load(server, { clients, sizeBytes: ECHO_BYTES, seconds }))[figure];
  } catch (error) {
    console.error(`some of ${clients} clients were not served. ${messageOf(error)}`);
    return GIVEN_UP;
  }
}

/** A row of the table: a ratio, and what it should be. */
interface Row {
  readonly discipline: Discipline;
  readonly ours: Server;
  readonly peer: Server;
  readonly goal?: { readonly atMost: number };
}

const ROWS: readonly Row[] = [
  row(unp, "process libc", "Python multiprocessing", { atMost: 0.6 }),
  row(unp, "process libc", "Python os.fork"),
  row(unp, "process libc", "C fork", { atMost: 5 }),
  row(unp, "thread libc", "Python threading", { atMost: 1.5 }),
  row(unp, "thread deno", "Python threading", { atMost: 3 }),
  row(unp, "thread libc", "C thread"),
  row(unp, "epoll libc", "C epoll"),
  row(secondUnp, "epoll libc", "C epoll", { atMost: 1.3 }),
  row(unp, "prefork", "C prefork", { atMost: 1.2 }),
  row(echo, "echo, process libc", "echo, Python", { atMost: 1 }),
  row(allServed, "echo, process libc", "echo, Python", { atMost: 0.8 }),
];

function row(discipline: Discipline, ours: Server, peer: Server, goal?: Row["goal"]): Row {
  return { discipline, ours, peer, goal };
}

function nameOf({ discipline, ours, peer }: Row): string {
  return `${discipline.name}: ${bare(ours)} ÷ ${bare(peer)}`;
}

/** The name of a server without the discipline that it is for. */
function bare(server: Server): string {
  return server.replace("echo, ", "");
}

function isWanted(name: string): boolean {
  return flags._.length === 0 || flags._.some((part) => name.includes(String(part)));
}

/** What each server has come to, round by round. */
class Measurements {
  readonly #values = new Map<string, number[]>();

  /** Measures a server, unless it was given up in a round before. */
  async add(discipline: Discipline, server: Server): Promise<void> {
    const before = this.#of(discipline, server);
    if (before.some(Number.isNaN)) return;
    const value = await withServer(SERVERS[server](), (running) => discipline.measure(running));
    this.#values.set(`${discipline.name} ${server}`, [...before, value]);
  }

  /** The median, or `GIVEN_UP`. */
  median(discipline: Discipline, server: Server): number {
    const values = this.#of(discipline, server);
    return values.some(Number.isNaN) ? GIVEN_UP : median(values);
  }

  #of(discipline: Discipline, server: Server): readonly number[] {
    return this.#values.get(`${discipline.name} ${server}`) ?? [];
  }
}

const WIDTHS = { name: 64, figure: 12 };

function printRow(name: string, figures: readonly string[], wanted: string, isMet = true): void {
  const columns = figures.map((figure) => figure.padStart(WIDTHS.figure)).join("");
  console.log(`${name.padEnd(WIDTHS.name)}${columns}  ${wanted}${isMet ? "" : "  MISSED"}`);
}

function printRatio(one: Row, measurements: Measurements): void {
  const { discipline, goal } = one;
  const ours = measurements.median(discipline, one.ours);
  const peer = measurements.median(discipline, one.peer);
  const shown = (value: number) => {
    if (Number.isNaN(value)) return discipline.givenUp;
    return `${value < 100 ? value.toPrecision(3) : Math.round(value)} ${discipline.unit}`;
  };
  const ratio = ours / peer;
  const figures = [shown(ours), shown(peer), Number.isNaN(ratio) ? "" : ratio.toFixed(2)];
  if (goal === undefined) return printRow(nameOf(one), figures, "");
  printRow(nameOf(one), figures, `≤ ${goal.atMost}`, ratio <= goal.atMost);
}

function printCrowd(name: string, { served, bytesEach, gaveUp }: CrowdResult): void {
  const figures = [`${served} served`, gaveUp ? "given up" : "", toMegabytes(bytesEach)];
  const isMet = served === CROWD && bytesEach <= CROWD_GOAL_BYTES;
  printRow(name, figures, `≤ ${toMegabytes(CROWD_GOAL_BYTES)}`, isMet);
}

function toMegabytes(sizeBytes: number): string {
  return `${(sizeBytes / 1e6).toFixed(2)} MB`;
}

const rows = ROWS.filter((one) => isWanted(nameOf(one)));
const measurements = new Measurements();
for (let round = 0; round < rounds; round++) {
  const turns = new Map(
    rows.flatMap(({ discipline, ours, peer }) =>
      [ours, peer].map((server) => [`${discipline.name} ${server}`, { discipline, server }])
    ),
  );
  for (const { discipline, server } of turns.values()) await measurements.add(discipline, server);
}
printRow("", ["ours", "peer", "ratio"], "wanted");
for (const one of rows) printRatio(one, measurements);

const crowd = "1,000 clients at once: process libc, private memory each";
if (isWanted(crowd)) printCrowd(crowd, await measureCrowd(CROWD));
if (flags._.length === 0) console.log("What a Worker costs to start: deno task bench:threads");
