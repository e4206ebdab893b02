import { defineCommand, type Invocation } from "../../cli/command.ts";
import { RefusedError, UsageError } from "../../cli/errors.ts";
import { choices, duration, type FlagValues, integer, onOff, repeatable } from "../../cli/flags.ts";
import { pause, text, toTyped } from "../../cli/flags.ts";
import type { Messages } from "../../cli/messages.ts";
import { MAX_BYTES } from "../../servers/handlers/bytes.ts";
import { MODEL_NAMES } from "../../servers/registry.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { reserveDescriptors } from "../flood/descriptors.ts";
import { MAX_TOTAL_RATE, pathFlag } from "../flood/flags.ts";
import { checkBaseline, checkHandler, chooseEntrants } from "./choose.ts";
import type { Entrant } from "./entrants.ts";
import { RaceFiles } from "./files.ts";
import type { Load } from "./heat.ts";
import { Judgement } from "./judgement.ts";
import { floodThreads, loadOf, serveFlags } from "./load.ts";
import { anySeed, MAX_SEED } from "./random.ts";
import { RaceLine } from "./race_line.ts";
import { type Conditions, type RaceResults, runRace } from "./race.ts";
import { makeRecord } from "./record.ts";
import { makeStandings } from "./standings.ts";
import { untilStopped } from "./until_stopped.ts";
import { showRace } from "./terminal_table.ts";

const KINDS = ["deno", "libc"] as const;

const raceFlags = {
  conns: integer(200, { min: 1, max: 1_000_000, shown: "" }),
  size: integer(64, { min: 1, max: 16_777_216, shown: "" }),
  duration: duration(1_000, "", "s", 1),
  settle: duration(10_000, "10s", "s"),
  churn: onOff(),
  each: integer(500, { min: 1, max: 1_000_000 }),
  handler: text("echo", "NAME"),
  http: pathFlag(),
  rate: integer(Infinity, { min: 1, max: 1_000_000, shown: "" }),
  totalRate: integer(Infinity, { min: 1, max: MAX_TOTAL_RATE, shown: "" }),
  sleep: pause("ms"),
  cpu: pause("ms"),
  sockets: choices(KINDS, hasSystemCalls() ? KINDS : ["deno"]),
  rounds: integer(5, { min: 1, max: 1_000 }),
  seed: integer(0, { min: 0, max: MAX_SEED, shown: "" }),
  warmup: duration(500, "500ms", "ms"),
  baseline: text("", "NAME"),
  against: repeatable(text("", "NAME=COMMAND")),
  json: text("", "FILE"),
  csv: text("", "FILE"),
  html: text("", "FILE"),
  open: onOff(),
};

/**
 * What is usual where connections come and go: the client of Stevens, Fenner and Rudoff, "UNIX Network
 * Programming", chapter 30, has five children, each of which asks for 4,000 bytes 500 times.
 */
const USUAL_CHURN = { conns: 5, size: 4_000, duration: 60_000 };
/** Flags that mean nothing beside others. */
const EXCLUDED = [
  ["churn", ["handler", "settle", "warmup", "rate", "totalRate", "http"]],
  ["rate", ["totalRate"]],
  ["http", ["handler", "size"]],
] as const;
/** How wide a table may be where no terminal says it. */
const USUAL_WIDTH = 80;

/** `playground race` */
export const raceCommand = defineCommand({
  flags: raceFlags,
  words: { min: 0, max: MODEL_NAMES.length },
  async run({ flags, given, words, messages, language }: Invocation<typeof raceFlags>) {
    check(flags, given, messages);
    const conditions = conditionsOf(flags, given);
    checkRate(conditions, messages);
    const entrants = await chooseEntrants(words, flags, serveFlags(conditions, language), messages);
    const baseline = given.has("baseline") ? flags.baseline : undefined;
    checkBaseline(baseline, entrants, messages);
    const files = await RaceFiles.create(flags, messages);
    const sockets = hasSystemCalls() ? "libc" : "deno";
    await reserveDescriptors(
      { ...conditions, sockets, threads: conditions.floodThreads },
      messages,
    );
    const order = { rounds: flags.rounds, seed: given.has("seed") ? flags.seed : anySeed() };
    const results = await raceUntilStopped(entrants, loadOf(conditions), order, messages);
    const judgement = new Judgement(
      makeStandings(results, conditions),
      conditions.discipline,
      baseline,
    );
    const record = makeRecord(judgement, conditions, results, messages);
    for (const line of showRace(judgement, record, messages, width())) console.log(line);
    await files.write(judgement, record, { language, messages });
    if (judgement.standings.every(({ figures }) => figures.served === undefined)) {
      throw new RefusedError(messages.race.nothingMeasured);
    }
    return 0;
  },
});

/** What the race is run with: the disciplines differ in what is usual. */
function conditionsOf(
  flags: FlagValues<typeof raceFlags>,
  given: ReadonlySet<string>,
): Conditions {
  const usual = flags.churn ? USUAL_CHURN : undefined;
  const or = (flag: "conns" | "size" | "duration") =>
    usual === undefined || given.has(flag) ? flags[flag] : usual[flag];
  const conns = or("conns");
  const rate = Math.min(flags.rate, flags.totalRate / conns);
  const unhurried = flags.churn ? "churn" : "messages";
  return {
    discipline: rate < Infinity ? "rate" : unhurried,
    conns,
    rate: rate < Infinity ? rate : undefined,
    http: flags.http === "" ? undefined : flags.http,
    connectionsEach: flags.churn ? flags.each : undefined,
    sizeBytes: or("size"),
    durationMs: or("duration"),
    settleMs: flags.churn ? 0 : flags.settle,
    warmupMs: flags.churn ? 0 : flags.warmup,
    rounds: flags.rounds,
    handler: flags.churn ? "bytes" : flags.handler,
    sleepMs: flags.sleep,
    cpuMs: flags.cpu,
    floodThreads: floodThreads(),
  };
}

/** @throws {UsageError} for flags that mean nothing together */
function check(
  flags: FlagValues<typeof raceFlags>,
  given: ReadonlySet<string>,
  messages: Messages,
): void {
  const texts = messages.flags;
  for (const [flag, others] of EXCLUDED) {
    const other = given.has(flag) ? others.find((one) => given.has(one)) : undefined;
    if (other !== undefined) {
      throw new UsageError(texts.notTogether(`--${toTyped(flag)}`, `--${toTyped(other)}`));
    }
  }
  if (!flags.churn) {
    if (given.has("each")) throw new UsageError(texts.onlyWith("--each", "--churn"));
    return checkHandler(flags.handler, messages);
  }
  if (flags.size > MAX_BYTES) {
    const wanted = texts.wantsInteger(1, MAX_BYTES);
    throw new UsageError(texts.wrongValue("--churn --size", String(flags.size), wanted, null));
  }
}

/** @throws {UsageError} when connections are asked so seldom that their first answers are not awaited */
function checkRate({ rate = Infinity, conns, settleMs }: Conditions, { race }: Messages): void {
  const everyMs = 1_000 / rate;
  if (settleMs === 0 || everyMs <= settleMs) return;
  const seconds = (ms: number) => String(Number((ms / 1_000).toPrecision(3)));
  throw new UsageError(race.seldom(conns, seconds(everyMs), seconds(settleMs)));
}

/** Races until all rounds are run, or Ctrl-C ends it early. */
async function raceUntilStopped(
  entrants: readonly Entrant[],
  load: Load,
  order: { readonly rounds: number; readonly seed: number },
  messages: Messages,
): Promise<RaceResults> {
  const line = new RaceLine(load, messages);
  try {
    return await untilStopped((signal) =>
      runRace(entrants, order, load, signal, (progress) => line.show(progress))
    );
  } finally {
    line.close();
  }
}

function width(): number {
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns || USUAL_WIDTH : USUAL_WIDTH;
}
