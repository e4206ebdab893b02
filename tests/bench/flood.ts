/**
 * How fast the flood is on the system's own calls, as a ratio to a load in C measured in turn with it,
 * both against the same server in C: `deno task bench:flood [--rounds N] [--seconds N]`. Linux.
 *
 * @module
 */

// @ts-types="../../cli/std/parse_args.d.ts"
import { parseArgs } from "@std/cli/parse-args";
import { run } from "../harness/playground.ts";
import {
  CompiledPrograms,
  median,
  pathOf,
  type RunningServer,
  startOnPort,
  withServer,
} from "./measure.ts";

const flags = parseArgs(Deno.args, {
  string: ["rounds", "seconds", "conns", "size"],
  default: { rounds: "7", seconds: "4", conns: "200", size: "64" },
});
const seconds = Number(flags.seconds);

await using programs = new CompiledPrograms();
const program = await programs.program(pathOf("peers/epoll_echo.c"));
const ours: number[] = [];
const theirs: number[] = [];
for (let round = 0; round < Number(flags.rounds); round++) {
  ours.push(await measure(flood));
  theirs.push(await measure(load));
}
const ratio = (median(ours) / median(theirs)).toFixed(3);
console.log(`flood ${median(ours)} messages/s, load.c ${median(theirs)}: ${ratio} (wanted ≥ 0.95)`);

function measure(send: (server: RunningServer) => Promise<number>): Promise<number> {
  return withServer(startOnPort(program, []), (server) => send(server));
}

/** Its own figure: from the first connection on, before its code is compiled. */
async function flood({ port }: RunningServer): Promise<number> {
  const { stdout, stderr } = await run(
    ["flood", "--sockets", "libc", "--no-think", "--json", "--quiet", "--port", String(port)]
      .concat("--conns", String(flags.conns), "--size", String(flags.size))
      .concat("--duration", `${seconds}s`),
  );
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout).messagesPerSecond;
}

async function load(server: RunningServer): Promise<number> {
  const { conns, size } = flags;
  const wanted = { clients: Number(conns), sizeBytes: Number(size), seconds };
  return (await programs.load(server, wanted)).messagesPerSecond;
}
