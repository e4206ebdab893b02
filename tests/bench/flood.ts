/**
 * What the flood costs on the system's own calls: its CPU time per message, as a ratio to a load in C
 * measured in turn with it, both against the same server in C; and messages per second. Linux.
 *
 *   deno task bench:flood [--rounds N] [--seconds N] [--conns N] [--size BYTES]
 *
 * To start takes CPU as well. So the flood runs for a short and for a long time, and what the long one
 * took more is divided by what it sent more.
 *
 * @module
 */

// @ts-types="../../cli/std/parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { run } from "../harness/playground.ts";
import { CompiledPrograms, inTurn, median, pathOf } from "./measure.ts";
import { childCpuSeconds, type RunningServer, startOnPort, withServer } from "./measure.ts";

const flags = parseArgs(Deno.args, {
  string: ["rounds", "seconds", "conns", "size"],
  default: { rounds: "7", seconds: "2", conns: "200", size: "64" },
});
const { conns, size } = flags;
const seconds = Number(flags.seconds);
/** How long a flood takes until its code is compiled. */
const SHORT_SECONDS = 2;

/** What a load has come to. */
interface Figures {
  readonly cpuUs: number;
  readonly perSecond: number;
}

await using programs = new CompiledPrograms();
const program = await programs.program(pathOf("peers/epoll_echo.c"));
const [ours, theirs] = await withServer(
  startOnPort(program, []),
  (server) => inTurn(Number(flags.rounds), [() => flood(server), () => load(server)]),
);
const cpuUs = [ours, theirs].map((rounds) => median(rounds.map((one) => one.cpuUs)));
const perSecond = [ours, theirs].map((rounds) => median(rounds.map((one) => one.perSecond)));
console.log(`${conns} clients, ${size} bytes    CPU µs   messages/s`);
["flood", "load.c"].forEach((name, i) =>
  console.log(
    `${name.padEnd(24)}${cpuUs[i].toFixed(2).padStart(8)}${perSecond[i].toFixed(0).padStart(13)}`,
  )
);
console.log(`CPU, flood ÷ load.c: ${(cpuUs[0] / cpuUs[1]).toFixed(3)} (wanted ≤ 1.1)`);

async function flood(server: RunningServer): Promise<Figures> {
  const short = await floodFor(SHORT_SECONDS, server);
  const long = await floodFor(SHORT_SECONDS + seconds, server);
  const messages = long.messages - short.messages;
  return {
    cpuUs: (long.cpuSeconds - short.cpuSeconds) * 1e6 / messages,
    perSecond: messages / seconds,
  };
}

/** A whole run, with its start. */
async function floodFor(
  durationSeconds: number,
  { port }: RunningServer,
): Promise<{ messages: number; cpuSeconds: number }> {
  const before = childCpuSeconds();
  const { stdout, stderr } = await run(
    ["flood", "--sockets", "libc", "--no-think", "--json", "--quiet", "--port", String(port)]
      .concat("--conns", String(conns), "--size", String(size))
      .concat("--duration", `${durationSeconds}s`),
  );
  if (stdout === "") throw new Error(stderr);
  const cpuSeconds = childCpuSeconds() - before;
  return { messages: JSON.parse(stdout).messagesPerSecond * durationSeconds, cpuSeconds };
}

async function load(server: RunningServer): Promise<Figures> {
  const wanted = { clients: Number(conns), sizeBytes: Number(size), seconds };
  const { loadCpuUs, messagesPerSecond } = await programs.load(server, wanted);
  return { cpuUs: loadCpuUs, perSecond: messagesPerSecond };
}
