/**
 * The code of a model as a view shows it: its page, and where that makes which call.
 *
 * @module
 */

import type { ModelName } from "../registry.ts";
import { modelEntry } from "../registry.ts";
import type { Call, SourceFile } from "./frames.ts";

/** Whoever has a client to itself does so with this part of another page. */
const SERVE_CLIENT = "blocking.ts";

/** How each call looks in the pages of the models. */
const CALLS: Readonly<Record<Call, RegExp>> = {
  accept: /(?:listener|clients)\.(?:accept|tryAccept)\(/,
  wait: /await (?:sockets\.select|\w+\.wait|(?:engine\.)?sockets\.pause)\(/,
  recv: /\.(?:recv|tryRecv|didRead)\(/,
  handle: /(?:session\.receive|\.serve)\(/,
  sleep: /await (?:sleep|delay)\(|sleepers\.add\(/,
  send: /(?:connection\.(?:send|wrote)|\.resume)\(/,
};

/** Reads the pages that a model consists of, from source or out of the executable. */
export async function readModelSource(model: ModelName): Promise<SourceFile[]> {
  const page = `${model.replaceAll("-", "_")}.ts`;
  const { servant } = modelEntry(model);
  const isShared = page !== SERVE_CLIENT && servant !== "loop" && servant !== "coroutine";
  const pages = isShared ? [page, SERVE_CLIENT] : [page];
  return await Promise.all(pages.map(readPage));
}

async function readPage(page: string): Promise<SourceFile> {
  const text = await Deno.readTextFile(new URL(`../${page}`, import.meta.url));
  return { path: `servers/${page}`, text, lines: linesOf(text) };
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
