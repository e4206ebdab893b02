/**
 * The JSON that a view receives from a running server: one hello that describes the server, and then
 * frames with what has changed. Pages and terminals receive it over a WebSocket, recordings store it.
 *
 * @module
 */

import type { Counters } from "../metrics/counter_totals.ts";
import type { Language } from "../../cli/language.ts";
import type { ServedBy } from "../context/context.ts";
import type { ModelText } from "../../cli/messages/model_text.ts";
import type { Usage } from "./usage_watch.ts";

/** The states of a client. A frame names a state by its index here. */
export const STATES = [
  /** Connected, but not accepted: it waits in the listener's backlog. */
  "backlog",
  /** Accepted, but no thread or process serves it yet. */
  "queued",
  /** The server waits for its next bytes. */
  "waiting",
  /** The handler works on its bytes. */
  "served",
  /** The handler sleeps, so its reply is not due yet. */
  "asleep",
  /** Its send buffer is full. */
  "blocked",
  "closed",
] as const;

/** One of {@linkcode STATES}. */
export type State = typeof STATES[number];

/** Lanes that are not threads or processes. Those are numbered from 0, the server's own thread. */
export const BACKLOG_LANE = -1;
export const QUEUE_LANE = -2;

/** A client has been in this state, on this lane, since `timeMs`. */
export type Change = readonly [timeMs: number, client: number, state: number, lane: number];

/** Bytes that the server has received from a client, or sent to it; the other of the two is 0. */
export type Transfer = readonly [
  timeMs: number,
  client: number,
  lane: number,
  receivedBytes: number,
  sentBytes: number,
];

/** The first bytes of the {@linkcode Transfer} of a client at `timeMs`. */
export type Text = readonly [timeMs: number, client: number, text: string];

/** What a lane does. A frame names it by its index here. */
export const ACTIVITIES = [
  /**
   * In the call that waits for all its clients at once, `waitsIn` of the hello; see `waitCall`. A thread
   * without a client waits for one, and a server whose workers do everything waits for them.
   */
  "wait",
  /** In accept(2). */
  "accept",
  /** In recv(2). A server that polls is there for no client while no socket has anything. */
  "recv",
  /** The handler works. */
  "handle",
  /**
   * Asleep, because the handler wants that, where a lane sleeps with its handler; or between the rounds
   * of a server that polls.
   */
  "sleep",
  /** In send(2). */
  "send",
  /** Hands a client on to a thread or a process: fork(2), a queue, a descriptor that is passed. */
  "dispatch",
  /** Unknown: there were more records than its readers wanted. */
  "untraced",
  /** The thread or the process of the lane has ended. */
  "ended",
  /** The view holds it up, between two of its calls. */
  "held",
] as const;

/** One of {@linkcode ACTIVITIES}. */
export type Activity = typeof ACTIVITIES[number];

/**
 * From `timeMs` on a lane did this, for this client; 0 for none. The time has three decimals: a loop
 * does many things within a millisecond.
 */
export type Phase = readonly [timeMs: number, lane: number, activity: number, client: number];

/**
 * A call that waits for many sockets has returned: how many it looked at, and found ready. Where a server
 * polls, this is a round in which it has asked all sockets. Of the returns that found nothing few are
 * here; `totals` counts all.
 */
export type Return = readonly [timeMs: number, lane: number, scanned: number, ready: number];

/** The calls by which the position in a model's code is known. */
export type Call = "accept" | "wait" | "recv" | "handle" | "sleep" | "send";

/** How often each call was made since the previous frame. */
export type CallCounts = Readonly<Record<Call, number>>;

/** The clients that the view has opened, and what they do. */
export interface SyntheticCounts {
  readonly open: number;
  readonly talking: boolean;
  readonly reading: boolean;
  readonly messages: number;
}

/** The current values of everything that a view can set. */
export interface Settings {
  readonly sleepMs: number;
  readonly cpuMs: number;
  /** How much longer the server is held up. */
  readonly heldMs: number;
}

/** A line of the log in every language: a page may be read in another language than its server. */
export type LogLine = Readonly<Record<Language, string>> & {
  /** When it happened, if that is known better than by the frame. */
  readonly timeMs?: number;
};

/** Changes since the previous frame, and measurements. Not every frame has a new {@linkcode Usage}. */
export interface Frame extends Usage {
  /** Milliseconds since the epoch, like all times here. */
  readonly timeMs: number;
  /** The frame lists all clients. A client that it does not list is gone. */
  readonly isWhole?: boolean;
  /** New clients, with their addresses. */
  readonly peers: readonly (readonly [client: number, peer: string])[];
  readonly changes: readonly Change[];
  /** Of each traced message, its bytes; recordings of older versions have none. */
  readonly transfers?: readonly Transfer[];
  /**
   * Of each traced message that was received its text, and of what was sent where it is known; recordings
   * of older versions have none.
   */
  readonly texts?: readonly Text[];
  /** Lanes that are processes, with their ids; recordings of older versions have none. */
  readonly pids?: readonly (readonly [lane: number, pid: number])[];
  /** In the order of time on each lane; recordings of older versions have none. */
  readonly phases?: readonly Phase[];
  /** The returns that were traced, in the order of time on each lane; not in older recordings. */
  readonly returns?: readonly Return[];
  readonly totals: Counters;
  /** Messages since the previous frame, and how many of them have a trace record. */
  readonly messages: { readonly all: number; readonly traced: number };
  /** The length of the backlog; `null` where the system does not report it. */
  readonly backlog: number | null;
  /** The age of the list of clients in the backlog. With many connections, reading it takes time. */
  readonly backlogAgeMs: number;
  /** How long the loop takes to answer; `null` for models without a loop. */
  readonly loopLatencyMs: number | null;
  /** The call that the code is in. */
  readonly call: Call;
  readonly calls: CallCounts;
  readonly log: readonly LogLine[];
  readonly settings: Settings;
  readonly synthetic: SyntheticCounts;
}

/** A source file of the model, and the lines that make each call. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: Readonly<Partial<Record<Call, readonly number[]>>>;
}

/** The first message about a server: what it is. */
export interface Hello {
  readonly model: string;
  readonly sockets: string;
  readonly worker: ServedBy;
  readonly waitsIn: string;
  /** Whether frames have a `loopLatencyMs`. */
  readonly hasLoopLatency: boolean;
  readonly handler: string;
  readonly address: string;
  readonly pid: number;
  /** When it began to listen; recordings of older versions do not have it. */
  readonly startedMs?: number;
  readonly source: readonly SourceFile[];
  /** The texts of `explain`, by language. */
  readonly explained: Readonly<Record<string, ModelText>>;
}

/** A message on the WebSocket of a view: first the hellos, and then the frames of each run. */
export type ViewMessage =
  | {
    /** Random, so that a page notices when another view has taken over its address. */
    readonly id: string;
    /** One for each server: two in a comparison, none for a recording. */
    readonly hellos: readonly Hello[];
  }
  | { readonly run: number; readonly frame: Frame }
  /** The last message: the reader closes, because Deno 2.5 answers the reply to its own close. */
  | { readonly isOver: true };

/** A command of a view to its server. */
export type Command =
  | { readonly do: "open"; readonly count: number }
  | { readonly do: "talk"; readonly on: boolean; readonly everyMs: number; readonly text: string }
  /** Whether the clients receive what the server sends. */
  | { readonly do: "read"; readonly on: boolean }
  | { readonly do: "end"; readonly how: "half-close" | "reset" | "close"; readonly count: number }
  | { readonly do: "simulate-cost"; readonly sleepMs: number; readonly cpuMs: number }
  | { readonly do: "block"; readonly ms: number };

/** Why a command was refused. Each page words it in its own language. */
export type Refusal =
  | { readonly reason: "no-command" | "too-long" | "no-token" }
  | {
    readonly reason: "out-of-range";
    /** The name of the number, or of the text that is too long. */
    readonly field: string;
    readonly min: number;
    readonly max: number;
  }
  | { readonly reason: "failed"; readonly detail: string };

/** A limit to the effect of a command that was carried out. */
export type ControlWarning = "new-processes-only";

/** A server as views see it, in this process or in another one. */
export interface Run {
  /** Describes the server. */
  hello(): Promise<Hello>;
  /**
   * Calls `onFrame` with a whole frame, and then with each new one.
   *
   * @returns a function that unsubscribes
   */
  subscribe(onFrame: (frame: Frame) => void): () => void;
  /**
   * Carries out a command.
   *
   * @returns a warning, if there is one
   * @throws {RefusedError} when it cannot be done
   */
  control(command: Command): Promise<ControlWarning | undefined>;
}

/** Rounds a time to three decimals, as frames have it. */
export function roundToMicroseconds(timeMs: number): number {
  return Math.round(timeMs * 1_000) / 1_000;
}
