import { defineCommand } from "../../cli/command.ts";
import { RefusedError, UsageError } from "../../cli/errors.ts";
import type { FlagValues } from "../../cli/flags.ts";
import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import { standardError, standardOutput } from "../../cli/output.ts";
import { minDescriptors } from "../context/worker_limit.ts";
import { MODEL_NAMES, modelEntry } from "../registry.ts";
import type { ModelName } from "../context/context.ts";
import type { SocketKind } from "../context/protocol.ts";
import { parseModelName } from "./model_name.ts";
import { findRoot, prepareStore } from "./handler_data.ts";
import { checkHandlerFile } from "./handler_file.ts";
import { checkServeFlags, RECV_SIZE_BYTES, serveFlags, socketsOf } from "./serve_flags.ts";
import { descriptorLimit } from "../system/descriptor_limit.ts";
import type { LogOptions } from "../runtime/log.ts";
import type { Reporter } from "../runtime/reporter.ts";
import type { Supervision } from "../runtime/supervision.ts";
import { supervise } from "../runtime/supervisor.ts";
import { checkViewPort } from "../watch/view_port.ts";

const LINES_PER_SECOND = 20;
const VERBOSE_LINES_PER_SECOND = 1_000;
/** How long the last lines of a stopped server wait for a reader. */
const LAST_WORDS_MS = 1_000;

/** `playground serve <model>` */
export const serveCommand = defineCommand({
  flags: serveFlags,
  words: { min: 1, max: 1, choices: MODEL_NAMES },
  async run({ flags, words: [name], given, messages, language }) {
    const model = parseModelName(name, messages);
    checkServeFlags(model, flags, given, messages);
    const limit = await checkDescriptorLimit(model, messages);
    if (modelEntry(model).waitsIn === "io_uring_enter") await checkIoUring(messages);
    const exec = given.has("exec") ? await parseProgram(flags.exec, messages) : [];
    await checkHandlerFile(flags.handler, messages);
    const root = await findRoot(flags.root, messages);
    await using store = await prepareStore(model, flags, messages);
    const reporter = await makeReporter(flags.json, messages);
    await supervise({
      setup: makeSetup(
        model,
        { ...flags, db: store.path, root },
        socketsOf(model, flags, given),
        exec,
        limit,
      ),
      graceMs: flags.grace,
      stats: flags.stats,
      log: logOptions(flags),
      reporter,
      messages,
      openView: await viewOpener(model, flags, given, language, messages, reporter),
    });
    await sayLastWords(messages);
    return 0;
  },
});

/**
 * How many descriptors the server may have.
 *
 * @throws {RefusedError} when they are too few for one client: the runtime would abort
 */
async function checkDescriptorLimit(model: ModelName, { serve }: Messages): Promise<number> {
  const limit = await descriptorLimit();
  const min = minDescriptors(modelEntry(model).servedBy);
  if (limit < min) throw new RefusedError(serve.limitTooLow(model, limit, min));
  return limit;
}

/** @throws {RefusedError} when the system has no io_uring for this server */
async function checkIoUring({ serve }: Messages): Promise<void> {
  const { ioUringRefusal } = await import("../system/io_uring_refusal.ts");
  const { systemCalls } = await import("../system/system_calls.ts");
  const refusal = ioUringRefusal(systemCalls());
  if (refusal !== undefined) throw new RefusedError(serve.noIoUring[refusal]);
}

/**
 * The words of the program that serves the clients.
 *
 * @throws {RefusedError} when it cannot be run
 */
async function parseProgram(typed: string, messages: Messages): Promise<readonly string[]> {
  const { checkProgram, splitCommand } = await import("./program.ts");
  const exec = splitCommand("--exec", typed, messages);
  if (exec.length === 0) {
    throw new UsageError(messages.flags.valueMissing("--exec", messages.flags.wantsText));
  }
  await checkProgram("--exec", exec, messages);
  return exec;
}

/** The code of each is loaded only where it is used. */
async function makeReporter(isJson: boolean, messages: Messages): Promise<Reporter> {
  if (isJson) return new (await import("../runtime/json_reporter.ts")).JsonReporter();
  return new (await import("../runtime/text_reporter.ts")).TextReporter(messages);
}

function logOptions(
  { quiet, verbose, json }: FlagValues<typeof serveFlags>,
): LogOptions | undefined {
  if (quiet) return undefined;
  return {
    maxPerSecond: verbose ? VERBOSE_LINES_PER_SECOND : LINES_PER_SECOND,
    showsSent: verbose,
    sumsUpBusySeconds: !verbose && !json,
  };
}

/** Waits a moment for a reader of the last lines, but not long: a stopped server should end. */
async function sayLastWords({ serve }: Messages): Promise<void> {
  const unread = await standardOutput.writtenWithin(LAST_WORDS_MS);
  if (unread > 0) standardError.print(serve.unread(unread));
  await standardError.writtenWithin(LAST_WORDS_MS);
}

/**
 * The code of the view is loaded only when the flags ask for one.
 *
 * @throws {RefusedError} when the view's port cannot be listened on
 */
async function viewOpener(
  model: ModelName,
  { watch, open, record, trace, host, port: serverPort }: FlagValues<typeof serveFlags>,
  given: ReadonlySet<string>,
  language: Language,
  messages: Messages,
  reporter: Reporter,
): Promise<Supervision["openView"]> {
  if (!given.has("watch") && record === "" && trace === "") return undefined;
  if (given.has("watch")) {
    checkViewPort(watch, { host, port: portOf(model, serverPort) }, messages);
  }
  const { loadLiveView } = await import("../watch/live_view.ts");
  const port = given.has("watch") ? watch : undefined;
  const recordTo = record === "" ? undefined : record;
  const traceTo = trace === "" ? undefined : trace;
  return await loadLiveView({ port, open, recordTo, traceTo, language, reporter });
}

/** The port that was typed, or the usual one of the model. */
function portOf(model: ModelName, typed: number): number {
  return typed === -1 ? modelEntry(model).port : typed;
}

/** The setup of a server for which nothing was typed but its model, on a free port. */
export function usualSetup(model: ModelName, limit: number): Supervision["setup"] {
  const fallbacks = Object.entries(serveFlags).map(([name, { fallback }]) => [name, fallback]);
  const flags = Object.fromEntries(fallbacks) as FlagValues<typeof serveFlags>; // it forgets the names
  return makeSetup(model, { ...flags, port: 0 }, "libc", [], limit);
}

function makeSetup(
  model: ModelName,
  flags: FlagValues<typeof serveFlags>,
  sockets: SocketKind,
  exec: readonly string[],
  limit: number,
): Supervision["setup"] {
  return {
    model,
    sockets,
    listen: {
      host: flags.host,
      port: portOf(model, flags.port),
      backlog: flags.backlog,
      maxClients: flags.maxClients,
      recvSizeBytes: flags.recvSize === -1 ? RECV_SIZE_BYTES[sockets] : flags.recvSize,
      descriptorsBelow: modelEntry(model).waitsIn === "select" ? flags.fdSetsize : Infinity,
    },
    handler: {
      name: flags.handler,
      sleepMs: flags.sleep,
      cpuMs: flags.cpu,
      db: flags.db,
      root: flags.root,
    },
    options: {
      trigger: flags.trigger,
      pauseMs: flags.pause,
      spare: flags.spare,
      keep: flags.keep,
      exec,
      oneshot: flags.oneshot,
      threads: flags.threads,
      workers: flags.workers,
      accept: flags.accept,
      hand: flags.hand,
      wake: flags.wake,
      queue: flags.queue,
    },
    idleTimeoutMs: flags.idleTimeout,
    descriptorLimit: limit,
  };
}
