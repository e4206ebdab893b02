import { defineCommand, type Invocation } from "../../cli/command.ts";
import { RefusedError } from "../../cli/errors.ts";
import { choices, duration, type FlagValues, integer, onOff, repeatable } from "../../cli/flags.ts";
import { pause, text } from "../../cli/flags.ts";
import type { Messages } from "../../cli/messages.ts";
import { MODEL_NAMES } from "../../servers/registry.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { reserveDescriptors } from "../flood/descriptors.ts";
import { ofSize } from "../flood/messages.ts";
import { LAST_ECHOES_MS } from "../flood/options.ts";
import { becomeSubreaper } from "../../servers/system/subreaper.ts";
import { checkHandler, chooseEntrants } from "./choose.ts";
import type { Entrant } from "./entrants.ts";
import { RaceFiles } from "./files.ts";
import type { Load } from "./heat.ts";
import { RaceLine } from "./race_line.ts";
import { type Conditions, type RaceResults, runRace } from "./race.ts";
import { makeRecord } from "./record.ts";
import { makeStandings } from "./standings.ts";
import { showRace } from "./terminal_table.ts";

const KINDS = ["deno", "libc"] as const;

const raceFlags = {
  conns: integer(200, { min: 1, max: 1_000_000 }),
  size: integer(64, { min: 1, max: 16_777_216 }),
  duration: duration(1_000, "1s", "s"),
  handler: text("echo", "NAME"),
  sleep: pause("ms"),
  cpu: pause("ms"),
  sockets: choices(KINDS, hasSystemCalls() ? KINDS : ["deno"]),
  rounds: integer(3, { min: 1, max: 1_000 }),
  warmup: duration(500, "500ms", "ms"),
  against: repeatable(text("", "NAME=COMMAND")),
  json: text("", "FILE"),
  csv: text("", "FILE"),
  html: text("", "FILE"),
  open: onOff(),
};

/** How long `playground serve` lets clients finish; the flood has closed its own by then. */
const GRACE = "200ms";
/** More threads than this flood faster than any server serves. */
const MAX_FLOOD_THREADS = 4;
/** The longest that connections wait at the end. */
const MAX_LAST_ECHOES_MS = 30_000;
/** How wide a table may be where no terminal says it. */
const USUAL_WIDTH = 80;

/** `playground race` */
export const raceCommand = defineCommand({
  flags: raceFlags,
  words: { min: 0, max: MODEL_NAMES.length },
  async run({ flags, words, messages, language }: Invocation<typeof raceFlags>) {
    checkHandler(flags.handler, messages);
    const entrants = await chooseEntrants(words, flags, serveFlags(flags, language), messages);
    const files = await RaceFiles.create(flags, messages);
    const conditions = conditionsOf(flags);
    const sockets = hasSystemCalls() ? "libc" : "deno";
    await reserveDescriptors(
      { ...conditions, sockets, threads: conditions.floodThreads },
      messages,
    );
    const results = await raceUntilStopped(entrants, loadOf(conditions), flags.rounds, messages);
    const standings = makeStandings(results, flags.conns);
    const record = makeRecord(standings, conditions, results, messages);
    for (const line of showRace(standings, record, messages, width())) console.log(line);
    await files.write(standings, record, { language, messages });
    if (standings.every(({ figures }) => figures.served === undefined)) {
      throw new RefusedError(messages.race.nothingMeasured);
    }
    return 0;
  },
});

function conditionsOf(flags: FlagValues<typeof raceFlags>): Conditions {
  const threads = Math.floor(navigator.hardwareConcurrency / 2); // the others are for the server
  return {
    conns: flags.conns,
    sizeBytes: flags.size,
    durationMs: flags.duration,
    warmupMs: flags.warmup,
    rounds: flags.rounds,
    handler: flags.handler,
    sleepMs: flags.sleep,
    cpuMs: flags.cpu,
    floodThreads: hasSystemCalls() ? Math.max(1, Math.min(MAX_FLOOD_THREADS, threads)) : 1,
  };
}

function loadOf({ handler, sizeBytes, floodThreads, ...conditions }: Conditions): Load {
  return {
    ...conditions,
    reconnectAfter: Infinity,
    connectionsEach: Infinity,
    settleMs: 0,
    replySet: ofSize(sizeBytes),
    messageSet: handler === "upper" ? inCapitals(ofSize(sizeBytes)) : ofSize(sizeBytes),
    rate: Infinity,
    wait: true,
    connectRate: Infinity,
    thinkMs: 0,
    lastEchoesMs: lastEchoesMs(conditions),
    threads: floodThreads,
  };
}

/**
 * How long connections wait at the end: those of a server that computes may all be in line. A server
 * that has stalled is not to hold up the race for ever.
 */
function lastEchoesMs({ conns, sleepMs, cpuMs }: Pick<Conditions, "conns" | "sleepMs" | "cpuMs">) {
  return Math.min(MAX_LAST_ECHOES_MS, LAST_ECHOES_MS + sleepMs + conns * cpuMs);
}

/** Messages that the handler `upper` sends back unchanged. */
function inCapitals(messageSet: readonly Uint8Array[]): Uint8Array[] {
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  return messageSet.map((message) => encoder.encode(decoder.decode(message).toUpperCase()));
}

/** The flags of `serve`, the same for all models. */
function serveFlags(flags: FlagValues<typeof raceFlags>, language: string): string[] {
  return [
    ...["--quiet", "--stats", "--grace", GRACE, "--lang", language],
    ...["--backlog", String(Math.min(65_535, Math.max(1_024, flags.conns)))],
    ...["--handler", flags.handler, "--sleep", `${flags.sleep}ms`, "--cpu", `${flags.cpu}ms`],
  ];
}

/** Races until all rounds are run, or Ctrl-C ends it early. */
async function raceUntilStopped(
  entrants: readonly Entrant[],
  load: Load,
  rounds: number,
  messages: Messages,
): Promise<RaceResults> {
  if (hasSystemCalls()) becomeSubreaper();
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  const line = new RaceLine(load, messages);
  try {
    return await runRace(entrants, rounds, load, stop.signal, (progress) => line.show(progress));
  } finally {
    line.close();
    for (const signal of signals) Deno.removeSignalListener(signal, onSignal);
  }
}

function width(): number {
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns || USUAL_WIDTH : USUAL_WIDTH;
}
