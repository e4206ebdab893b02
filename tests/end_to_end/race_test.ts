/**
 * What a race promises, whoever takes part.
 *
 * @module
 */

import type { RaceRecord } from "../../clients/race/record.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertNotMatch,
} from "../harness/assert.ts";
import { decode } from "../harness/bytes.ts";
import { faultyProgram } from "../harness/faulty_program.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { commandFor, type Outcome, run } from "../harness/playground.ts";
import { commandLines, processesWith, untilNextLook } from "../harness/processes.ts";
import { test } from "../harness/test.ts";

const ignore = Deno.build.os === "windows";
/** A race that is soon over. */
const SHORT = ["--rounds", "1", "--settle", "2s", "--warmup", "100ms", "--duration", "200ms"];
/**
 * How long a process may outlive a race that was killed. It is for hanging, not speed, and less than what runs
 * would take to end by itself.
 */
const MAX_ORPHANED_MS = 30_000;

/** Runs a race of a few connections, and reads its record. */
function race(...args: string[]): Promise<Outcome & { record: RaceRecord }> {
  return recordedRace([...SHORT, "--conns", "10", ...args]);
}

async function recordedRace(args: string[]): Promise<Outcome & { record: RaceRecord }> {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const outcome = await run(["race", ...args, "--json", file]);
    return { ...outcome, record: JSON.parse(await Deno.readTextFile(file)) };
  } finally {
    await Deno.remove(file);
  }
}

/** The flag with which a program races along. */
function against(name: string, [...command]: readonly string[]): string[] {
  return ["--against", `${name}=${command.map((word) => `'${word}'`).join(" ")}`];
}

function serverOf({ servers }: RaceRecord, name: string) {
  const server = servers.find((one) => one.name === name);
  assert(server !== undefined, `${name} is not among ${servers.map((one) => one.name)}`);
  return server;
}

test("models and other programs are measured, and the fastest comes first", async () => {
  const [program, args] = commandFor(["serve", "select", "--quiet", "--port", "{port}"]);
  const { code, stdout, record } = await race(
    ...["select", "blocking", "--sockets", "deno"],
    ...against("the same", [program, ...args]),
  );
  assertEquals(code, 0);
  // Who serves one client alone may be fast, and does not come before those that serve all.
  const speeds = record.servers.slice(0, 2).map(({ figures }) => figures.messagesPerSecond ?? 0);
  assertEquals(speeds, speeds.toSorted((a, b) => b - a));
  assertEquals(record.servers[2].name, "blocking deno");
  for (const name of ["select deno", "the same"]) {
    const { figures, latencies } = serverOf(record, name);
    assertEquals(figures.served, 10);
    assertLess(0, figures.allServedMs ?? 0);
    assertLess(figures.p50Ms ?? 0, figures.p999Ms ?? 0);
    const ms = latencies.map(([, one]) => one);
    assertEquals(ms, ms.toSorted((a, b) => a - b));
  }
  assertEquals(serverOf(record, "blocking deno").figures.served, 1);
  assertMatch(stdout, /^blocking deno .* 1\/10 /m);
  assertMatch(stdout, /^! not all connections served: blocking deno \(1 of 10 after 2 s\)$/m);
  assertEquals(serverOf(record, "blocking deno").answered, 1);
  assertMatch(record.command, /^playground race --rounds 1 .* select blocking /);
  const { wakeUpsPerThousand } = serverOf(record, "select deno").figures;
  assertLess(0, wakeUpsPerThousand ?? 0);
  assertEquals(serverOf(record, "the same").figures.wakeUpsPerThousand, undefined);
}, { ignore });

test("every round runs in another order, which the seed repeats, and each is kept", async () => {
  const entrants = ["select", "epoll", "async", "--sockets", "deno", "--conns", "2"];
  const short = ["--warmup", "0", "--duration", "1ms", "--rounds", "4", "--seed", "12"];
  const { code, stdout, record } = await recordedRace([...entrants, ...short]);
  assertEquals(code, 0);
  const { orders, seed, servers } = record;
  assertEquals([seed, orders.length], [12, 4]);
  for (const order of orders) {
    assertEquals(order.toSorted(), servers.map(({ name }) => name).toSorted());
  }
  assertLess(1, new Set(orders.map((order) => order.join())).size);
  assertMatch(stdout, /^each round in another order: --seed 12$/m);
  const again = await recordedRace([...entrants, ...short]);
  assertEquals(again.record.orders, orders);
  for (const { rounds, figures } of servers) {
    const speeds = rounds.map((one) => one.figures.messagesPerSecond ?? NaN);
    assertEquals(speeds.length, 4);
    const [, low, high] = speeds.toSorted((a, b) => a - b);
    assertLess(Math.abs((low + high) / 2 / (figures.messagesPerSecond ?? NaN) - 1), 1e-4);
  }
});

test("at a fixed rate, all get the same messages, and latencies are what is compared", async () => {
  const { code, stdout, record } = await recordedRace([
    ...["select", "epoll", "--sockets", "deno", "--conns", "10", "--total-rate", "500"],
    ...["--warmup", "100ms", "--duration", "1s", "--rounds", "1", "--baseline", "select deno"],
  ]);
  assertEquals([code, record.conditions.rate, record.ranking], [0, 50, "p99Ms"]);
  assertEquals(record.baseline, "select deno");
  for (const { figures: { messagesPerSecond = 0, p99Ms } } of record.servers) {
    assertLess(Math.abs(messagesPerSecond - 500), 50);
    assertLess(0, p99Ms ?? 0);
  }
  assertMatch(stdout.replaceAll(/\s+/g, " "), /; at a fixed rate of 500 messages\/s in all /);
  assertMatch(stdout, /^server .* 99 % .* 50 % /m);
});

test("what a server takes is measured, its children included", async () => {
  // The system tells CPU time in hundredths of a second, of which a busy machine grants few in less.
  const { record } = await race(
    "process",
    "epoll",
    "--sockets",
    "libc",
    "--settle",
    "60s",
    "--duration",
    "1s",
  );
  const epoll = serverOf(record, "epoll libc").figures;
  const children = serverOf(record, "process libc").figures;
  assertEquals([epoll.processes, children.processes], [1, 12]); // with the one that forks
  assertLess(epoll.threads ?? 0, children.threads ?? 0);
  assertLess(epoll.peakMemoryBytes ?? 0, children.peakMemoryBytes ?? 0);
  // The parent does nothing for a message. A child takes no less CPU for it than the loop, give or
  // take what was rounded off, and has to be woken up.
  assertLess(0, epoll.cpuSecondsPerMillion ?? 0);
  assertLess((epoll.cpuSecondsPerMillion ?? 0) / 4, children.cpuSecondsPerMillion ?? 0);
  assertLess(500, children.switchesPerThousand ?? 0);
}, { ignore: !hasSystemCalls() });

test("who fails, hangs or dies has a row with the reason, and the race goes on", async () => {
  const { code, stdout, record } = await race(
    ...["select", "--sockets", "deno", "--rounds", "2"],
    ...against("ends", ["sh", "-c", "echo no such port {port} >&2; exit 3"]),
    ...against("hangs", faultyProgram("{port}")),
    ...against("dies", faultyProgram("{port}", "dying")),
  );
  assertEquals(code, 0);
  assertMatch(stdout, /^ends: it ended before it listened: exit status 3, no such port \d+$/m);
  assertMatch(stdout, /^hangs: none of 10 connections was served \(10 were opened\)$/m);
  assertMatch(stdout, /^dies: it ended under the load: exit status 7, enough of this$/m);
  assertEquals(record.servers.map(({ rounds }) => rounds.length).toSorted(), [1, 2, 2, 2]);
  assertEquals([record.heatsDone, record.heatsAll], [7, 7]);
}, { ignore });

test("what answers wrongly is told", async () => {
  const file = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(
    file,
    "export default () => ({ receive: (bytes) => bytes.map((byte) => byte ^ 1) });",
  );
  const { stdout } = await race("select", "--sockets", "deno", "--handler", file);
  await Deno.remove(file);
  assertMatch(stdout, /^! wrong bytes came back: select deno \(\d+\)$/m);
});

test(
  "who loses connections, answers wrongly or stalls has no throughput, and no star",
  async () => {
    const faults = ["closing", "resetting", "garbling", "stalling"] as const;
    const { code, stdout, record } = await race(
      ...["select", "--sockets", "deno"],
      ...faults.flatMap((fault) => against(fault, faultyProgram("{port}", fault))),
    );
    assertEquals(code, 0);
    const [first, ...others] = record.servers;
    assertEquals(first.name, "select deno");
    for (const { name, figures } of others) {
      assertEquals(
        figures.messagesPerSecond,
        undefined,
        name,
      );
    }
    assertNotMatch(stdout, /^(closing|resetting|garbling|stalling) .*\*/m);
    assertMatch(stdout, /^closing +lost /m);
    assertMatch(stdout, /^garbling +wrong bytes /m);
    assertMatch(stdout, /^stalling +stalled /m);
    assertMatch(
      stdout,
      /^resetting: none of 10 connections was served .*, 10\s+reset\s+by\s+the\s+server$/m,
    );
    assertMatch(stdout, /^! connections lost: closing \(10 closed early by the server\)$/m);
    assertMatch(stdout, /^! wrong bytes came back: garbling \(\d+\)$/m);
    assertMatch(stdout, /^! connections without an answer at the end: stalling \(10\)$/m);
    assertMatch(serverOf(record, "closing").fault ?? "", /^10 closed early by the server$/);
  },
  { ignore },
);

test("what is timed begins when all were answered, however long the last one takes", async () => {
  const { code, stdout, record } = await race(
    // Each thread serves one after another; the first answer of the last takes at least 8 × 100 ms.
    ...["select", "--sockets", "deno", "--cpu", "100", "--settle", "60s", "--conns", "8"],
  );
  const { figures, answered } = serverOf(record, "select deno");
  assertEquals([code, figures.served, answered], [0, 8, 8]);
  assertLess(790, figures.allServedMs ?? 0);
  assertMatch(stdout, /^select deno .* 8 /m);
});

test("connections that come and go: how many a second, and how long all of them took", async () => {
  const file = await Deno.makeTempFile({ suffix: ".csv" });
  const [program, args] = commandFor(["serve", "select", "--handler", "bytes", "--port", "{port}"]);
  const { code, stdout, record } = await recordedRace([
    ...["epoll", "threadpool", "--sockets", "deno", "--churn", "--conns", "3", "--each", "20"],
    ...["--duration", "60s", "--csv", file, ...against("the same", [program, ...args])],
    ...["--rounds", "1"],
  ]);
  assertEquals(code, 0);
  const csv = await Deno.readTextFile(file);
  await Deno.remove(file);
  assertEquals(record.conditions.discipline, "churn");
  for (const name of ["epoll deno", "threadpool deno", "the same"]) {
    const { connectionsPerSecond = 0, runMs = 0, served, ...figures } = serverOf(record, name)
      .figures;
    assertEquals(served, 60);
    assertLess(Math.abs(connectionsPerSecond - 60_000 / runMs), connectionsPerSecond / 100);
    assertLess(figures.firstAnswerP50Ms ?? NaN, (figures.firstAnswerP999Ms ?? NaN) + 0.001);
    assertMatch(csv, new RegExp(`^${name},.*,60,${runMs},`, "m"));
  }
  assertMatch(stdout, /^server .* connections\/s +served +the run/m);
});

test("who does not get to all that come and go is told how many it did get to", async () => {
  const { code, stdout, record } = await recordedRace([
    ...["select", "--sockets", "deno", "--churn", "--conns", "2", "--each", "1000000"],
    ...["--duration", "300ms", "--rounds", "1"],
  ]);
  const { figures, answered } = serverOf(record, "select deno");
  assertEquals([code, figures.runMs, figures.served], [0, undefined, answered]);
  assertLess(0, figures.connectionsPerSecond ?? 0);
  assertMatch(stdout, /^select deno .* \d+\/2000000\s/m);
  assertMatch(stdout, /^select deno .* [\d,]+ of 2,000,000 after 300 ms/m);
  assertMatch(stdout, /^! not all connections served: select deno \([\d,]+ of 2,000,000 after/m);
});

test("capitals are compared with capitals", async () => {
  const { stdout, record } = await race("select", "--sockets", "deno", "--handler", "upper");
  assertEquals(serverOf(record, "select deno").figures.served, 10);
  assert(!stdout.includes("wrong bytes"));
});

test("a server that becomes a daemon is measured, and not only what has started it", async () => {
  const [program, args] = commandFor(
    ["serve", "select", "--sockets", "libc", "--port", "{port}", "--quiet"],
  );
  const { record } = await race(
    ...["select", "--sockets", "libc"],
    ...against("daemon", ["sh", "-c", `(setsid ${[program, ...args].join(" ")} &); exec sleep 60`]),
  );
  // What has started it is a sleep, which takes a fraction of that.
  const memoryOf = (name: string) => serverOf(record, name).figures.peakMemoryBytes ?? 0;
  assertGreater(memoryOf("daemon"), memoryOf("select libc") / 2);
}, { ignore: !hasSystemCalls() });

test("nothing is left behind, not even who has run away from the program", async () => {
  const mark = `RACE_MARK=${crypto.randomUUID()}`;
  const { code } = await run([
    // On a busy machine a thread or a process may serve nobody in so short a time; the loop does.
    ...["race", ...SHORT, "--conns", "10", "select", "thread", "process", "--sockets", "deno"],
    ...against("runaway", faultyProgram("{port}", "runaway")),
    ...against("deaf", faultyProgram("{port}", "deaf")),
  ], { env: environmentOf(mark) });
  assertEquals([code, await processesWith(mark)], [0, []]);
}, { ignore: !hasSystemCalls() });

/** Races to be killed in the middle, and a part of the command line of who runs then. */
const KILLED: [what: string, args: string[], running: string][] = [
  ["a model", ["select", "--sockets", "libc", "--duration", "60s"], "serve select"],
  [
    "a model with children",
    ["process", "--sockets", "libc", "--duration", "60s"],
    "serve-by-forking",
  ],
  ["a program whose child has run away", [
    ...["select", "--sockets", "deno", "--duration", "1ms", "--rounds", "1000"],
    ...against("runaway", faultyProgram("{port}", "runaway")),
  ], "sleep 60"],
];

for (const [what, args, running] of KILLED) {
  test(`a race that is killed leaves nothing: ${what}`, async () => {
    const mark = `RACE_MARK=${crypto.randomUUID()}`;
    const child = start(["race", "--conns", "10", ...args], environmentOf(mark));
    while (!(await marked(mark)).some((command) => command.includes(running))) {
      await untilNextLook();
    }
    child.kill("SIGKILL");
    await child.output();
    const killedMs = performance.now();
    for (let left; (left = await processesWith(mark)).length > 0;) {
      assertLess(performance.now() - killedMs, MAX_ORPHANED_MS, `${left} are left`);
      await untilNextLook();
    }
  }, { ignore: !hasSystemCalls() });
}

test("Ctrl-C ends a race, and shows what it came to", async () => {
  const mark = `RACE_MARK=${crypto.randomUUID()}`;
  const child = start(
    ["race", ...SHORT, "select", "poll", "--sockets", "libc", "--rounds", "1000"],
    environmentOf(mark),
  );
  // When the second runs, whichever that is, the first was measured.
  const seen = new Set<string>();
  while (seen.size < 2) {
    for (const command of await marked(mark)) {
      for (const name of command.match(/\bserve (?:select|poll)\b/g) ?? []) seen.add(name);
    }
    await untilNextLook();
  }
  child.kill("SIGINT");
  const { code, stdout } = await child.output();
  const text = decode(stdout);
  assertMatch(text, /^(?:select|poll) libc .* (?:\d+\/)?200\b/m);
  assertMatch(text, /^! ended early: \d of 2,000 heats were run$/m);
  assertEquals([code, await processesWith(mark)], [0, []]);
}, { ignore: !hasSystemCalls() });

test("files hold what was measured", async () => {
  const directory = await Deno.makeTempDir();
  const path = (name: string) => `${directory}/${name}`;
  const { code, stderr } = await run([
    ...["race", ...SHORT, "--conns", "10", "select", "--sockets", "deno"],
    ...["--json", path("a.json"), "--csv", path("b.csv"), "--html", path("c.html")],
  ]);
  assertEquals(code, 0, stderr);
  const { servers: [{ figures }] }: RaceRecord = JSON.parse(
    await Deno.readTextFile(path("a.json")),
  );
  const csv = await Deno.readTextFile(path("b.csv"));
  assertMatch(csv, new RegExp(`^select deno,select,deno,${figures.messagesPerSecond},10,`, "m"));
  assertMatch(await Deno.readTextFile(path("c.html")), /^<!doctype html>/);
  for (const name of ["a.json", "b.csv", "c.html"]) {
    assertMatch(stderr, new RegExp(`: .*${name}$`, "m"));
  }
  await Deno.remove(directory, { recursive: true });
});

test("--open shows the page to the program that shows pages", async () => {
  const directory = await Deno.makeTempDir();
  const [page, shown] = [`${directory}/race.html`, `${directory}/shown`];
  const script = `#!/bin/sh\necho "$1" > ${shown}\n`;
  await Deno.writeTextFile(`${directory}/xdg-open`, script, { mode: 0o755 });
  const { code, stderr } = await run(
    ["race", ...SHORT, "--conns", "10", "select", "--sockets", "deno", "--html", page, "--open"],
    { env: { PATH: `${directory}:${Deno.env.get("PATH")}` } },
  );
  assertEquals(code, 0, stderr);
  assertEquals(await Deno.readTextFile(shown), `${page}\n`);
  await Deno.remove(directory, { recursive: true });
}, { ignore: Deno.build.os !== "linux" });

const WRONG: [args: string[], status: number, line: RegExp][] = [
  [["selct"], 2, /^unknown model selct; did you mean select\?/],
  [["--against", "x"], 2, /^--against x: it takes NAME=COMMAND with \{port\}/],
  [["--against", " =cat {port}"], 2, /^--against {2}=cat \{port\}: it takes NAME=COMMAND/],
  [["--http", "/a b"], 2, /^--http \/a b: it takes a path such as/],
  [["--against", "x=cat"], 2, /^--against x=cat: it takes NAME=COMMAND with \{port\}/],
  [["select", "--against", "select deno=cat {port}"], 2, /the name select deno is already taken/],
  [["--against", "x=no-such-program {port}"], 1, /^--against no-such-program: .* not found/],
  [["--handler", "http"], 2, /^--handler http: .*echo, upper, or a file/],
  [["--sockets", "deno,tcp"], 2, /^--sockets deno,tcp: it takes deno or libc/],
  [["--each", "5"], 2, /^--each has no effect without --churn/],
  [["--churn", "--settle", "5s"], 2, /^--churn and --settle cannot be used together/],
  [["--churn", "--warmup", "5s"], 2, /^--churn and --warmup cannot be used together/],
  [["--churn", "--handler", "upper"], 2, /^--churn and --handler cannot be used together/],
  [["--churn", "--size", "20000"], 2, /^--churn --size 20000: .* from 1 to 16384/],
  [["--rate", "5", "--total-rate", "9"], 2, /^--rate and --total-rate cannot be used together/],
  [
    ["--total-rate", "10"],
    2,
    /^at this rate, each of 200 connections is asked every 20 s, .* 10 s;/,
  ],
  [["--churn", "--rate", "5"], 2, /^--churn and --rate cannot be used together/],
  [["--churn", "--total-rate", "5"], 2, /^--churn and --total-rate cannot be used together/],
  [["--churn", "--http", "/"], 2, /^--churn and --http cannot be used together/],
  [["--http", "/", "--size", "9"], 2, /^--http and --size cannot be used together/],
  [["--http", "index"], 2, /^--http index: it takes a path such as/],
  [["--duration", "0"], 2, /^--duration 0: it takes a duration from 1ms to 596h/],
  [["--seed", "-1"], 2, /^--seed -1: .* from 0 to 4294967295/],
  [["select", "--baseline", "select den"], 2, /^--baseline select den: .*did you mean select deno/],
  [["--open"], 2, /^--open has no effect without --html/],
  [["--json", "/no/such/directory/x.json"], 1, /^--json \/no\/such\/directory\/x\.json: ./],
];

for (const [args, status, line] of WRONG) {
  test(`race ${args.join(" ")}: one line, and exit status ${status}`, async () => {
    assertOneLine(await run(["race", ...args]), status, line);
  }, { ignore });
}

test("async does not race on sockets that it does not serve on", async () => {
  const outcome = await run(["race", "async", "--sockets", "libc"]);
  assertOneLine(outcome, 2, /^async does not serve on libc sockets\n$/);
}, { ignore: !hasSystemCalls() });

test("where nobody can be measured, the reasons are shown and the exit status is 1", async () => {
  const { code, stdout, stderr } = await run([
    ...["race", ...SHORT, "select", "--sockets", "deno", "--handler", "./no-such-file.js"],
  ]);
  assertMatch(stdout, /^select deno: it ended before it listened: exit status 1, --handler/m);
  assertEquals([code, stderr], [1, "nothing was measured\n"]);
});

/** What a race and all that it starts can be told by. */
function environmentOf(mark: string): Record<string, string> {
  const [name, value] = mark.split("=");
  return { [name]: value };
}

/** The command lines of all that have the mark. */
async function marked(mark: string): Promise<string[]> {
  return await commandLines(await processesWith(mark));
}

function start(args: readonly string[], env: Record<string, string>): Deno.ChildProcess {
  const [program, programArgs] = commandFor(args);
  const options = {
    args: programArgs,
    env: { LC_ALL: "C", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  } as const;
  return new Deno.Command(program, options).spawn();
}
