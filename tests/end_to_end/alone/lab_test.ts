/**
 * `playground lab`: that experiments are run, come to their verdicts, and leave nothing behind.
 *
 * @module
 */

// @ts-types="../../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { enLab } from "../../../cli/messages/en/lab_experiments.ts";
import { zhLab } from "../../../cli/messages/zh/lab_experiments.ts";
import type { Cost } from "../../../clients/lab/servant_costs.ts";
import { EXPERIMENT_NAMES } from "../../../clients/lab/experiments.ts";
import { hasSystemCalls } from "../../../servers/system/system_calls.ts";
import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertStringIncludes,
} from "../../harness/assert.ts";
import { decode } from "../../harness/bytes.ts";
import { assertOneLine } from "../../harness/one_line.ts";
import { commandFor, type Outcome, run } from "../../harness/playground.ts";
import { commandLines, processTree, stillRunning, untilAllEnded } from "../../harness/processes.ts";
import { test } from "../../harness/test.ts";

const ignore = !hasSystemCalls();
/** How long a process may outlive a lab that was killed. Generous: it is for hanging, not speed. */
const MAX_ORPHANED_MS = 60_000;
/** How often an experiment is begun that a busy machine lets come to its end before it is ended. */
const TRIES = 10;
const POLL_INTERVAL_MS = 100;
/** It ends when its connection does. */
const CAT = /^cat$/;

/** What a line of `--json` says. */
interface Report {
  readonly name: string;
  readonly claim: string;
  readonly verdict: string;
  readonly reason?: string;
  readonly observations?: Readonly<Record<string, unknown>>;
}

function reports({ stdout }: Outcome): Report[] {
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
}

test("lab lists the experiments with their claims", async () => {
  const { code, stdout } = await run(["lab"]);
  assertEquals(code, 0);
  assertEquals([...stdout.match(/^[a-z][a-z-]*(?= )/gm) ?? []], EXPERIMENT_NAMES);
  assertMatch(stdout, /^backlog +A connect succeeds while the listen queue has room/m);

  const listed: Report[] = JSON.parse((await run(["lab", "--json"])).stdout);
  assertEquals(listed.map(({ name }) => name), EXPERIMENT_NAMES);
  for (const { name, claim } of listed) {
    assertEquals(claim, enLab.experiments[name as keyof typeof enLab.experiments].claim);
  }
});

test("an experiment that there is not gets a line with the nearest name", async () => {
  assertOneLine(
    await run(["lab", "lt-vs-et", "backlg"]),
    2,
    /^unknown experiment backlg; did you mean backlog\?/,
  );
});

/** Runs everything once, noting which processes there are meanwhile. */
const everything = lazily(async () => {
  const lab = start(["all", "--json"]);
  const seen = new Set<number>();
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      for (const pid of await processTree(lab.pid)) seen.add(pid);
      await delay(POLL_INTERVAL_MS);
    }
  })();
  const { code, stdout, stderr } = await lab.output();
  isOver = true;
  await looking;
  return { outcome: { code, stdout: decode(stdout), stderr: decode(stderr) }, seen: [...seen] };
});

for (const name of EXPERIMENT_NAMES) {
  test(`lab all: ${name} holds`, async () => {
    const report = reports((await everything()).outcome).find((one) => one.name === name);
    assertEquals(report?.verdict, "holds", JSON.stringify(report));
    assert(report?.observations !== undefined);
    assertEquals(report.claim, enLab.experiments[name].claim);
  }, { ignore });
}

test("lab all runs each once, in order, and exits with 0", async () => {
  const { outcome } = await everything();
  assertEquals([outcome.code, outcome.stderr], [0, ""]);
  assertEquals(reports(outcome).map(({ name }) => name), EXPERIMENT_NAMES);
}, { ignore });

test("lab all leaves no process behind", async () => {
  const { seen } = await everything();
  assert(seen.length > 20, `${seen.length} processes were seen`);
  assertEquals(await stillRunning(seen), []);
}, { ignore });

for (const [language, { experiments, verdicts }] of Object.entries({ en: enLab, zh: zhLab })) {
  test(`lab tells people the claim, what was seen, and the verdict (${language})`, async () => {
    const names = ["lt-vs-et", "one-at-a-time"] as const; // in the order in which they are typed
    const { code, stdout, stderr } = await run(["lab", ...names, "--lang", language]);
    assertEquals([code, stderr], [0, ""]);
    const [first, second, ...rest] = stdout.split(/^(?=\S)/m);
    assertEquals(rest, []);
    for (const [index, page] of [first, second].entries()) {
      const name = names[index];
      assertEquals(page.split("\n")[0], name);
      assertStringIncludes(withoutSpaces(page), withoutSpaces(experiments[name].claim));
      assertEquals(page.trimEnd().split("\n").at(-1), `  ${verdicts.holds}`);
    }
    assertMatch(first, /9,216/);
    assertMatch(second, /"one two three "/);
  }, { ignore });
}

for (const [language, { experiments }] of Object.entries({ en: enLab, zh: zhLab })) {
  test(
    `process-cost says what each costs, and which the claim is about (${language})`,
    async () => {
      const { stdout } = await run(["lab", "process-cost", "--lang", language]);
      const texts = experiments["process-cost"];
      for (const servant of Object.values(texts.servants)) {
        const bars = stdout.match(new RegExp(`\\d ${servant} +[\\d.,]+ (ms|[kM]?B) █`, "g"));
        assertEquals(bars?.length, 2, `${servant} in ${stdout}`);
      }
      const [meant] = texts.meant(1_000, "", "").split("1,000");
      assertStringIncludes(withoutSpaces(stdout), withoutSpaces(meant));
    },
    { ignore },
  );

  test(`copy-on-write and zombies say what was seen (${language})`, async () => {
    const { stdout } = await run(["lab", "copy-on-write", "zombies", "--lang", language]);
    const texts = { ...experiments["copy-on-write"], ...experiments.zombies };
    assertMatch(stdout, new RegExp(`${texts.afterWriting(2_000)} +[\\d.]+ MB █`));
    for (const said of [texts.separate, texts.ended(3), texts.waited([0, 1, 42], 0)]) {
      assertStringIncludes(withoutSpaces(stdout), withoutSpaces(said));
    }
  }, { ignore });
}

test(
  "process-cost: a forked process has less of its own than one with a runtime, and starts sooner",
  async () => {
    const { stdout } = (await everything()).outcome;
    const line = stdout.split("\n").find((one) => one.includes('"name":"process-cost"'));
    const costs: Readonly<Record<string, Cost>> = JSON.parse(line ?? "{}").observations;
    const { fork, runtime } = costs;
    assert(fork.privateBytes * 3 < runtime.privateBytes, JSON.stringify(costs));
    assert(fork.allServedMs / fork.clients < runtime.allServedMs / runtime.clients);
  },
  { ignore },
);

test("zombies shows what ps prints, and without one what /proc says", async () => {
  const withPs = await run(["lab", "zombies"]);
  assertEquals(withPs.stdout.match(/^ {2}Z +\d+ +\d+ \S+ <defunct>$/gm)?.length, 3, withPs.stdout);
  const withoutPs = await run(["lab", "zombies"], { env: { PATH: "/nonexistent" } });
  assertMatch(withoutPs.stdout, /there is no ps to ask; their state in \/proc is Z, Z, Z$/m);
  assertStringIncludes(withoutPs.stdout, enLab.verdicts.holds);
}, { ignore });

/** Where lines were broken is left open. */
function withoutSpaces(text: string): string {
  return text.replace(/\s/g, "");
}

test("what the machine has too few descriptors for could not be run, and the rest is", async () => {
  const before = "ulimit -n 512";
  const outcome = await run(["lab", "scan-cost", "lt-vs-et", "--json"], { before });
  assertEquals([outcome.code, outcome.stderr], [1, ""]);
  const [scanCost, ltVsEt] = reports(outcome);
  assertEquals([scanCost.verdict, ltVsEt.verdict], ["not-run", "holds"]);
  assertMatch(scanCost.reason ?? "", /^it needs [\d,]+ descriptors, but the limit is 512; run "ul/);

  const told = await run(["lab", "fd-limit"], { before });
  assertEquals([told.code, told.stderr], [1, ""]);
  assertMatch(told.stdout, /^ {2}Could not run: it needs [\d,]+ descriptors/m);
}, { ignore });

/** A moment in an experiment, by what one of its processes runs. */
const MOMENTS: readonly (readonly [experiment: string, program: RegExp])[] = [
  ["busy-poll", /^(?!\S*sh ).*serve nonblocking/], // no longer the shell that became it
  ["process-cost", /^(?!\S*sh ).*--lab-role process-cost/],
  ["copy-on-write", /^(?!\S*sh ).*--lab-role copy-on-write/],
  ["switch-cost", CAT],
];
for (const [name, program] of MOMENTS) {
  for (const signal of ["SIGKILL", "SIGINT"] as const) {
    test(`${name}, ended by ${signal}, leaves no process for long`, async () => {
      let tree;
      for (let tries = 0; (tree = await treeOfEnded(name, program, signal)) === undefined;) {
        assertLess(++tries, TRIES, `${name} is over before ${signal} comes`);
      }
      try {
        await untilAllEnded(tree, MAX_ORPHANED_MS);
      } finally {
        for (const left of await stillRunning(tree)) kill(left, "SIGKILL");
      }
    }, { ignore });
  }
}

function start(args: readonly string[]): Deno.ChildProcess {
  const [program, programArgs] = commandFor(["lab", ...args]);
  return new Deno.Command(program, {
    args: programArgs,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { LC_ALL: "C" },
  }).spawn();
}

/**
 * Ends an experiment when one of its processes runs such a program, which from then on does not end by
 * itself: it is killed, or it is left.
 *
 * @returns all its processes then; `undefined` if it had come to its end before
 */
async function treeOfEnded(
  name: string,
  program: RegExp,
  signal: Deno.Signal,
): Promise<number[] | undefined> {
  const lab = start([name]);
  const tree = await treeWith(lab.pid, program);
  if (program !== CAT) await stop(tree, program);
  kill(lab.pid, signal);
  return (await lab.output()).signal === signal ? tree : undefined;
}

/** Sends a signal. That the process has ended is no error. */
function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Stops those of the processes that run such a program. */
async function stop(pids: readonly number[], program: RegExp): Promise<void> {
  for (const pid of pids) {
    const [line = ""] = await commandLines([pid]);
    if (program.test(line)) kill(pid, "SIGSTOP");
  }
}

/**
 * Waits until a descendant of the process runs such a program.
 *
 * @returns the process and all its descendants then, or when it has ended
 */
async function treeWith(pid: number, program: RegExp): Promise<number[]> {
  for (;;) {
    const tree = await processTree(pid);
    const lines = await commandLines(tree);
    if (lines.length === 0 || lines.some((line) => program.test(line))) return tree;
  }
}

function lazily<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => made ??= make();
}
