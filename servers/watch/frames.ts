/**
 * What a view is told of a server that runs: once what it is, and then frames of what has changed. It
 * is sent to pages and terminals, and stands in recordings, as JSON.
 *
 * @module
 */

import type { Language } from "../../cli/language.ts";
import type { ServedBy } from "../context/context.ts";
import type { ModelText } from "../../cli/messages/model_text.ts";

/** What a client may be doing; a frame names a state by its place here. */
export const STATES = [
  /** Connected, and not accepted: it waits in the listener's backlog. */
  "backlog",
  /** Accepted, and no thread or process has it yet. */
  "queued",
  /** Waited for, until it says something. */
  "waiting",
  /** Its bytes are being handled. */
  "served",
  /** Its answer is not due yet. */
  "asleep",
  /** Its socket takes no more. */
  "blocked",
  "closed",
] as const;

/** One of {@linkcode STATES}. */
export type State = typeof STATES[number];

/** Lanes that are no thread or process; those are numbered from 0, which is the server's own. */
export const BACKLOG_LANE = -1;
export const QUEUE_LANE = -2;

/** From this time on a client has been in this state, on this lane. */
export type Change = readonly [timeMs: number, client: number, state: number, lane: number];

/** What the code of a model is seen to do. */
export type Call = "accept" | "wait" | "recv" | "handle" | "sleep" | "send";

/** How often since the last frame. */
export type CallCounts = Readonly<Record<Call, number>>;

/** Numbers that only grow, unless said otherwise. */
export interface Totals {
  readonly accepted: number;
  /** Those who are connected now. */
  readonly active: number;
  readonly refused: number;
  readonly resets: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly recvs: number;
  readonly sends: number;
  readonly wakeUps: number;
  readonly scanned: number;
  readonly ready: number;
  readonly systemCalls: number;
}

/** The clients that the view has opened. */
export interface CrowdCounts {
  readonly open: number;
  readonly talking: boolean;
  readonly reading: boolean;
  readonly messages: number;
}

/** What can be set, as it is now. */
export interface Settings {
  readonly sleepMs: number;
  readonly cpuMs: number;
  /** For how long the server is still held up. */
  readonly heldMs: number;
}

/** A line of the log, as each language has it: a page need not speak the language of its server. */
export type LogLine = Readonly<Record<Language, string>>;

/** What has changed since the last frame, and what is measured. */
export interface Frame {
  /** Milliseconds since the epoch, as all times here. */
  readonly timeMs: number;
  /** This frame tells of all clients there are, and whoever it does not tell of is gone. */
  readonly isWhole?: boolean;
  /** Clients that were not told of before, and where each comes from. */
  readonly peers: readonly (readonly [client: number, peer: string])[];
  readonly changes: readonly Change[];
  readonly totals: Totals;
  /** Messages since the frame before, and how many of them are told of one by one. */
  readonly messages: { readonly all: number; readonly told: number };
  /** How many wait to be accepted. `null` where the system does not tell. */
  readonly backlog: number | null;
  /** How old it is what is known of who they are: with many connections, looking takes time. */
  readonly backlogAgeMs: number;
  /** How long the loop takes to give a sign of life. `null` where there is no loop to ask. */
  readonly loopLatencyMs: number | null;
  /** CPU time of the server so far, and that of its children where that is told. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  /** When these two were measured, which is not done for every frame. */
  readonly measuredMs: number;
  /** Whether processors are so short that those who show this should take little of them. */
  readonly isShort: boolean;
  /** Which call the code is in. */
  readonly call: Call;
  readonly calls: CallCounts;
  readonly log: readonly LogLine[];
  readonly settings: Settings;
  readonly crowd: CrowdCounts;
}

/** A file of the code that runs, and which of its lines make which call. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: Readonly<Partial<Record<Call, readonly number[]>>>;
}

/** What a server is. */
export interface Hello {
  readonly model: string;
  readonly sockets: string;
  readonly worker: ServedBy;
  readonly waitsIn: string;
  /** Whether it has a loop that tells how long it takes to give a sign of life. */
  readonly tellsLatency: boolean;
  readonly handler: string;
  readonly address: string;
  readonly pid: number;
  readonly source: readonly SourceFile[];
  /** The page on the model, by language. */
  readonly explained: Readonly<Record<string, ModelText>>;
}

/** What comes over the WebSocket of a view: first a greeting, and then the frames of each run. */
export type FromView =
  | {
    /** Made anew for each view, so that another one at the same address is not taken for it. */
    readonly id: string;
    /** What is shown: one server, two that are compared, or none where it is a recording. */
    readonly hellos: readonly Hello[];
  }
  | { readonly run: number; readonly frame: Frame }
  /** There is no more, and the reader is to close: Deno 2.5 answers the answer to its own close. */
  | { readonly isOver: true };

/** What a view may ask of a server. */
export type Command =
  | { readonly do: "open"; readonly count: number }
  | { readonly do: "talk"; readonly on: boolean; readonly everyMs: number; readonly text: string }
  /** Whether the clients read what they are sent. */
  | { readonly do: "read"; readonly on: boolean }
  | { readonly do: "end"; readonly how: "half-close" | "reset" | "close"; readonly count: number }
  | { readonly do: "burden"; readonly sleepMs: number; readonly cpuMs: number }
  | { readonly do: "hold"; readonly ms: number };

/** Why a command is not obeyed; each page says it in its own language. */
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

/** What a command that is obeyed has no effect on. */
export type Reservation = "new-processes-only";

/** A server as views see it: one that runs, one that another process runs, or a recording. */
export interface Run {
  hello(): Promise<Hello>;
  /**
   * Calls `onFrame` with a frame on all there is, and then with each one.
   *
   * @returns a function that ends it
   */
  subscribe(onFrame: (frame: Frame) => void): () => void;
  /**
   * @returns a reservation, if there is one
   * @throws {RefusedError} when it cannot be done
   */
  control(command: Command): Promise<Reservation | undefined>;
}
