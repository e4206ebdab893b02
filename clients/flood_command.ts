import { defineCommand, type Invocation } from "../cli/command.ts";
import { RefusedError, UsageError } from "../cli/errors.ts";
import type { Messages } from "../cli/messages.ts";
import { duration, type FlagValues, integer, onOff, text } from "../cli/flags.ts";
import { type Address, formatAddress } from "../servers/sockets/interface.ts";
import { descriptorLimit } from "../servers/sockets/descriptor_limit.ts";
import { Flood } from "./flood/flood.ts";
import { always, numbers, ofSize, type Repertoire } from "./flood/messages.ts";
import { showProgress } from "./flood/progress.ts";
import { describeResults, isFlawless, resultsAsJson } from "./flood/results.ts";

const floodFlags = {
  host: text("127.0.0.1", "HOST"),
  port: integer(7788, { least: 1, most: 65_535 }),
  conns: integer(1_000, { least: 1, most: 1_000_000 }),
  duration: duration(10_000, "10s", "s"),
  message: text("", "TEXT"),
  size: integer(0, { least: 1, most: 16_777_216, shown: "" }),
  rate: integer(Infinity, { least: 1, most: 1_000_000, shown: "" }),
  wait: onOff(true),
  connectRate: integer(Infinity, { least: 1, most: 1_000_000, shown: "" }),
  think: duration(0, "0", "ms"),
  quiet: onOff(),
  json: onOff(),
};

/** What a process needs besides one descriptor for each connection. */
const DESCRIPTORS_OF_PROCESS = 32;

/** `playground flood` */
export const floodCommand = defineCommand({
  flags: floodFlags,
  words: { least: 0, most: 0 },
  async run({ flags, given, messages }: Invocation<typeof floodFlags>): Promise<number> {
    if (given.has("message") && given.has("size")) {
      throw new UsageError(messages.flags.notTogether("--message", "--size"));
    }
    const limit = await descriptorLimit();
    if (flags.conns + DESCRIPTORS_OF_PROCESS > limit) {
      throw new RefusedError(messages.flood.descriptorLimit(flags.conns, limit));
    }
    const flood = new Flood({
      ...flags,
      durationMs: flags.duration === 0 ? Infinity : flags.duration,
      thinkMs: flags.think,
      repertoire: chooseRepertoire(flags),
    });
    await runUntilStopped(flood, flags.quiet || flags.json ? undefined : messages);
    const { opened, refused } = flood.measurements;
    if (opened === 0 && refused > 0) {
      throw new RefusedError(explainRefusal(flood.firstRefusal, flags, messages));
    }
    console.log(
      flags.json ? resultsAsJson(flood) : describeResults(flood, flags.conns, messages).join("\n"),
    );
    return isFlawless(flood, flags.conns) ? 0 : 1;
  },
});

function explainRefusal(reason: Error | undefined, address: Address, { flood }: Messages): string {
  const shown = formatAddress(address);
  if (reason === undefined || reason instanceof Deno.errors.ConnectionRefused) {
    return flood.notListening(shown);
  }
  return flood.cannotConnect(shown, reason.message);
}

function chooseRepertoire({ message, size }: FlagValues<typeof floodFlags>): Repertoire {
  if (message !== "") return always(message);
  return size > 0 ? ofSize(size) : numbers();
}

async function runUntilStopped(
  flood: Flood,
  messages: Invocation<typeof floodFlags>["messages"] | undefined,
): Promise<void> {
  const stop = () => flood.stop();
  Deno.addSignalListener("SIGINT", stop);
  const endProgress = messages === undefined ? () => {} : showProgress(flood, messages);
  await flood.run();
  endProgress();
  Deno.removeSignalListener("SIGINT", stop);
}
