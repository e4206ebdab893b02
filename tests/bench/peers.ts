/**
 * How fast the models are on the system's own calls, as ratios to the same model in C and in Python,
 * measured in turn with them. Linux; needs a C compiler and Python 3.
 *
 *   deno task bench:peers [--conns N] [--size BYTES] [--rounds N] [--seconds N] [--peers DIRECTORY] [NAME…]
 *
 * A steady load is measured as CPU time of the server per message: messages per second, which stand
 * beside it, hide what a server costs when the load takes the other processor. Absolute figures depend
 * on the machine and on what else it does; the ratios of medians from one run hardly do.
 *
 * A name is a part of what a line says, such as `select` or `epoll ÷`. So one line can be measured in a
 * few seconds: `deno task bench:peers "epoll ÷" --conns 50 --size 64 --rounds 5`.
 *
 * @module
 */

// @ts-types="../../cli/std/parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { CompiledPrograms, inTurn, median, pathOf, type Result } from "./measure.ts";
import { type RunningServer, startOnPort, startPlayground, withServer } from "./measure.ts";

/** What one of our servers is divided by, and what should come of it. */
interface Case {
  readonly ours: readonly string[];
  /** A file in the directory of the peers, or a model of ours. */
  readonly peer: string;
  readonly clients: number;
  readonly sizeBytes: number;
  /** Served anew in each round, these are the milliseconds until all clients were served. */
  readonly isStart?: boolean;
  readonly wanted: string;
}

const FULL_LOADS = [64, 16_384].flatMap((sizeBytes) =>
  [50, 200, 1_000].map((clients) => ({ clients, sizeBytes }))
);
const SMALL = { clients: 200, sizeBytes: 64 };
const FEW = { clients: 50, sizeBytes: 64 };

const CASES: readonly Case[] = [
  ...[
    { ours: ["epoll"], peer: "epoll_echo.c" },
    { ours: ["select"], peer: "select_echo.c" },
    { ours: ["poll"], peer: "poll_echo.c" },
    { ours: ["gevent"], peer: "epoll" },
    { ours: ["uring"], peer: "epoll_echo.c", limits: ["≤ 0.95", "≤ 1.05"] },
    { ours: ["uring"], peer: "uring_echo.c", limits: ["≤ 1.10", "≤ 1.10"] },
  ].flatMap(({ limits, ...pair }) =>
    FULL_LOADS.map((load) => {
      const [small, large] = limits ?? ["≤ 1.15", pair.peer === "epoll" ? "≤ 1.15" : "≤ 1.1"];
      const wanted = load.sizeBytes === 64 ? small : large;
      // select(2) takes no descriptor from 1,024 on, and a program has some besides its clients'.
      const isBeyond = pair.ours[0] === "select" && load.clients === 1_000;
      return { ...pair, ...load, clients: isBeyond ? 950 : load.clients, wanted };
    })
  ),
  { ours: ["select"], peer: "select_server.py", ...SMALL, wanted: "" },
  { ours: ["poll"], peer: "poll_server.py", ...SMALL, wanted: "" },
  { ours: ["nonblocking"], peer: "nonblocking_server.py", ...SMALL, wanted: "" },
  { ours: ["thread"], peer: "thread_server.py", ...FEW, wanted: "" },
  { ours: ["process"], peer: "process_server.py", ...FEW, wanted: "" },
  ...[
    { ours: ["process", "--exec", "cat"], peer: "process_server.py", wanted: "≤ 1.0" },
    { ours: ["thread", "--spare", "128"], peer: "thread_server.py", wanted: "≤ 0.5" },
    { ours: ["process"], peer: "process_server.py", wanted: "≤ 0.8" },
  ].map((one) => ({ ...one, clients: 100, sizeBytes: 64, isStart: true })),
];

const flags = parseArgs(Deno.args, {
  string: ["_", "conns", "size", "rounds", "seconds", "peers"],
  default: { rounds: "25", seconds: "0.3", peers: pathOf("peers") },
});
const rounds = Number(flags.rounds);

await using programs = new CompiledPrograms();
console.log(
  `CPU µs of the server per message, and messages/s; or milliseconds until all are served`,
);
console.log(`${"".padEnd(50)}    ours    peer  ratio  wanted    ours/s    peer/s`);
for (const one of CASES.filter(isWanted)) {
  const [ours, peer] = await (one.isStart ? compareStarts(one) : compareLoads(one));
  const figure = one.isStart ? "allServedMs" : "cpuUs";
  const [a, b] = [middle(ours, figure), middle(peer, figure)];
  const perSecond = [ours, peer].map((results) => middle(results, "messagesPerSecond"));
  const columns = [
    a.toFixed(2).padStart(8),
    b.toFixed(2).padStart(8),
    (a / b).toFixed(3).padStart(7),
  ];
  const rates = one.isStart ? "" : perSecond.map((rate) => rate.toFixed(0).padStart(10)).join("");
  console.log(`${nameOf(one).padEnd(50)}${columns.join("")}  ${one.wanted.padEnd(6)}${rates}`);
}

function isWanted(one: Case): boolean {
  const { conns = one.clients, size = one.sizeBytes, _: parts } = flags;
  if (Number(conns) !== one.clients || Number(size) !== one.sizeBytes) return false;
  return parts.length === 0 || parts.some((part) => nameOf(one).includes(String(part)));
}

/** Both servers run all the time, and the load turns to one after the other. */
function compareLoads(one: Case): Promise<Result[][]> {
  return withServer(startOurs(one.ours), (ours) =>
    withServer(startPeer(one.peer), async (peer) => {
      await using first = await programs.openLoad(ours, loadOf(one));
      await using second = await programs.openLoad(peer, loadOf(one));
      return await inTurn(rounds, [() => first.round(), () => second.round()]);
    }));
}

/** Each is started for each round, since what counts is how it meets its first clients. */
function compareStarts(one: Case): Promise<Result[][]> {
  const measure = (start: () => Promise<RunningServer>) => () =>
    withServer(start(), (server) => programs.load(server, loadOf(one)));
  return inTurn(rounds, [
    measure(() => startOurs(one.ours)),
    measure(() => startPeer(one.peer)),
  ]);
}

function loadOf({ clients, sizeBytes }: Case) {
  return { clients, sizeBytes, seconds: Number(flags.seconds) };
}

function startOurs(words: readonly string[]): Promise<RunningServer> {
  return startPlayground([...words, "--sockets", "libc", "--quiet", "--backlog", "4096"]);
}

async function startPeer(name: string): Promise<RunningServer> {
  const path = `${flags.peers}/${name}`;
  if (name.endsWith(".py")) return await startOnPort("python3", [path]);
  if (name.endsWith(".c")) return await startOnPort(await programs.program(path), []);
  return await startOurs([name]);
}

function nameOf({ ours, peer, clients, sizeBytes, isStart }: Case): string {
  const what = isStart ? "until served" : `${sizeBytes} B`;
  return `${ours.join(" ")} ÷ ${peer}, ${clients} clients, ${what}`;
}

function middle(results: readonly Result[], figure: keyof Result): number {
  return median(results.map((result) => result[figure]));
}
