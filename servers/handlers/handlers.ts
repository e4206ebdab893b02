/**
 * The handlers by name.
 *
 * @module
 */

import { type SimulatedCost, withSimulatedCost } from "./simulated_cost.ts";
import { bytes } from "./bytes.ts";
import { discard } from "./discard.ts";
import { echo } from "./echo.ts";
import { http } from "./http.ts";
import type { Handler } from "./session.ts";
import { upper } from "./upper.ts";

const HANDLERS: Readonly<Record<string, Handler>> = { echo, discard, upper, bytes, http };

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

/** Which handler, and what it is made to cost. Plain data: it crosses into Workers and children. */
export interface HandlerChoice extends SimulatedCost {
  /** One of {@linkcode HANDLER_NAMES}, or a file's path. */
  readonly name: string;
}

/**
 * Makes the chosen handler.
 *
 * @throws {HandlerError} when it comes from a file that cannot be used
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const handler = await makeHandler({ name: "echo", sleepMs: 0, cpuMs: 0 });
 * const chunk = new Uint8Array(3);
 * assertEquals(handler().onData(chunk).next()?.bytes, chunk);
 * ```
 */
export async function makeHandler(choice: HandlerChoice): Promise<Handler> {
  return withSimulatedCost(HANDLERS[choice.name] ?? await loadFile(choice.name), choice);
}

/** The code that loads files is itself loaded here: few threads need it, and each pays for it. */
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
