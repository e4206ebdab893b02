/**
 * Turns the frames of a run into a trace: a track for each lane, one for each client, and counters.
 *
 * @module
 */

import type { Messages } from "../../cli/messages.ts";
import type { TraceGaps } from "../runtime/reporter.ts";
import { type Change, type Frame, type Hello, STATES, type Transfer } from "./frames.ts";
import { type Place, type TraceLimits, TraceOutput } from "./trace_output.ts";
import { ClientTrack, LaneTrack, type Moment } from "./trace_tracks.ts";

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
  readonly #pids = new Map<number, number>();
  readonly #counters = new Map<string, string>();
  #zeroMs: number;
  #nowMs = 0;
  #messages = 0;
  #messagesNotTraced = 0;
  #clientsLeftOut = 0;

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
    this.#laneOf(0).idle(this.#zeroMs);
  }

  /** Whether the trace has become as large as it may: it has ended. */
  get isFull(): boolean {
    return this.#output.isFull;
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
    for (const transfer of frame.transfers ?? []) this.#transfer(transfer);
    for (const lane of this.#lanes.values()) {
      lane.settle(timeMs, isSampled, frame.settings.heldMs > 0);
    }
    this.#count(frame);
    this.#messages += all;
    this.#messagesNotTraced += all - traced;
    this.#nowMs = timeMs;
    return this.#output.take();
  }

  /** Ends all that goes on. @returns the rest of the trace */
  end(): string {
    for (const lane of this.#lanes.values()) lane.end(this.#nowMs);
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
    if (known !== undefined) return known;
    const pid = this.#pids.get(lane);
    const { lanes } = this.messages.watch.page;
    const { worker } = this.hello;
    const place = pid === undefined
      ? { pid: this.hello.pid, tid: lane === 0 ? this.hello.pid : lane }
      : { pid, tid: pid };
    const name = pid !== undefined
      ? `${lanes.process} ${pid}`
      : lane === 0
      ? lanes[worker]
      : `${lanes[worker]} ${lane}`;
    if (pid !== undefined) {
      this.#output.metadata("process_name", place, { name });
      this.#output.metadata("process_sort_index", place, { sort_index: lane });
    }
    this.#output.metadata("thread_name", place, { name });
    this.#output.metadata("thread_sort_index", place, { sort_index: lane });
    const track = new LaneTrack(this.#output, place, this.hello, lane);
    this.#lanes.set(lane, track);
    return track;
  }

  /** A whole frame lists all clients. Of the time since the frame before, nothing is known. */
  #beginAnew({ changes }: Frame): void {
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
      isSampled,
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
    const wasAccepted = before !== undefined && STATES[before.state] !== "backlog";
    if (before !== undefined && before.lane !== lane) this.#leaveLane(before, timeMs);
    known.lane = lane;
    known.state = stateNumber;
    known.track?.change(state, moment, lane);
    if (!wasAccepted && state !== "backlog" && !frame.isWhole) {
      this.#laneOf(Math.max(0, lane)).accepted(nameOf(known), timeMs);
    }
    if (lane >= 0) this.#laneOf(lane).change(nameOf(known), state, moment);
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
    this.#leaveLane(known, timeMs);
    known.track?.end(timeMs, false);
    this.#clients.delete(known.client);
    this.#peers.delete(known.client);
  }

  #leaveLane({ client, lane }: KnownClient, timeMs: number): void {
    const left = this.#lanes.get(lane);
    if (left?.client !== client) return;
    left.idle(timeMs);
    // Each of many processes has a lane of its own.
    if (this.hello.worker === "process" && lane > 0 && left.isOver) this.#lanes.delete(lane);
  }

  #transfer([timeMs, client, lane, receivedBytes, sentBytes]: Transfer): void {
    const name = receivedBytes > 0 ? "recv" : "send";
    const args = { client, bytes: receivedBytes + sentBytes };
    this.#lanes.get(lane)?.transfer(name, timeMs, args); // it may be over
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

function nameOf({ client, peer }: KnownClient): { client: number; peer: string } {
  return { client, peer };
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
