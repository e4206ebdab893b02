/**
 * The handlers by name.
 *
 * @module
 */

import { echo } from "./echo.ts";
import type { SimulatedCost } from "./simulated_cost.ts";
import type { Handler } from "./session.ts";

/**
 * Each is loaded when it is chosen: a thread has one, and pays for each module that it loads. Only `echo`
 * is there at once: it is the usual one, and to load it later takes five times as long as with the rest.
 */
const HANDLERS: Readonly<Record<string, (choice: HandlerChoice) => Promise<Handler>>> = {
  echo: () => Promise.resolve(echo),
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
  return name.includes(".") || name.includes("/") || name.includes("\\");
}

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
