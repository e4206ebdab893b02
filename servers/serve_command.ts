import { defineCommand, type Invocation } from "../cli/command.ts";
import { UsageError } from "../cli/errors.ts";
import type { FlagValues } from "../cli/flags.ts";
import type { Language } from "../cli/language.ts";
import { modelEntry, type ModelName } from "./registry.ts";
import { parseModelName } from "./model_name.ts";
import { checkHandlerFile } from "./handler_file.ts";
import { checkProgram, splitCommand } from "./program.ts";
import { checkServeFlags, serveFlags } from "./serve_flags.ts";
import { descriptorLimit } from "./sockets/descriptor_limit.ts";
import { JsonReporter } from "./supervisor/json_reporter.ts";
import type { Reporter } from "./supervisor/reporter.ts";
import { supervise, type Supervision } from "./supervisor/supervisor.ts";
import { TextReporter } from "./supervisor/text_reporter.ts";

/** `playground serve <model>` */
export const serveCommand = defineCommand({
  flags: serveFlags,
  words: { least: 1, most: 1 },
  async run(
    { flags, words: [name], given, messages, language }: Invocation<typeof serveFlags>,
  ): Promise<number> {
    const model = parseModelName(name, messages);
    checkServeFlags(model, flags, given, messages);
    const exec = splitCommand(flags.exec);
    if (given.has("exec") && exec.length === 0) {
      throw new UsageError(messages.flags.valueMissing("--exec", messages.flags.wantsText));
    }
    await checkProgram("--exec", exec, messages);
    await checkHandlerFile(flags.handler, messages);
    const reporter = flags.json ? new JsonReporter() : new TextReporter(messages);
    await supervise({
      setup: await makeSetup(model, flags, exec),
      graceMs: flags.grace,
      stats: flags.stats,
      log: flags.quiet ? "none" : flags.verbose ? "verbose" : "normal",
      reporter,
      messages,
      openView: await viewOpener(flags, given, language, reporter),
    });
    return 0;
  },
});

/** The code of the view is loaded only for who wants one. */
async function viewOpener(
  { watch, open, record }: FlagValues<typeof serveFlags>,
  given: ReadonlySet<string>,
  language: Language,
  reporter: Reporter,
): Promise<Supervision["openView"]> {
  if (!given.has("watch") && record === "") return undefined;
  const { LiveView } = await import("./watch/live_view.ts");
  const port = given.has("watch") ? watch : undefined;
  const recordTo = record === "" ? undefined : record;
  return (server) => new LiveView(server, { port, open, recordTo, language, reporter });
}

async function makeSetup(
  model: ModelName,
  flags: FlagValues<typeof serveFlags>,
  exec: readonly string[],
): Promise<Supervision["setup"]> {
  return {
    model,
    sockets: flags.sockets,
    listen: {
      host: flags.host,
      port: flags.port === -1 ? modelEntry(model).port : flags.port,
      backlog: flags.backlog,
      maxClients: flags.maxClients,
      recvSizeBytes: flags.recvSize,
      descriptorsBelow: modelEntry(model).waitsIn === "select" ? flags.fdSetsize : Infinity,
    },
    handler: { name: flags.handler, sleepMs: flags.sleep, cpuMs: flags.cpu },
    options: {
      trigger: flags.trigger,
      pauseMs: flags.pause,
      spare: flags.spare,
      exec,
      oneshot: flags.oneshot,
      threads: flags.threads,
    },
    idleTimeoutMs: flags.idleTimeout,
    descriptorLimit: await descriptorLimit(),
  };
}
