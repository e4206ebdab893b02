/**
 * The code of a model as a view shows it: its page, and where that makes which call.
 *
 * @module
 */

import type { ModelName, ModelOptions, ServedBy } from "../context/context.ts";
import type { SocketKind } from "../context/protocol.ts";
import { modelEntry } from "../registry.ts";
import type { Call, SourceFile } from "./frames.ts";

/** The pages of some models serve a client with a function of another page. */
const SERVES_CLIENT: Readonly<Partial<Record<ServedBy, { page: string; function: string }>>> = {
  thread: { page: "blocking.ts", function: "serveClient" },
  process: { page: "blocking.ts", function: "serveClient" },
  sharedThread: { page: "offload.ts", function: "handlerThread" },
};

/** Where each of several loops is this one, their page only starts them. */
const LOOP_PAGE = "epoll.ts";

/** How each call looks in the pages of the models. */
const CALLS: Readonly<Record<Call, RegExp>> = {
  accept: /(?:listener|clients|children|ring)\.(?:accept|tryAccept)\(|=== ACCEPTED\b/,
  wait: /await (?:sockets\.(?:select|poll|pause)|\w+\.(?:wait|turn))\(/,
  recv: /\.(?:recv|tryRecv|didRecv|didRead)\(/,
  handle: /(?:session\.onData|client\.serve|= repliesTo)\(/,
  sleep: /(?:\?\?|await|yield\*) (?:\w+\.)?(?:sleep|delay)\(|timers\.add\(|clients\.due\(/,
  send: /(?:\.(?:send|wrote|resume|flush)|client\.serve|yield\* send)\(/,
};

/** Reads the pages that a model consists of, from source or out of the executable. */
export async function readModelSource(
  model: ModelName,
  options: ModelOptions,
  sockets: SocketKind,
): Promise<SourceFile[]> {
  const entry = modelEntry(model);
  const page = entry.page?.(options, sockets) ?? `${model.replaceAll("-", "_")}.ts`;
  const files = [toFile(page, await readPage(page))];
  if (entry.servedBy === "loops") files.push(toFile(LOOP_PAGE, await readPage(LOOP_PAGE)));
  const serves = SERVES_CLIENT[entry.servedBy];
  if (serves !== undefined && serves.page !== page) {
    files.push(toFile(serves.page, cutFunction(await readPage(serves.page), serves.function)));
  }
  return files;
}

async function readPage(page: string): Promise<string> {
  return await Deno.readTextFile(new URL(`../${page}`, import.meta.url));
}

function toFile(page: string, text: string): SourceFile {
  return { path: `servers/${page}`, text, lines: linesOf(text) };
}

/** A function that is exported, with the comment before it. */
function cutFunction(text: string, name: string): string {
  const at = text.indexOf(`export async function ${name}(`);
  const begin = text.lastIndexOf("/**", at);
  return text.slice(begin, text.indexOf("\n}\n", at) + 3);
}

/** The lines, counted from 1, that make each call. */
export function linesOf(text: string): SourceFile["lines"] {
  const lines = text.split("\n");
  const numbers = (pattern: RegExp) =>
    lines.flatMap((line, index) => isCode(line) && pattern.test(line) ? [index + 1] : []);
  return Object.fromEntries(
    Object.entries(CALLS).map(([call, pattern]) => [call, numbers(pattern)]),
  );
}

function isCode(line: string): boolean {
  return !/^\s*(?:\*|\/[/*])/.test(line);
}
