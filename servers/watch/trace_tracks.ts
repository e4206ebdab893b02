/**
 * The tracks of a trace: what a lane does, one thing after the other, and what becomes of a client.
 *
 * @module
 */

import type { ServedBy } from "../context/context.ts";
import type { Hello, State } from "./frames.ts";
import type { Args, Place, TraceOutput } from "./trace_output.ts";

/** A track on which one slice follows the other. */
export class Track {
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

  /** Forgets the present slice until this time: it may have been interrupted. */
  forget(timeMs: number): void {
    this.#sinceMs = Math.max(timeMs, this.#sinceMs);
  }
}

/** A thread or process that has one client at a time, and waits for that one only. */
const EXCLUSIVE: readonly ServedBy[] = ["caller", "thread", "process"];
/** What such a lane does while its client is in a state. */
const CALLS: Readonly<Partial<Record<State, string>>> = {
  waiting: "recv",
  asleep: "asleep",
  blocked: "send",
};

/** How the bytes of a change are found: what was received or sent at that moment. */
export interface Moment {
  readonly timeMs: number;
  readonly receivedBytes: number | undefined;
  readonly sentBytes: number | undefined;
  /** Not all messages of this time were traced. */
  readonly isSampled: boolean;
  /** The change is not from the trace: the client is assumed to be done by now. */
  readonly isAssumed: boolean;
}

/** A client as a lane names it. */
export interface NamedClient {
  readonly client: number;
  readonly peer: string;
}

/** What one thread, process or loop does. */
export class LaneTrack {
  readonly #track: Track;
  readonly #isExclusive: boolean;
  readonly #idle: string | undefined;
  /** The client that the lane works for. */
  #client: number | undefined = undefined;
  /** The calls of this frame that have a slice, with the times of their ends. */
  readonly #ended = new Set<string>();

  /** @param lane its number; 0 is the server's own thread */
  constructor(private readonly output: TraceOutput, place: Place, hello: Hello, lane: number) {
    this.#track = new Track(output, place);
    this.#isExclusive = EXCLUSIVE.includes(hello.worker);
    this.#idle = idleCall(hello, lane);
  }

  get place(): Place {
    return this.#track.place;
  }

  /** The client that the lane works for; `undefined` for none. */
  get client(): number | undefined {
    return this.#client;
  }

  /** The lane has begun, or is done with its client. */
  idle(timeMs: number, endArgs: Args = {}): void {
    this.#client = undefined;
    this.#track.enter(this.#idle, timeMs, {}, endArgs);
  }

  /** The lane has accepted a client. Where it waits in accept, the slice of that ends. */
  accepted(client: NamedClient, timeMs: number): void {
    if (this.#track.doing === "accept") this.#track.enter(undefined, timeMs, {}, { ...client });
    else this.output.shortSlice("accept", this.place, timeMs, { ...client });
  }

  /** A client of the lane is in another state. */
  change(client: NamedClient, state: State, moment: Moment): void {
    const { timeMs, receivedBytes, sentBytes, isSampled, isAssumed } = moment;
    if (this.#isExclusive) this.#ended.add(`${this.#track.doing} ${timeMs}`);
    if (state === "served") {
      if (isSampled) this.#doubt(timeMs);
      const received: Args = receivedBytes === undefined ? {} : { receivedBytes };
      this.#track.enter(
        "handle",
        timeMs,
        { ...client, ...received },
        this.#track.doing === "recv" ? received : {},
      );
      this.#client = client.client;
      return;
    }
    if (!this.#isExclusive && this.#client !== client.client) return;
    if (isAssumed && this.#track.doing === "handle") {
      this.#track.shorten(timeMs, { end: "not traced" });
    }
    const endArgs: Args = sentBytes === undefined ? {} : { sentBytes };
    const call = this.#isExclusive ? CALLS[state] : undefined;
    if (call === undefined) return this.idle(timeMs, endArgs);
    this.#client = client.client;
    this.#track.enter(call, timeMs, { ...client }, endArgs);
  }

  /** Bytes came or went. A call in which the lane has waited for that has a slice already. */
  transfer(name: "recv" | "send", timeMs: number, args: Args): void {
    if (this.#ended.has(`${name} ${timeMs}`)) return;
    this.output.shortSlice(name, this.place, timeMs, args);
  }

  /** All of a frame is known. @param isSampled whether messages were left out of it */
  settle(timeMs: number, isSampled: boolean, isHeld: boolean): void {
    this.#ended.clear();
    if (isSampled) this.#doubt(timeMs);
    this.#hold(isHeld, timeMs);
  }

  /** The server is held up, or goes on. */
  #hold(isHeld: boolean, timeMs: number): void {
    if (isHeld === (this.#track.doing === "held up")) return;
    if (isHeld && this.#client === undefined) this.#track.enter("held up", timeMs, {});
    else if (!isHeld) this.idle(timeMs);
  }

  /** Not all messages until this time were traced: that the lane has waited all the time is not known. */
  #doubt(timeMs: number): void {
    const { doing } = this.#track;
    if (doing === this.#idle || doing === "recv") this.#track.forget(timeMs);
  }

  /** Whether nothing is known of the lane any more, as of a process that has served its client. */
  get isOver(): boolean {
    return this.#track.doing === undefined && this.#idle === undefined;
  }

  end(timeMs: number): void {
    this.#client = undefined;
    this.#track.enter(undefined, timeMs, {});
  }
}

/** The call in which a lane without work waits; `undefined` where that is not known. */
function idleCall({ worker, waitsIn }: Hello, lane: number): string | undefined {
  if (EXCLUSIVE.includes(worker)) {
    return waitsIn.startsWith("accept") && (worker === "caller" || lane > 0) ? "accept" : undefined;
  }
  const waits = worker === "loops" ? lane > 0 : worker === "loop" || worker === "coroutine";
  return waits && waitsIn !== "-" ? waitsIn : undefined;
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
