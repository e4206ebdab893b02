/**
 * What the handlers are like, for the servers that choose how to serve them. A thread that has one to
 * serve needs nothing of it.
 *
 * @module
 */

import { type HandlerChoice, isHandlerFile } from "./handlers.ts";

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
