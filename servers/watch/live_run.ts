import { loadModelTexts, type Messages } from "../../cli/messages.ts";
import { type Language, LANGUAGES } from "../../cli/language.ts";
import type { Notice } from "../context/context.ts";
import { hasChildren, hasLoop, modelEntry } from "../registry.ts";
import { preciseTimeMs } from "../metrics/trace.ts";
import { type Counters, readCounters, readLeftOut } from "../metrics/counter_totals.ts";
import { TraceReader, type TraceRecord } from "../metrics/trace_reader.ts";
import { type Address, formatAddress } from "../sockets/interface.ts";
import type { WatchedServer } from "../runtime/view.ts";
import { describeNotice, describeRecord, isLogged } from "../runtime/descriptions.ts";
import { BacklogWatch } from "./backlog_watch.ts";
import { ClientTracker } from "./client_tracker.ts";
import { CodePosition } from "./code_position.ts";
import type { Command, ControlWarning, Frame, Hello, LogLine, Run } from "./frames.ts";
import { roundToMicroseconds } from "./frames.ts";
import { lanePlan, LaneTracker } from "./lane_tracker.ts";
import { readModelSource } from "./model_source.ts";
import { SentBytes } from "./sent_bytes.ts";
import { SyntheticClientsProcess } from "./synthetic_clients.ts";
import { UsageWatch } from "./usage_watch.ts";

/** While there are viewers, each poll makes a frame. */
const POLL_INTERVAL_MS = 50;
/** Where CPU time is scarce: each frame wakes up all viewers, and they compete with the server. */
const SCARCE_POLL_INTERVAL_MS = 250;
/** The same where the server needs that time for its clients, and not for polling or for a few long tasks. */
const FULL_LOAD_POLL_INTERVAL_MS = 1_000;
/** From how many messages per second on that is so. */
const FULL_LOAD = 10_000;
/** Without viewers, polls only keep track of the clients. */
const IDLE_POLL_INTERVAL_MS = 250;
/** How many messages of a frame are traced: each record costs the server, and nobody sees more. */
const RECORDS_PER_FRAME = 128;
const LINES_PER_FRAME = 10;

/** All clients and lanes, and what they do. */
type Present = Required<Pick<Frame, "peers" | "changes" | "pids" | "phases">>;

/** A server of this process. It reads the shared memory, and never waits for the serving thread. */
export class LiveRun implements Run {
  /** Wakes up the loop, so that it answers; `undefined` where there is no loop. */
  readonly #wakeLoop: (() => void) | undefined;
  readonly #reader: TraceReader;
  readonly #clients: ClientTracker;
  readonly #lanes: LaneTracker;
  readonly #sent = new SentBytes();
  readonly #position: CodePosition;
  readonly #backlog: BacklogWatch;
  readonly #synthetic: SyntheticClientsProcess;
  /** Each with what there was when it subscribed, until it has had a frame. */
  readonly #subscribers = new Map<(frame: Frame) => void, { before: Present | undefined }>();
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  #counters: Counters;
  #leftOut: number[] = [];
  #messages: Frame["messages"] = { all: 0, traced: 0 };
  /** How many messages are counted whose records were neither read nor lost. */
  #unread = 0;
  #lines: LogLine[] = [];
  #lastLineMs = 0;
  #publishedMs = 0;
  #isOver = false;
  readonly #usage: Pick<UsageWatch, "poll">;
  readonly #startedMs = Date.now();

  /**
   * @param server whose memory is read
   * @param address where it listens
   * @param texts for the log, which is written in each language
   * @param usage measures what the server uses of the machine; tests pass a fake
   */
  constructor(
    private readonly server: WatchedServer,
    private readonly address: Address,
    private readonly texts: Readonly<Record<Language, Messages>>,
    usage?: Pick<UsageWatch, "poll">,
  ) {
    const { servedBy: worker, forks } = modelEntry(server.setup.model);
    this.#wakeLoop = hasLoop(worker) ? server.wakeLoop : undefined;
    this.#reader = new TraceReader(server.trace, 0, true);
    const plan = lanePlan(server.setup.model, server.setup.options);
    this.#lanes = new LaneTracker(plan, this.#startedMs);
    this.#clients = new ClientTracker(worker, forks === "beforehand");
    this.#position = new CodePosition(plan);
    this.#backlog = new BacklogWatch(address);
    this.#synthetic = new SyntheticClientsProcess(address);
    this.#usage = usage ?? new UsageWatch(hasChildren(server.setup.model));
    this.#counters = readCounters(server.stats);
    this.#leftOut = readLeftOut(server.stats);
    this.#poll();
  }

  async hello(): Promise<Hello> {
    const { setup: { model, sockets, handler, options } } = this.server;
    const { servedBy: worker, waitsIn } = modelEntry(model);
    const explained = await Promise.all(LANGUAGES.map(async (language) => {
      const { models } = await loadModelTexts(language);
      return [language, models[model]] as const;
    }));
    return {
      ...{ model, sockets, worker, waitsIn },
      hasLoopLatency: this.#wakeLoop !== undefined,
      handler: handler.name,
      address: formatAddress(this.address),
      pid: Deno.pid,
      startedMs: this.#startedMs,
      source: await readModelSource(model, options, sockets),
      explained: Object.fromEntries(explained),
    };
  }

  subscribe(onFrame: (frame: Frame) => void): () => void {
    this.#subscribers.set(onFrame, { before: this.#present() });
    // Messages from now on are traced, also those before the poll, which a busy machine may hold up.
    this.#reader.makeRoom(RECORDS_PER_FRAME);
    this.#pollAfter(0);
    return () => this.#subscribers.delete(onFrame);
  }

  async control(command: Command): Promise<ControlWarning | undefined> {
    const { controls, setup: { model, sockets } } = this.server;
    if (command.do === "simulate-cost") {
      controls.setSimulatedCost(command);
      // Child processes that share no memory with the server got their cost when they started.
      return model === "process" && sockets === "deno" ? "new-processes-only" : undefined;
    }
    if (command.do === "block") controls.holdUp(command.ms);
    else await this.#synthetic.control(command);
    if (this.#subscribers.size > 0) this.#pollAfter(0); // somebody waits to see what it does
    return undefined;
  }

  /** Logs an event that is neither in the counters nor in the trace. */
  notice(notice: Notice): void {
    this.#log((texts) => describeNotice(notice, texts));
  }

  /** Closes the clients that were opened from the view. */
  async stopping(): Promise<void> {
    await this.#synthetic.end();
  }

  /** Makes a last frame with what has happened since the previous one, and stops. */
  async end(): Promise<void> {
    this.#poll(true);
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#reader.close();
    this.#backlog[Symbol.dispose]();
    await this.#synthetic.end();
  }

  #pollAfter(ms: number): void {
    if (this.#isOver) return; // a command may have waited for its clients
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#poll(), ms);
  }

  #poll(isLast = false): void {
    const isWatched = this.#subscribers.size > 0;
    const readMs = preciseTimeMs(); // until then all records are known, however long the rest takes
    const { records, lost } = this.#reader.read(isWatched ? RECORDS_PER_FRAME : 0, isLast);
    for (const record of records) this.#apply(record, isWatched);
    const timeMs = roundToMicroseconds(preciseTimeMs());
    const counters = readCounters(this.server.stats);
    const traced = records.filter(({ event }) => event === "received").length;
    this.#countMessages(counters, traced, lost);
    this.#applyCounters(counters, timeMs, readMs);
    if (!isWatched) {
      this.#clients.takeChanges(); // a new subscriber gets a whole frame
      this.#lanes.takeChanges();
      return this.#pollAfter(IDLE_POLL_INTERVAL_MS);
    }
    const isFull = this.#messages.all > FULL_LOAD * (timeMs - this.#publishedMs) / 1_000;
    const { isCpuScarce } = this.#publish(counters, timeMs);
    this.#publishedMs = timeMs;
    if (!isCpuScarce) this.#pollAfter(POLL_INTERVAL_MS);
    else this.#pollAfter(isFull ? FULL_LOAD_POLL_INTERVAL_MS : SCARCE_POLL_INTERVAL_MS);
  }

  #apply(read: TraceRecord, isWatched: boolean): void {
    const record = this.#sent.complete(read);
    this.#lanes.apply(record, this.#clients.apply(record));
    if (isWatched && isLogged(record) && this.#lines.length < LINES_PER_FRAME) {
      this.#log((texts) => describeRecord(record, texts), record.timeMs);
    }
  }

  #log(describe: (texts: Messages) => string, timeMs = preciseTimeMs()): void {
    const { en, zh } = this.texts;
    // In the order of the trace: the clocks of threads differ by less than a millisecond.
    this.#lastLineMs = Math.max(this.#lastLineMs, roundToMicroseconds(timeMs));
    this.#lines.push({ en: describe(en), zh: describe(zh), timeMs: this.#lastLineMs });
  }

  /**
   * Counts a message with the frame that has its record, or else with the one in which it turns out that
   * there is none. The server counts it before that: it may be between the two.
   *
   * @param lost how many records were overwritten, of messages or of anything else
   */
  #countMessages(counters: Counters, traced: number, lost: number): void {
    const before = this.#counters;
    const leftOut = counters.untracedRecvs - before.untracedRecvs;
    this.#unread += counters.recvs - before.recvs - leftOut - traced;
    const overwritten = Math.min(lost, this.#unread);
    this.#unread -= overwritten;
    this.#messages = { all: traced + leftOut + overwritten, traced };
  }

  #applyCounters(counters: Counters, timeMs: number, readMs: number): void {
    const before = this.#counters;
    const recvs = counters.untracedRecvs - before.untracedRecvs;
    const sends = counters.untracedSends - before.untracedSends;
    if (recvs + sends > 0) {
      this.#clients.recordsWereLeftOut(timeMs);
      this.#sent.forget();
    }
    const leftOut = readLeftOut(this.server.stats);
    const gaps = leftOut.flatMap((count, block) => count > this.#leftOut[block] ? [block] : []);
    this.#leftOut = leftOut;
    this.#lanes.settle(readMs, new Set(gaps));
    const wait = counters.wakeUps - before.wakeUps;
    this.#position.add({ wait, recv: recvs, handle: recvs, send: sends });
    this.#counters = counters;
  }

  #publish(counters: Counters, timeMs: number): Frame {
    const peers = this.#backlog.poll(timeMs);
    if (peers !== undefined) {
      this.#clients.applyBacklog(peers, timeMs, () => this.#backlog.accepted());
    }
    if (this.#wakeLoop !== undefined) {
      this.server.controls.ask();
      this.#wakeLoop();
    }
    const frame = this.#makeFrame(counters, timeMs);
    // Who subscribes meanwhile knows of this frame already.
    for (const [onFrame, state] of [...this.#subscribers]) {
      if (!this.#subscribers.has(onFrame)) continue;
      const { before } = state;
      state.before = undefined;
      onFrame(before === undefined ? frame : wholeFrame(before, frame));
    }
    return frame;
  }

  /** What a new subscriber needs to know of the time before. */
  #present(): Present {
    return { ...this.#clients.all(), phases: this.#lanes.all() };
  }

  #makeFrame(counters: Counters, timeMs: number): Frame {
    const { controls } = this.server;
    const log = this.#lines;
    this.#lines = [];
    const lanes = this.#lanes.takeChanges();
    this.#position.apply(lanes.phases);
    return {
      timeMs,
      ...this.#clients.takeChanges(),
      ...lanes,
      totals: counters,
      messages: this.#messages,
      backlog: this.#backlog.length,
      backlogAgeMs: this.#backlog.ageMs(timeMs),
      loopLatencyMs: this.#wakeLoop === undefined ? null : controls.latencyMs,
      ...this.#usage.poll(timeMs, this.#synthetic.pid),
      call: this.#position.call,
      calls: this.#position.takeCounts(),
      log,
      settings: { sleepMs: controls.sleepMs, cpuMs: controls.cpuMs, heldMs: controls.heldMs },
      synthetic: this.#synthetic.counts,
    };
  }
}

/** The first frame of a subscriber: what there was, and what has happened since, also to those who have left. */
function wholeFrame(before: Present, frame: Frame): Frame {
  return {
    ...frame,
    peers: [...before.peers, ...frame.peers],
    changes: [...before.changes, ...frame.changes],
    pids: [...before.pids, ...frame.pids ?? []],
    phases: [...before.phases, ...frame.phases ?? []],
    isWhole: true,
  };
}
