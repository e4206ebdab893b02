/**
 * The tracks of a trace: what a lane does, one thing after the other, and what becomes of a client.
 *
 * @module
 */

import type { State } from "./frames.ts";
import type { Args, Place, TraceOutput } from "./trace_output.ts";

/** A track on which one slice follows the other. */
class Track {
  #name: string | undefined = undefined;
  #sinceMs = 0;
  #args: Args = {};

  constructor(private readonly output: TraceOutput, readonly place: Place) {}

  /** What goes on at present; `undefined` for nothing that is known. */
  get doing(): string | undefined {
    return this.#name;
  }

  /** Ends the present slice, and begins another. @returns the time, which never goes back on a track */
  enter(name: string | undefined, timeMs: number, args: Args, endArgs: Args = {}): number {
    const atMs = Math.max(timeMs, this.#sinceMs);
    const all = { ...this.#args, ...endArgs };
    // A wait of no length that says nothing is left out.
    if (this.#name !== undefined && (atMs > this.#sinceMs || Object.keys(all).length > 0)) {
      this.output.slice(this.#name, this.place, this.#sinceMs, atMs, all);
    }
    [this.#name, this.#sinceMs, this.#args] = [name, atMs, args];
    return atMs;
  }

  /** When the present slice ends is unknown: it gets no length. */
  shorten(timeMs: number, args: Args): void {
    this.enter(undefined, this.#sinceMs, {}, args);
    this.#sinceMs = Math.max(timeMs, this.#sinceMs);
  }
}

/** How the bytes of a change are found: what was received or sent at that moment. */
export interface Moment {
  readonly timeMs: number;
  readonly receivedBytes: number | undefined;
  readonly sentBytes: number | undefined;
  /** The change is not from the trace: the client is assumed to be done by now. */
  readonly isAssumed: boolean;
}

/** What one thread, process or loop does: see `Phase`. */
export class LaneTrack extends Track {
  #client = 0;

  /** The client that it works for; 0 for none. */
  get client(): number {
    return this.#client;
  }

  /** What it does from now on; `undefined` for nothing that is known. @see {@linkcode Track.enter} */
  begin(name: string | undefined, client: number, timeMs: number, args: Args, endArgs: Args): void {
    this.enter(name, timeMs, args, endArgs);
    this.#client = client;
  }
}

/** What a client's slices are called; it has none while the server waits for its bytes. */
const STATE_NAMES: Readonly<Partial<Record<State, string>>> = {
  backlog: "backlog",
  queued: "queued",
  served: "handle",
  asleep: "asleep",
  blocked: "send",
};

/** A client, from the moment that it was seen first to its end. */
export class ClientTrack {
  readonly #track: Track;

  constructor(private readonly output: TraceOutput, place: Place, name: Args, timeMs: number) {
    this.#track = new Track(output, place);
    this.#track.enter(undefined, timeMs, {});
    output.begin("connection", place, timeMs, name);
  }

  change(
    state: State,
    { timeMs, receivedBytes, sentBytes, isAssumed }: Moment,
    lane: number,
  ): void {
    if (isAssumed && this.#track.doing === "handle") {
      this.#track.shorten(timeMs, { end: "not traced" });
    }
    const isReceived = state === "served" && receivedBytes !== undefined;
    const received: Args = isReceived ? { receivedBytes } : {};
    const sent: Args = sentBytes === undefined ? {} : { sentBytes };
    this.#track.enter(STATE_NAMES[state], timeMs, lane < 0 ? {} : { lane, ...received }, sent);
  }

  /** @param isOpen whether the trace ends before the client does */
  end(timeMs: number, isOpen: boolean): void {
    const atMs = this.#track.enter(undefined, timeMs, {});
    this.output.end(this.#track.place, atMs, isOpen ? { open: "until after the trace" } : {});
  }
}
