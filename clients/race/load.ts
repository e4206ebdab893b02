/**
 * What a race is run with, and the floods that follow from that.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { always, type MessageSet, ofSize } from "../flood/messages.ts";
import { LAST_ECHOES_MS } from "../flood/options.ts";
import type { Load } from "./heat.ts";
import type { Conditions } from "./race.ts";

/** More threads than this flood faster than any server serves. */
const MAX_FLOOD_THREADS = 4;
/** The longest that connections wait at the end. */
const MAX_LAST_ECHOES_MS = 30_000;

/** How long `playground serve` lets clients finish; the flood has closed its own by then. */
const GRACE = "200ms";

const encoder = new TextEncoder();

/** How many threads flood: the other processors are for the server. */
export function floodThreads(): number {
  const threads = Math.floor(navigator.hardwareConcurrency / 2);
  return hasSystemCalls() ? Math.max(1, Math.min(MAX_FLOOD_THREADS, threads)) : 1;
}

/** The flags of `serve`, the same for all models. */
export function serveFlags(
  { conns, handler, http, sleepMs, cpuMs }: Conditions,
  language: string,
): string[] {
  return [
    ...["--quiet", "--stats", "--grace", GRACE, "--lang", language],
    ...["--backlog", String(Math.min(65_535, Math.max(1_024, conns)))],
    ...[
      "--handler",
      http === undefined ? handler : "http",
      "--sleep",
      `${sleepMs}ms`,
      "--cpu",
      `${cpuMs}ms`,
    ],
  ];
}

/** The load that all servers get. */
export function loadOf({ floodThreads, connectionsEach, ...conditions }: Conditions): Load {
  return {
    ...conditions,
    ...messagesOf(conditions),
    reconnectAfter: connectionsEach === undefined ? Infinity : 1,
    connectionsEach: connectionsEach ?? Infinity,
    rate: conditions.rate ?? Infinity,
    wait: true,
    connectRate: Infinity,
    thinkMs: 0,
    lastEchoesMs: lastEchoesMs(conditions),
    threads: floodThreads,
  };
}

/** What is sent, and what has to come back. */
function messagesOf(
  { discipline, handler, sizeBytes }: Pick<Conditions, "discipline" | "handler" | "sizeBytes">,
): { messageSet: MessageSet; replySet: MessageSet } {
  if (discipline === "churn") {
    // The handler `bytes` answers a number with that many digits.
    const digits = "0123456789".repeat(Math.ceil(sizeBytes / 10)).slice(0, sizeBytes);
    return { messageSet: always(`${sizeBytes}\n`), replySet: always(digits) };
  }
  const messageSet = handler === "upper" ? inCapitals(ofSize(sizeBytes)) : ofSize(sizeBytes);
  return { messageSet, replySet: messageSet };
}

/**
 * How long connections wait at the end: those of a server that computes may all be in line. A server
 * that has stalled is not to hold up the race for ever.
 */
function lastEchoesMs({ conns, sleepMs, cpuMs }: Pick<Conditions, "conns" | "sleepMs" | "cpuMs">) {
  return Math.min(MAX_LAST_ECHOES_MS, LAST_ECHOES_MS + sleepMs + conns * cpuMs);
}

/** Messages that the handler `upper` sends back unchanged. */
function inCapitals(messageSet: MessageSet): Uint8Array[] {
  const decoder = new TextDecoder();
  return messageSet.map((message) => encoder.encode(decoder.decode(message).toUpperCase()));
}
