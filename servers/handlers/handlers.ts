/**
 * The handlers by name.
 *
 * @module
 */

import type { SimulatedCost } from "./simulated_cost.ts";
import type { Handler } from "./session.ts";

/** Each is loaded when it is chosen: a thread has one, and pays for each module that it loads. */
const HANDLERS: Readonly<Record<string, (choice: HandlerChoice) => Promise<Handler>>> = {
  echo: async () => (await import("./echo.ts")).echo,
  discard: async () => (await import("./discard.ts")).discard,
  upper: async () => (await import("./upper.ts")).upper,
  bytes: async () => (await import("./bytes.ts")).bytes,
  star: async () => (await import("./star.ts")).star,
  prime: async () => (await import("./prime.ts")).prime,
  chat: async () => (await import("./chat.ts")).chat,
  kv: async ({ db = ":memory:" }) => (await import("./kv.ts")).kv(db),
  http: async ({ root = "" }) => await makeHttp(root),
};

async function makeHttp(root: string): Promise<Handler> {
  const { http } = await import("./http.ts");
  if (root === "") return http();
  const { StaticFiles } = await import("./static_files.ts");
  return http(new StaticFiles(root));
}

/** The names that `--handler` takes besides a file's. */
export const HANDLER_NAMES: readonly string[] = Object.keys(HANDLERS);

/**
 * Whether `name` is a file's path and not one of {@linkcode HANDLER_NAMES}.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * assert(isHandlerFile("./mine.js") && !isHandlerFile("echo"));
 * ```
 */
export function isHandlerFile(name: string): boolean {
  return /[./\\]/.test(name);
}

/** Whose sessions remember nothing from one chunk to the next. */
const WITHOUT_STATE: readonly string[] = ["echo", "discard", "upper"];

/**
 * Whether a session of the handler may remember something from one chunk to the next.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * assert(keepsState("http") && keepsState("./mine.js") && !keepsState("echo"));
 * ```
 */
export function keepsState(name: string): boolean {
  return !WITHOUT_STATE.includes(name);
}

/**
 * Whether what one client of the handler does may concern others: they meet in rooms.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * assert(sharesRooms("chat") && sharesRooms("./mine.js") && !sharesRooms("echo"));
 * ```
 */
export function sharesRooms(name: string): boolean {
  return name === "chat" || isHandlerFile(name);
}

/**
 * Whether a session of the handler may have something to say that is no answer: a greeting, what others
 * say, last words.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * assert(speaksUnasked("star") && speaksUnasked("prime") && speaksUnasked("./mine.js") && !speaksUnasked("echo"));
 * ```
 */
export function speaksUnasked(name: string): boolean {
  return ["star", "prime"].includes(name) || sharesRooms(name);
}

/**
 * Whether the handler may be called for clients that nobody has sent, so that V8 compiles it: neither the
 * code of other people, nor what takes time, nor what others would notice, nor files, which may be large.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * assert(canRehearse({ name: "http", sleepMs: 0, cpuMs: 0 }));
 * assert(!canRehearse({ name: "./mine.js", sleepMs: 0, cpuMs: 0 }));
 * ```
 */
export function canRehearse({ name, sleepMs, cpuMs, root = "" }: HandlerChoice): boolean {
  return REHEARSED.includes(name) && sleepMs + cpuMs === 0 && root === "";
}

/**
 * Whether, moreover, it does the same for each message, so that a rehearsal leaves nothing out.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * assert(canRehearseAll({ name: "echo", sleepMs: 0, cpuMs: 0 }));
 * assert(!canRehearseAll({ name: "http", sleepMs: 0, cpuMs: 0 }));
 * ```
 */
export function canRehearseAll(choice: HandlerChoice): boolean {
  return canRehearse(choice) && REHEARSED_WHOLE.includes(choice.name);
}

const REHEARSED_WHOLE: readonly string[] = ["echo", "discard", "upper", "bytes"];
const REHEARSED: readonly string[] = [...REHEARSED_WHOLE, "star", "prime", "http"];

/** Which handler, and what it is made to cost. Plain data: it crosses into Workers and children. */
export interface HandlerChoice extends SimulatedCost {
  /** One of {@linkcode HANDLER_NAMES}, or a file's path. */
  readonly name: string;
  /** The file in which `kv` keeps its data; without one, each thread has data of its own. */
  readonly db?: string;
  /** The directory whose files `http` serves; empty for none. */
  readonly root?: string;
}

/**
 * Makes the chosen handler.
 *
 * @throws {HandlerError} when it comes from a file that cannot be used
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Rooms } from "./rooms.ts";
 * const handler = await makeHandler({ name: "echo", sleepMs: 0, cpuMs: 0 });
 * const client = { id: 1, peer: { host: "127.0.0.1", port: 50_000 }, rooms: new Rooms() };
 * const chunk = new Uint8Array(3);
 * assertEquals(handler(client).onData(chunk).next()?.bytes, chunk);
 * ```
 */
export async function makeHandler(choice: HandlerChoice): Promise<Handler> {
  const handler = await (HANDLERS[choice.name]?.(choice) ?? loadFile(choice.name));
  if (choice.sleepMs + choice.cpuMs === 0) return handler;
  const { withSimulatedCost } = await import("./simulated_cost.ts");
  return withSimulatedCost(handler, choice);
}

async function loadFile(path: string): Promise<Handler> {
  const { loadCustomHandler } = await import("./custom.ts");
  return await loadCustomHandler(path);
}

/**
 * Whether the file says `export const eventLoop = true`: its sessions use timers or promises.
 *
 * @param path of a handler's file
 * @throws {HandlerError} when the file cannot be loaded
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const path = await Deno.makeTempFile({ suffix: ".js" });
 * await Deno.writeTextFile(path, "export const eventLoop = true;");
 * assertEquals(await needsEventLoop(path), true);
 * await Deno.remove(path);
 * ```
 */
export async function needsEventLoop(path: string): Promise<boolean> {
  const { importHandlerFile } = await import("./custom.ts");
  return (await importHandlerFile(path)).eventLoop === true;
}
