/**
 * What the flood costs on the system's own calls: its CPU time per message, as a ratio to a load in C
 * measured in turn with it, both against the same server in C; and messages per second. The same over
 * HTTP, as a ratio to wrk, if that is installed (Debian's package `wrk`). Linux.
 *
 *   deno task bench:flood [--rounds N] [--seconds N] [--conns N] [--size BYTES]
 *
 * To start takes CPU as well. So the flood runs for a short and for a long time, and what the long one
 * took more is divided by what it sent more. That is done with wrk, too.
 *
 * @module
 */

// @ts-types="../../cli/std/parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { run } from "../harness/playground.ts";
import { CompiledPrograms, inTurn, median, pathOf, runOrFail } from "./measure.ts";
import { childCpuSeconds, type RunningServer, startOnPort, withServer } from "./measure.ts";

const flags = parseArgs(Deno.args, {
  string: ["rounds", "seconds", "conns", "size"],
  default: { rounds: "7", seconds: "2", conns: "200", size: "64" },
});
const [conns, size] = [flags.conns, flags.size].map(String);
const seconds = Number(flags.seconds);
/** How long a flood takes until its code is compiled. */
const SHORT_SECONDS = 2;

/** What a load has come to. */
interface Figures {
  readonly cpuUs: number;
  readonly perSecond: number;
}

/** A load that ran for so many seconds, with its start. @returns how many messages were answered */
type Load = (seconds: number, server: RunningServer) => Promise<number>;

await using programs = new CompiledPrograms();
await compare(`${size} bytes`, "epoll_echo", "load.c", [
  inTwoLengths((seconds, server) => flood(["--size", size], seconds, server)),
  load,
]);
if (await hasWrk()) {
  await compare("HTTP", "epoll_http", "wrk", [
    inTwoLengths((seconds, server) => flood(["--http", "/"], seconds, server)),
    inTwoLengths(wrk),
  ]);
} else console.log("\nwrk is not installed: the flood over HTTP is not compared with it");

/** Prints what the flood and another load take, both with the server that is made from `source`. */
async function compare(
  what: string,
  source: string,
  other: string,
  loads: readonly ((server: RunningServer) => Promise<Figures>)[],
): Promise<void> {
  const program = await programs.program(pathOf(`peers/${source}.c`));
  const results = await withServer(
    startOnPort(program, []),
    (server) => inTurn(Number(flags.rounds), loads.map((load) => () => load(server))),
  );
  const cpuUs = results.map((rounds) => median(rounds.map((one) => one.cpuUs)));
  const perSecond = results.map((rounds) => median(rounds.map((one) => one.perSecond)));
  console.log(`${`${conns} clients, ${what}`.padEnd(24)}  CPU µs   messages/s`);
  ["flood", other].forEach((name, i) =>
    console.log(
      `${name.padEnd(24)}${cpuUs[i].toFixed(2).padStart(8)}${perSecond[i].toFixed(0).padStart(13)}`,
    )
  );
  console.log(`CPU, flood ÷ ${other}: ${(cpuUs[0] / cpuUs[1]).toFixed(3)} (wanted ≤ 1.1)`);
}

function inTwoLengths(load: Load): (server: RunningServer) => Promise<Figures> {
  const measured = async (seconds: number, server: RunningServer) => {
    const before = childCpuSeconds();
    const messages = await load(seconds, server);
    return { messages, cpuSeconds: childCpuSeconds() - before };
  };
  return async (server) => {
    const short = await measured(SHORT_SECONDS, server);
    const long = await measured(SHORT_SECONDS + seconds, server);
    const messages = long.messages - short.messages;
    return {
      cpuUs: (long.cpuSeconds - short.cpuSeconds) * 1e6 / messages,
      perSecond: messages / seconds,
    };
  };
}

async function flood(
  what: readonly string[],
  seconds: number,
  { port }: RunningServer,
): Promise<number> {
  const { stdout, stderr } = await run(
    ["flood", "--sockets", "libc", "--no-think", "--json", "--quiet", "--port", String(port)]
      .concat("--conns", conns, "--duration", `${seconds}s`, what),
  );
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout).messagesPerSecond * seconds;
}

async function wrk(seconds: number, { port }: RunningServer): Promise<number> {
  const printed = await runOrFail(
    "wrk",
    ["-t1", `-c${conns}`, `-d${seconds}s`, `http://127.0.0.1:${port}/`],
  );
  return Number(/(\d+) requests in/.exec(printed)?.[1]);
}

async function hasWrk(): Promise<boolean> {
  try {
    await new Deno.Command("wrk", { args: ["-v"], stdout: "null", stderr: "null" }).output();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function load(server: RunningServer): Promise<Figures> {
  const wanted = { clients: Number(conns), sizeBytes: Number(size), seconds };
  const { loadCpuUs, messagesPerSecond } = await programs.load(server, wanted);
  return { cpuUs: loadCpuUs, perSecond: messagesPerSecond };
}
