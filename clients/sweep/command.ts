import { defineCommand, type Invocation } from "../../cli/command.ts";
import { RefusedError, UsageError } from "../../cli/errors.ts";
import { choices, duration, type FlagValues, integer, onOff } from "../../cli/flags.ts";
import { pause, repeatable, text } from "../../cli/flags.ts";
import type { Messages } from "../../cli/messages.ts";
import { MODEL_NAMES } from "../../servers/registry.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { type Expectation, judge, parseExpectation } from "../expect/expectation.ts";
import { BROKEN, describeVerdicts } from "../expect/verdicts.ts";
import { reserveDescriptors } from "../flood/descriptors.ts";
import { MAX_TOTAL_RATE, pathFlag } from "../flood/flags.ts";
import { ofSize } from "../flood/messages.ts";
import { floodThreads } from "../race/load.ts";
import { untilStopped } from "../race/until_stopped.ts";
import { SweepFiles } from "./files.ts";
import { printConclusions, StepLines } from "./print.ts";
import { modelServers, runningServer } from "./servers.ts";
import type { StepOptions } from "./step.ts";
import { type Sweep, sweep, type SweptServer } from "./sweep.ts";

const KINDS = ["deno", "libc"] as const;

/** How long `playground serve` lets clients finish; the floods have closed their own by then. */
const GRACE = "200ms";
/** How long a step waits at most until all connections are open and served, and then warms up. */
const SETTLE_MS = 5_000;
const WARMUP_MS = 300;
/** How long a step waits at the end for answers, in multiples of the limit, and at least. */
const LAST_ECHOES_LIMITS = 4;
const MIN_LAST_ECHOES_MS = 500;

/** In less than that nothing can be measured. */
const SHORTEST_MS = 1;

const sweepFlags = {
  host: text("127.0.0.1", "HOST"),
  port: integer(0, { min: 1, max: 65_535, shown: "" }),
  limit: duration(50, "50ms", "ms", SHORTEST_MS),
  from: integer(1_000, { min: 1, max: MAX_TOTAL_RATE }),
  to: integer(MAX_TOTAL_RATE, { min: 1, max: MAX_TOTAL_RATE, shown: "" }),
  precision: integer(5, { min: 1, max: 100 }),
  duration: duration(2_000, "2s", "s", SHORTEST_MS),
  conns: integer(200, { min: 1, max: 1_000_000 }),
  size: integer(64, { min: 1, max: 16_777_216 }),
  http: pathFlag(),
  sockets: choices(KINDS, hasSystemCalls() ? KINDS : ["deno"]),
  sleep: pause("ms"),
  cpu: pause("ms"),
  expect: repeatable(text("", "PROMISE")),
  csv: text("", "FILE"),
  html: text("", "FILE"),
  json: onOff(),
};

type Values = FlagValues<typeof sweepFlags>;

/** `playground sweep MODEL…`, `playground sweep --port N` */
export const sweepCommand = defineCommand({
  flags: sweepFlags,
  words: { min: 0, max: MODEL_NAMES.length },
  async run(invocation: Invocation<typeof sweepFlags>): Promise<number> {
    const { flags, messages, language } = invocation;
    const servers = serversOf(invocation);
    const promises = flags.expect.map((typed) =>
      parseExpectation("--expect", typed, SWEEP_FIGURES, messages)
    );
    const files = await SweepFiles.create(flags, messages);
    const load = loadOf(flags);
    const sockets = hasSystemCalls() ? "libc" : "deno";
    await reserveDescriptors({ ...load, sockets }, messages);
    const lines = new StepLines(flags.limit, messages, flags.json);
    const range = { ...flags, lowest: lowestRate(flags), precision: flags.precision / 100 };
    const sweeps = await untilStopped((signal) =>
      sweep(servers, range, load, signal, (name, step) => lines.add(name, step))
    );
    const verdicts = judgeEach(sweeps, promises);
    if (flags.json) console.log(JSON.stringify(files.record(sweeps, verdicts)));
    else {
      printConclusions(sweeps, flags.limit, messages);
      for (const line of describeVerdicts(verdicts, messages)) console.log(line);
    }
    await files.write(sweeps, language);
    if (verdicts.some(({ isKept }) => !isKept)) return BROKEN;
    const isNothing = sweeps.every(({ steps }) => steps.length === 0);
    if (isNothing) throw new RefusedError(messages.sweep.nothingMeasured);
    return sweeps.length === servers.length && sweeps.every(({ held }) => held !== undefined)
      ? 0
      : 1;
  },
});

/** What `--expect` can be about: the highest rate that a server holds. */
const SWEEP_FIGURES = {
  names: ["rate"],
  kindOf: (name: string) => name === "rate" ? "rate" as const : undefined,
};

function judgeEach(sweeps: readonly Sweep[], promises: readonly Expectation[]) {
  return sweeps.flatMap(({ name, held }) => {
    const shown = sweeps.length === 1
      ? promises
      : promises.map((one) => ({ ...one, text: `${name} ${one.text}` }));
    return judge(shown, () => held ?? 0);
  });
}

/** @throws {UsageError} for words and flags that say different things, or nothing */
function serversOf({ flags, words, given, messages, language }: Invocation<typeof sweepFlags>) {
  const texts = messages.flags;
  const lowest = lowestRate(flags);
  const checkRate = (flag: "from" | "to", highest: number) => {
    if (!given.has(flag) || flags[flag] >= lowest && flags[flag] <= highest) return;
    const wanted = texts.wantsInteger(lowest, highest);
    throw new UsageError(texts.wrongValue(`--${flag}`, String(flags[flag]), wanted, null));
  };
  checkRate("to", MAX_TOTAL_RATE);
  checkRate("from", flags.to);
  if (given.has("http") && given.has("size")) {
    throw new UsageError(texts.notTogether("--http", "--size"));
  }
  return given.has("port")
    ? [theServer(words, flags, given, messages)]
    : theModels(words, flags, given, language, messages);
}

/** The lowest rate at which a message is due while it is tried. */
function lowestRate({ duration }: Pick<Values, "duration">): number {
  return Math.max(1, Math.ceil(1_000 / duration));
}

function theServer(
  words: readonly string[],
  { host, port }: Values,
  given: ReadonlySet<string>,
  messages: Messages,
): SweptServer {
  const texts = messages.flags;
  if (words.length > 0) throw new UsageError(texts.notTogether("--port", words[0]));
  for (const flag of ["sockets", "sleep", "cpu"]) {
    if (given.has(flag)) throw new UsageError(texts.notTogether("--port", `--${flag}`));
  }
  return runningServer({ host, port }, messages);
}

function theModels(
  words: readonly string[],
  { sockets, sleep, cpu, conns, http }: Values,
  given: ReadonlySet<string>,
  language: string,
  messages: Messages,
): SweptServer[] {
  if (given.has("host")) throw new UsageError(messages.flags.onlyWith("--host", "--port"));
  if (words.length === 0) {
    throw new UsageError(messages.flags.tooFewWords(messages.commands.sweep.usage, []));
  }
  return modelServers(words, sockets, [
    ...["--quiet", "--grace", GRACE, "--lang", language],
    ...["--backlog", String(Math.min(65_535, Math.max(1_024, conns)))],
    ...["--handler", http === "" ? "echo" : "http", "--sleep", `${sleep}ms`, "--cpu", `${cpu}ms`],
  ], messages);
}

function loadOf(flags: Values): Omit<StepOptions, "host" | "port"> {
  const messageSet = ofSize(flags.size);
  return {
    ...{ conns: flags.conns, messageSet, replySet: messageSet },
    ...{ reconnectAfter: Infinity, connectionsEach: Infinity, rate: Infinity, thinkMs: 0 },
    ...{ wait: true, connectRate: Infinity, durationMs: flags.duration },
    ...{ settleMs: SETTLE_MS, warmupMs: WARMUP_MS },
    lastEchoesMs: Math.max(MIN_LAST_ECHOES_MS, LAST_ECHOES_LIMITS * flags.limit),
    http: flags.http === "" ? undefined : flags.http,
    threads: floodThreads(),
    limitMs: flags.limit,
  };
}
