import { httpRequest } from "./http_replies.ts";
import type { MessageSet } from "./messages.ts";
import type { Stage } from "./rate_profile.ts";

/** How many connections may be in the middle of being opened. */
export const MAX_CONNECTING = 256;
/** How long connections wait at the end for the echoes they are still owed. */
export const LAST_ECHOES_MS = 2_000;

/**
 * A message that falls due this shortly before the end of the flood and is not sent does not count as
 * overdue: the flood serves other connections first, and its timers may be late.
 */
export const MAY_BE_LATE_MS = 250;
/** A message counts as late if it is sent longer after it was due. Timers are seldom that late. */
export const LATE_MS = 10;

/** How a flood goes: where to, how many clients, how fast and for how long. */
export interface FloodOptions {
  readonly host: string;
  readonly port: number;
  /** How many clients there are; each has one connection at a time. */
  readonly conns: number;
  /** After how many messages a client closes its connection and opens another; `Infinity`: never. */
  readonly reconnectAfter: number;
  /** How many connections a client opens, one after another; `Infinity`: as many as go. */
  readonly connectionsEach: number;
  /** `Infinity`: until it is stopped. */
  readonly durationMs: number;
  /**
   * How long it waits at most, before it warms up, until every client had its first answer. Those that
   * have it send nothing meanwhile, so that the server has time for the others.
   */
  readonly settleMs: number;
  /** How long it sends after that without measuring. */
  readonly warmupMs: number;
  readonly messageSet: MessageSet;
  /** What the server answers to each message of the set; the same messages for an echo. */
  readonly replySet: MessageSet;
  /** Messages per second on each connection; `Infinity`: as many as go. */
  readonly rate: number;
  /**
   * Messages per second on all connections together, each on one that is free; instead of `rate`.
   * `stages` change it, and begin with 0 without it.
   */
  readonly totalRate?: number;
  readonly stages?: readonly Stage[];
  /** Whether a client whose connection was lost or refused opens another, again and again. */
  readonly reconnect?: boolean;
  /** The path that is asked for with GET, over HTTP/1.1; messages and replies follow from that. */
  readonly http?: string;
  /** Whether the next message waits for the echo of the last. */
  readonly wait: boolean;
  /** Connections opened per second; `Infinity`: as many as go. */
  readonly connectRate: number;
  /** Pause between an echo and the next message. */
  readonly thinkMs: number;
  /** How long connections wait at the end for the echoes they are still owed. */
  readonly lastEchoesMs: number;
}

/** How a flood goes, without what it sends. */
export type FloodSettings = Omit<FloodOptions, "messageSet" | "replySet">;

/** Whether the messages of all connections together have a rate. */
export function hasTotalRate(
  { totalRate, stages }: Pick<FloodOptions, "totalRate" | "stages">,
): boolean {
  return totalRate !== undefined || stages !== undefined;
}

/** The same options, with the messages that follow from `http`. */
export function withRequests(options: FloodOptions): FloodOptions {
  if (options.http === undefined) return options;
  const messageSet = [httpRequest(options.http, options)];
  return { ...options, wait: true, messageSet, replySet: messageSet };
}

/** How many connections there will be at most, one after another; `Infinity`: unknown. */
export function mostConnections({ conns, reconnectAfter, reconnect, http }: FloodOptions): number {
  return reconnectAfter < Infinity || reconnect || http !== undefined ? Infinity : conns;
}
