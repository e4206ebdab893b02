/**
 * Turns the frames of a run into a trace: a track for each lane, one for each client, and counters.
 *
 * @module
 */

import type { Messages } from "../../cli/messages.ts";
import type { TraceGaps } from "../runtime/reporter.ts";
import {
  ACTIVITIES,
  type Activity,
  type Change,
  type Frame,
  type Hello,
  type Phase,
  STATES,
  type Transfer,
} from "./frames.ts";
import { type Args, type Place, type TraceLimits, TraceOutput } from "./trace_output.ts";
import { ClientTrack, LaneTrack, type Moment } from "./trace_tracks.ts";
import { laneName, waitCall } from "./lane_names.ts";

/**
 * The clients are no process, but the format knows only processes and threads. No process of Linux has
 * this number: the highest is 2^22, proc_sys_kernel(5).
 */
const CLIENTS_PID_OFFSET = 2 ** 22;

/** Whether a trace lacks anything. */
export function hasGaps({ messagesNotTraced, slices, clients }: TraceGaps): boolean {
  return messagesNotTraced + slices + clients > 0;
}

interface KnownClient {
  readonly client: number;
  readonly peer: string;
  lane: number;
  state: number;
  /** Where there was no room, a client has no track. */
  readonly track: ClientTrack | undefined;
}

/** The trace of one run, as text that grows with each frame. */
export class TraceEvents {
  readonly #output: TraceOutput;
  readonly #server: Place;
  readonly #clientsPid: number;
  readonly #lanes = new Map<number, LaneTrack>();
  readonly #clients = new Map<number, KnownClient>();
  readonly #peers = new Map<number, string>();
  /** Clients that have left, and that phases of this frame may still name. */
  readonly #gone: number[] = [];
  readonly #pids = new Map<number, number>();
  readonly #counters = new Map<string, string>();
  #zeroMs: number;
  #nowMs = 0;
  #messages = 0;
  #messagesNotTraced = 0;
  #clientsLeftOut = 0;
  #lacksLanes = true;

  /**
   * @param hello describes the server
   * @param firstMs the time of the first frame, in milliseconds since the epoch
   * @param messages for the names of the tracks
   */
  constructor(
    private readonly hello: Hello,
    firstMs: number,
    private readonly messages: Messages,
    limits?: TraceLimits,
  ) {
    this.#zeroMs = Math.min(hello.startedMs ?? firstMs, firstMs);
    this.#output = new TraceOutput(this.#zeroMs, limits);
    this.#server = { pid: hello.pid, tid: hello.pid };
    this.#clientsPid = hello.pid + CLIENTS_PID_OFFSET;
    this.#nameProcesses();
  }

  /** Whether the trace has become as large as it may: it has ended. */
  get isFull(): boolean {
    return this.#output.isFull;
  }

  /** Whether no frame has said what lanes do: those of a recording of version 3 do not. */
  get lacksLanes(): boolean {
    return this.#lacksLanes;
  }

  /** What the trace does not contain so far: see {@linkcode TraceLimits}. */
  get gaps(): TraceGaps {
    return {
      messages: this.#messages,
      messagesNotTraced: this.#messagesNotTraced,
      slices: this.#output.slicesLeftOut,
      clients: this.#clientsLeftOut,
    };
  }

  /** Adds a frame. @returns the text to append to the trace */
  apply(frame: Frame): string {
    const { timeMs, messages: { all, traced } } = frame;
    this.#output.advance(timeMs);
    for (const [client, peer] of frame.peers) this.#peers.set(client, peer);
    for (const [lane, pid] of frame.pids ?? []) this.#pids.set(lane, pid);
    if (frame.isWhole) this.#beginAnew(frame);
    const bytes = bytesOf(frame.transfers ?? []);
    const isSampled = all > traced;
    for (const change of frame.changes) this.#change(change, bytes, frame, isSampled);
    for (const phase of frame.phases ?? []) this.#phase(phase, bytes);
    this.#lacksLanes &&= frame.phases === undefined;
    for (const client of this.#gone.splice(0)) this.#peers.delete(client);
    this.#count(frame);
    this.#messages += all;
    this.#messagesNotTraced += all - traced;
    this.#nowMs = timeMs;
    return this.#output.take();
  }

  /** Ends all that goes on. @returns the rest of the trace */
  end(): string {
    for (const lane of this.#lanes.values()) lane.enter(undefined, this.#nowMs, {});
    for (const { track } of this.#clients.values()) track?.end(this.#nowMs, true);
    const name = this.isFull ? "the trace is full, and ends here" : "end of the trace";
    const { messages, messagesNotTraced, slices, clients } = this.gaps;
    this.#output.mark(name, this.#server, this.#nowMs || this.#zeroMs, {
      messages,
      messagesNotTraced,
      slicesLeftOut: slices,
      clientsLeftOut: clients,
    });
    this.#output.close();
    return this.#output.take();
  }

  #nameProcesses(): void {
    const { model, address, sockets, handler } = this.hello;
    const clients = { pid: this.#clientsPid, tid: 0 };
    const { page } = this.messages.watch;
    this.#output.metadata("process_name", this.#server, { name: `${model} ${address}` });
    this.#output.metadata("process_labels", this.#server, { labels: `${sockets}, ${handler}` });
    this.#output.metadata("process_sort_index", this.#server, { sort_index: 0 });
    this.#output.metadata("process_name", clients, { name: `${page.open} ${address}` });
    this.#output.metadata("process_sort_index", clients, { sort_index: 1_000_000 });
  }

  #laneOf(lane: number): LaneTrack {
    const known = this.#lanes.get(lane);
    const pid = this.#pids.get(lane);
    if (known !== undefined && (pid === undefined || known.place.pid === pid)) return known;
    const place = pid === undefined
      ? { pid: this.hello.pid, tid: lane === 0 ? this.hello.pid : lane }
      : { pid, tid: pid };
    const name = laneName(this.hello, lane, pid, this.messages);
    if (pid !== undefined) {
      this.#output.metadata("process_name", place, { name });
      this.#output.metadata("process_sort_index", place, { sort_index: lane });
    }
    this.#output.metadata("thread_name", place, { name });
    this.#output.metadata("thread_sort_index", place, { sort_index: lane });
    const track = new LaneTrack(this.#output, place);
    this.#lanes.set(lane, track);
    return track;
  }

  /** What a lane does from now on. A process may have become known, or another one have its lane. */
  #phase([timeMs, lane, activityNumber, client]: Phase, bytes: ReadonlyMap<string, number>): void {
    const activity = ACTIVITIES[activityNumber];
    const before = this.#lanes.get(lane);
    const track = this.#laneOf(lane);
    if (before !== track) before?.enter(undefined, timeMs, {});
    const name = this.#nameOf(activity, lane);
    if (track.doing === name && track.client === client) return; // a whole frame repeats it
    const received = sized("receivedBytes", bytes.get(`${client} received ${timeMs}`));
    const sent = sized("sentBytes", bytes.get(`${track.client} sent ${timeMs}`));
    const endArgs = track.doing === "recv" ? received : track.doing === "send" ? sent : {};
    const args: Args = client === 0 ? {} : { client, peer: this.#peers.get(client) ?? "" };
    track.begin(
      name,
      client,
      timeMs,
      activity === "handle" ? { ...args, ...received } : args,
      endArgs,
    );
    if (activity === "ended") this.#lanes.delete(lane);
  }

  /** What a slice is called; `undefined` for none. */
  #nameOf(activity: Activity, lane: number): string | undefined {
    if (activity === "untraced" || activity === "ended") return undefined;
    if (activity === "wait") return waitCall(this.hello, lane) ?? "wait";
    return SLICES[activity] ?? activity;
  }

  /** A whole frame lists all clients and lanes. Of the time since the frame before, nothing is known. */
  #beginAnew({ changes, phases = [] }: Frame): void {
    const going = new Set(phases.map(([, lane]) => lane));
    for (const [lane, track] of this.#lanes) {
      track.enter(undefined, this.#nowMs, {});
      if (!going.has(lane)) this.#lanes.delete(lane);
    }
    const present = new Set(changes.map(([, client]) => client));
    for (const known of [...this.#clients.values()]) {
      if (!present.has(known.client)) this.#close(known, this.#nowMs);
    }
  }

  #change(
    [timeMs, client, stateNumber, lane]: Change,
    bytes: ReadonlyMap<string, number>,
    frame: Frame,
    isSampled: boolean,
  ): void {
    const state = STATES[stateNumber];
    const sentBytes = bytes.get(`${client} sent ${timeMs}`);
    const moment: Moment = {
      timeMs,
      receivedBytes: bytes.get(`${client} received ${timeMs}`),
      sentBytes,
      isAssumed: isSampled && timeMs === frame.timeMs && sentBytes === undefined &&
        state === "waiting",
    };
    const before = this.#clients.get(client);
    if (state === "closed") {
      if (before !== undefined) this.#close(before, timeMs);
      return;
    }
    if (before?.state === stateNumber && before.lane === lane) return; // a whole frame repeats it
    const known = before ?? this.#open(client, timeMs);
    known.lane = lane;
    known.state = stateNumber;
    known.track?.change(state, moment, lane);
  }

  #open(client: number, timeMs: number): KnownClient {
    const peer = this.#peers.get(client) ?? "";
    let track: ClientTrack | undefined;
    if (this.#output.hasRoom) {
      const place = { pid: this.#clientsPid, tid: client };
      this.#output.metadata("thread_name", place, { name: peer });
      track = new ClientTrack(this.#output, place, { client, peer }, timeMs);
    } else this.#clientsLeftOut++;
    const known = { client, peer, lane: Number.NaN, state: -1, track };
    this.#clients.set(client, known);
    return known;
  }

  #close(known: KnownClient, timeMs: number): void {
    known.track?.end(timeMs, false);
    this.#clients.delete(known.client);
    this.#gone.push(known.client);
  }

  #count({ timeMs, totals, backlog, loopLatencyMs, messages: { all, traced } }: Frame): void {
    this.#counter("clients", timeMs, { connected: totals.active });
    if (backlog !== null) this.#counter("backlog", timeMs, { clients: backlog });
    if (loopLatencyMs !== null) {
      this.#counter("latency of the loop, ms", timeMs, { ms: Math.round(loopLatencyMs * 10) / 10 });
    }
    const seconds = (timeMs - this.#nowMs) / 1_000;
    if (this.#nowMs === 0 || seconds <= 0) return;
    this.#counter("messages/s", timeMs, {
      "in the trace": Math.round(traced / seconds),
      "left out": Math.round((all - traced) / seconds),
    });
  }

  /** A counter keeps its value until it gets another. */
  #counter(name: string, timeMs: number, values: Readonly<Record<string, number>>): void {
    const shown = JSON.stringify(values);
    if (this.#counters.get(name) === shown) return;
    this.#counters.set(name, shown);
    this.#output.counter(name, this.#server, timeMs, values);
  }
}

/** What is done has its name of the code, but for these. */
const SLICES: Readonly<Partial<Record<Activity, string>>> = { sleep: "asleep", held: "held up" };

/** An argument, if there is one. */
function sized(name: string, bytes: number | undefined): Args {
  return bytes === undefined ? {} : { [name]: bytes };
}

/** The bytes of each transfer, by its client and its time. */
function bytesOf(transfers: readonly Transfer[]): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>();
  for (const [timeMs, client, , received, sent] of transfers) {
    const key = `${client} ${received > 0 ? "received" : "sent"} ${timeMs}`;
    bytes.set(key, (bytes.get(key) ?? 0) + received + sent);
  }
  return bytes;
}
