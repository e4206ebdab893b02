import { defineCommand, type Invocation } from "../../cli/command.ts";
import { RefusedError, UsageError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { choice, duration, type FlagValues, integer, onOff } from "../../cli/flags.ts";
import { pause, repeatable, text, toTyped } from "../../cli/flags.ts";
import { type Address, formatAddress } from "../../servers/sockets/interface.ts";
import { SystemCallError } from "../../servers/system/system_interface.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { judge, parseExpectation } from "../expect/expectation.ts";
import { reserveDescriptors } from "./descriptors.ts";
import { figureOf, FLOOD_FIGURES } from "./figures.ts";
import { FloodFiles } from "./files.ts";
import { MAX_TOTAL_RATE, pathFlag, stagesFlag } from "./flags.ts";
import { Flood } from "./flood.ts";
import { LibcFlood } from "./libc/flood.ts";
import { always, type MessageSet, numbers, ofSize } from "./messages.ts";
import { showProgress } from "./show_progress.ts";
import { type FloodOptions, LAST_ECHOES_MS } from "./options.ts";
import type { FloodRecord } from "./record.ts";
import { exitStatus, printResults } from "./print_results.ts";
import { resultsAsJson } from "./results.ts";
import { durationOf } from "./rate_profile.ts";
import type { RunningFlood } from "./running_flood.ts";
import { time, untilTime } from "./start_time.ts";

const floodFlags = {
  host: text("127.0.0.1", "HOST"),
  port: integer(7788, { min: 1, max: 65_535 }),
  conns: integer(1_000, { min: 1, max: 1_000_000 }),
  reconnectAfter: integer(Infinity, { min: 1, max: 1_000_000_000, shown: "" }),
  duration: duration(10_000, "10s", "s"),
  message: text("", "TEXT"),
  size: integer(0, { min: 1, max: 16_777_216, shown: "" }),
  rate: integer(Infinity, { min: 1, max: 1_000_000, shown: "" }),
  totalRate: integer(Infinity, { min: 1, max: MAX_TOTAL_RATE, shown: "" }),
  stages: stagesFlag(),
  http: pathFlag(),
  reconnect: onOff(),
  wait: onOff(true),
  connectRate: integer(Infinity, { min: 1, max: 1_000_000, shown: "" }),
  think: pause("ms"),
  sockets: choice(["deno", "libc"], "deno"),
  threads: integer(1, { min: 1, max: 256 }),
  hdr: text("", "FILE"),
  csv: text("", "FILE"),
  startAt: time(),
  expect: repeatable(text("", "PROMISE")),
  quiet: onOff(),
  json: onOff(),
};

/** `playground flood` */
export const floodCommand = defineCommand({
  flags: floodFlags,
  words: { min: 0, max: 0 },
  async run({ flags, given, messages }: Invocation<typeof floodFlags>): Promise<number> {
    check(flags, given, messages);
    const promises = flags.expect.map((typed) =>
      parseExpectation("--expect", typed, FLOOD_FIGURES, messages)
    );
    await reserveDescriptors(flags, messages);
    const messageSet = chooseMessages(flags);
    const options: FloodOptions = {
      ...flags,
      connectionsEach: Infinity,
      settleMs: 0,
      warmupMs: 0,
      ...ratesOf(flags, given),
      http: flags.http === "" ? undefined : flags.http,
      thinkMs: flags.think,
      lastEchoesMs: LAST_ECHOES_MS,
      messageSet,
      replySet: messageSet,
    };
    const settings = { ...options, sockets: flags.sockets };
    using files = await FloodFiles.create(flags, settings, messages);
    if (given.has("startAt")) {
      const isShown = Deno.stderr.isTerminal() && !flags.quiet && !flags.json;
      await untilTime(flags.startAt, isShown, messages);
    }
    const flood = flags.sockets === "libc"
      ? new LibcFlood(options, flags.threads)
      : new Flood(options);
    flood.onInterval = files.onInterval;
    const startedMs = Date.now();
    await runUntilStopped(flood, options, flags.quiet || flags.json ? undefined : messages);
    const { measurements, elapsedMs } = flood;
    const record: FloodRecord = { startedMs, elapsedMs, options: settings, measurements };
    const verdicts = judge(promises, (...figure) => figureOf(flood, flags.conns, ...figure));
    const { opened, refused } = measurements;
    if (flags.json) console.log(resultsAsJson(flood, flags, { record, verdicts }));
    else if (opened > 0 || refused === 0 || verdicts.length > 0) {
      printResults(record, verdicts, messages);
    } else throw new RefusedError(explainRefusals(flood, flags, messages));
    await files.end(record);
    return exitStatus(flood, flags.conns, verdicts);
  },
});

/** Flags that say different things about the same. */
const APART = [
  ["message", "size"],
  ["rate", "totalRate"],
  ["rate", "stages"],
  ["stages", "duration"],
  ["http", "message"],
  ["http", "size"],
] as const satisfies readonly (readonly [keyof typeof floodFlags, keyof typeof floodFlags])[];

function check(
  { sockets, wait }: FlagValues<typeof floodFlags>,
  given: ReadonlySet<string>,
  { flags }: Messages,
): void {
  for (const [one, other] of APART) {
    if (given.has(one) && given.has(other)) {
      throw new UsageError(flags.notTogether(`--${toTyped(one)}`, `--${toTyped(other)}`));
    }
  }
  if (given.has("http") && !wait) throw new UsageError(flags.notTogether("--http", "--no-wait"));
  if (sockets === "libc" && !hasSystemCalls()) throw new UsageError(flags.libcNotHere);
  if (sockets === "deno" && given.has("threads")) {
    throw new UsageError(flags.notForModel("--threads", "--sockets deno", ["--sockets libc"]));
  }
}

/** How fast the flood sends, and for how long. */
function ratesOf(
  { duration, totalRate, stages }: FlagValues<typeof floodFlags>,
  given: ReadonlySet<string>,
): Pick<FloodOptions, "durationMs" | "totalRate" | "stages"> {
  return {
    durationMs: stages.length > 0 ? durationOf(stages) : duration === 0 ? Infinity : duration,
    totalRate: given.has("totalRate") ? totalRate : undefined,
    stages: stages.length > 0 ? stages : undefined,
  };
}

/** Why not one connection could be opened. */
function explainRefusals(
  { measurements: { refusedBy } }: RunningFlood,
  { sockets, ...address }: Address & { sockets: "deno" | "libc" },
  { flood }: Messages,
): string {
  const shown = formatAddress(address);
  const reasons = Object.keys(refusedBy);
  return reasons.every((reason) => reason === "ECONNREFUSED")
    ? flood.notListening(shown)
    : flood.cannotConnect(
      shown,
      reasons.map((reason) => flood.refusal(reason, sockets)).join(", "),
    );
}

function chooseMessages({ message, size }: FlagValues<typeof floodFlags>): MessageSet {
  if (message !== "") return always(message);
  return size > 0 ? ofSize(size) : numbers();
}

async function runUntilStopped(
  flood: RunningFlood,
  options: FloodOptions,
  messages: Invocation<typeof floodFlags>["messages"] | undefined,
): Promise<void> {
  const stop = () => flood.stop();
  Deno.addSignalListener("SIGINT", stop);
  const endProgress = messages === undefined ? () => {} : showProgress(flood, options, messages);
  try {
    await flood.run();
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    throw new RefusedError(error.message);
  } finally {
    endProgress();
    Deno.removeSignalListener("SIGINT", stop);
  }
}
