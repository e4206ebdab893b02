import { closest } from "../../cli/closest.ts";
import { UsageError } from "../../cli/errors.ts";
import { choice, duration, type FlagValues, integer, onOff } from "../../cli/flags.ts";
import { optional, text, toTyped } from "../../cli/flags.ts";
import type { Messages } from "../../cli/messages.ts";
import { MAX_WORKERS } from "../sockets/libc/client_table.ts";
import { HANDLER_NAMES, isHandlerFile } from "../handlers/handlers.ts";
import { MODEL_NAMES, modelEntry } from "../registry.ts";
import type { ModelName } from "../context/context.ts";
import type { SocketKind } from "../context/protocol.ts";
import { hasSystemCalls } from "../system/system_calls.ts";
import { VIEW_PORT } from "../watch/view_port.ts";

/** The flags of `playground serve`. */
export const serveFlags = {
  host: text("127.0.0.1", "HOST"),
  port: integer(-1, { min: 0, max: 65_535, shown: "" }),
  backlog: integer(1_024, { min: 1, max: 65_535 }),
  handler: text("echo", "NAME"),
  db: text("", "FILE"),
  root: text("", "DIR"),
  sleep: duration(0, "0", "ms"),
  cpu: duration(0, "0", "ms"),
  recvSize: integer(-1, { min: 1, max: 1_048_576, shown: "" }),
  maxClients: integer(Infinity, { min: 1, max: 1_000_000, shown: "" }),
  idleTimeout: duration(Infinity, "", "s"),
  grace: duration(3_000, "3s", "s"),
  quiet: onOff(),
  verbose: onOff(),
  json: onOff(),
  trigger: choice(["edge", "level"], "edge"),
  pause: duration(0, "0", "ms"),
  spare: integer(0, { min: 0, max: 1_000 }),
  keep: integer(Infinity, { min: 0, max: 1_000, shown: "" }),
  exec: text("", "COMMAND"),
  sockets: choice(["deno", "libc"], "deno"),
  oneshot: onOff(),
  threads: integer(8, { min: 1, max: 1_000 }),
  workers: integer(navigator.hardwareConcurrency, { min: 1, max: MAX_WORKERS, shown: "" }),
  accept: choice(["shared", "lock", "pass"], "shared"),
  hand: choice(["round-robin", "least-busy"], "round-robin"),
  wake: choice(["all", "exclusive"], "all"),
  queue: integer(1_024, { min: 1, max: 1_000_000 }),
  fdSetsize: integer(1_024, { min: 64, max: 1_048_576 }),
  stats: onOff(),
  watch: optional(
    integer(-1, { min: 0, max: 65_535, shown: String(VIEW_PORT) }),
    `${VIEW_PORT}`,
  ),
  open: onOff(),
  record: text("", "FILE"),
  trace: text("", "FILE"),
};

/**
 * How much is received at once unless `--recv-size` says so, in bytes. The system's sockets receive into
 * one buffer for each thread, and what leaves room there costs no second call to see that it was all. Each
 * of Deno's has a buffer of its own.
 */
export const RECV_SIZE_BYTES = { deno: 16_384, libc: 65_536 } as const;

/** The flags that only these models understand. */
const ONLY_FOR: Readonly<Partial<Record<keyof typeof serveFlags, readonly ModelName[]>>> = {
  trigger: ["epoll"],
  pause: ["nonblocking", "coroutine"],
  spare: ["thread", "process"],
  keep: ["thread"],
  exec: ["process"],
  oneshot: ["epoll"],
  threads: ["threadpool"],
  workers: [
    ...["prefork", "prethread", "reuseport", "workers", "reactors", "leader-followers"] as const,
    ...["offload", "pipeline"] as const,
  ],
  accept: ["prefork", "prethread"],
  hand: ["reactors"],
  wake: ["workers"],
  queue: ["pipeline"],
  fdSetsize: ["select", "select-queue"],
};

/** Flags that have no effect on another program. */
const NOT_WITH_EXEC: readonly (keyof typeof serveFlags)[] = ["handler", "sleep", "cpu"];

/**
 * Checks whether the flags go together, and with the model.
 *
 * @throws {UsageError} when they do not
 */
export function checkServeFlags(
  model: ModelName,
  flags: FlagValues<typeof serveFlags>,
  given: ReadonlySet<string>,
  messages: Messages,
): void {
  const { handler, quiet, verbose, spare, accept } = flags;
  const sockets = socketsOf(model, flags, given);
  if (!HANDLER_NAMES.includes(handler) && !isHandlerFile(handler)) {
    const nearest = closest(handler, HANDLER_NAMES);
    throw new UsageError(messages.serve.unknownHandler(handler, nearest, HANDLER_NAMES));
  }
  checkHandlerData(handler, given, messages);
  checkSockets(model, sockets, messages);
  if (sockets === "libc") checkLibc(model, messages);
  else if (given.has("fdSetsize")) {
    throw new UsageError(messages.flags.onlyWith("--fd-setsize", "--sockets libc"));
  }
  if (sockets === "libc" && model === "process" && spare > 0) {
    throw new UsageError(messages.serve.spareForked);
  }
  if (model === "prethread" && accept === "pass") {
    throw new UsageError(messages.serve.passesNothing);
  }
  for (const flag of NOT_WITH_EXEC) {
    if (given.has("exec") && given.has(flag)) {
      throw new UsageError(messages.flags.noEffectWith(`--${toTyped(flag)}`, "--exec"));
    }
  }
  if (given.has("open") && !given.has("watch")) {
    throw new UsageError(messages.flags.onlyWith("--open", "--watch"));
  }
  if (given.has("record") && flags.record === flags.trace) {
    throw new UsageError(messages.watch.sameFile("--record", "--trace"));
  }
  if (quiet && verbose) throw new UsageError(messages.flags.notTogether("--quiet", "--verbose"));
  for (const [flag, models] of Object.entries(ONLY_FOR)) {
    if (given.has(flag) && !models.includes(model)) {
      throw new UsageError(messages.flags.notForModel(`--${toTyped(flag)}`, model, models));
    }
  }
}

/** @throws {UsageError} when the handler has no use for what it is given */
function checkHandlerData(
  handler: string,
  given: ReadonlySet<string>,
  { flags }: Messages,
): void {
  if (given.has("db") && handler !== "kv") {
    throw new UsageError(flags.onlyWith("--db", "--handler kv"));
  }
  if (given.has("root") && handler !== "http") {
    throw new UsageError(flags.onlyWith("--root", "--handler http"));
  }
}

/** The socket kind that was typed, or else the first that the model serves on. */
export function socketsOf(
  model: ModelName,
  { sockets }: FlagValues<typeof serveFlags>,
  given: ReadonlySet<string>,
): SocketKind {
  return given.has("sockets") ? sockets : modelEntry(model).sockets[0];
}

/** @throws {UsageError} when the model does not serve on these sockets, which says why */
function checkSockets(model: ModelName, sockets: SocketKind, { serve }: Messages): void {
  const reasons: Partial<Record<ModelName, string>> = serve.notOnSockets;
  const reason = reasons[model];
  const kinds = modelEntry(model).sockets;
  const isNowhere = !kinds.includes("deno") && !hasSystemCalls() ||
    model === "reuseport" && Deno.build.os === "windows";
  if ((isNowhere || !kinds.includes(sockets)) && reason !== undefined) throw new UsageError(reason);
}

function checkLibc(model: ModelName, messages: Messages): void {
  if (!hasSystemCalls()) throw new UsageError(messages.flags.libcNotHere);
  if (modelEntry(model).sockets.includes("libc")) return;
  const others = MODEL_NAMES.filter((name) => modelEntry(name).sockets.includes("libc"));
  throw new UsageError(messages.flags.notForModel("--sockets libc", model, others));
}
