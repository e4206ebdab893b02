/**
 * `playground lab`: that experiments are run, come to their verdicts, and leave nothing behind.
 *
 * @module
 */

// @ts-types="../../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { enLab } from "../../../cli/messages/en/lab_experiments.ts";
import { zhLab } from "../../../cli/messages/zh/lab_experiments.ts";
import { EXPERIMENT_NAMES } from "../../../clients/lab/experiments.ts";
import { hasSystemCalls } from "../../../servers/system/system_calls.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../harness/assert.ts";
import { decode } from "../../harness/bytes.ts";
import { assertOneLine } from "../../harness/one_line.ts";
import { commandFor, type Outcome, run } from "../../harness/playground.ts";
import { commandLines, processTree, stillRunning, untilAllEnded } from "../../harness/processes.ts";
import { test } from "../../harness/test.ts";

const ignore = !hasSystemCalls();
/** How long a process may outlive a lab that was killed. */
const MAX_ORPHANED_MS = 2_000;
const POLL_INTERVAL_MS = 100;

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
  ["busy-poll", /^(?!sh ).*serve nonblocking/], // no longer the shell that became it
  ["process-cost", /--serve-one-client/],
  ["switch-cost", /^cat$/],
];
for (const [name, program] of MOMENTS) {
  for (const signal of ["SIGKILL", "SIGINT"] as const) {
    test(`${name}, ended by ${signal}, leaves no process for long`, async () => {
      const lab = start([name]);
      const tree = await treeWith(lab.pid, program);
      lab.kill(signal);
      const { stdout } = await lab.output();
      await untilAllEnded(tree, MAX_ORPHANED_MS);
      assert(!decode(stdout).includes(enLab.verdicts.holds), "it had come to its end before");
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

/** Waits until a descendant of the process runs such a program. @returns all its descendants then */
async function treeWith(pid: number, program: RegExp): Promise<number[]> {
  for (;;) {
    const tree = await processTree(pid);
    const lines = await commandLines(tree);
    if (lines.some((line) => program.test(line))) return tree;
    if (lines.length === 0) throw new Error(`it ended before ${program} was seen`);
  }
}

function lazily<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => made ??= make();
}
