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

/** Whether `name` names a file and not one of {@linkcode HANDLER_NAMES}. */
export function isHandlerFile(name: string): boolean {
  return /[./\\]/.test(name);
}

/** Which handler, and what it is made to cost. Plain data: it crosses into Workers and children. */
export interface HandlerChoice extends SimulatedCost {
  /** One of {@linkcode HANDLER_NAMES}, or a file's path. */
  readonly name: string;
}

/**
 * Makes the handler that was chosen.
 *
 * @throws {HandlerError} when it comes from a file and the file is not as it should be
 */
export async function makeHandler(choice: HandlerChoice): Promise<Handler> {
  return withSimulatedCost(HANDLERS[choice.name] ?? await loadFile(choice.name), choice);
}

/** What it takes to load a file is loaded with the first one: each thread has to load it anew. */
async function loadFile(path: string): Promise<Handler> {
  const { loadCustomHandler } = await import("./custom.ts");
  return await loadCustomHandler(path);
}
