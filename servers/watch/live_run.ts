import { loadModelTexts, type Messages } from "../../cli/messages.ts";
import { type Language, LANGUAGES } from "../../cli/language.ts";
import type { Notice } from "../context/context.ts";
import { modelEntry } from "../registry.ts";
import { type Counters, readCounters } from "../metrics/counters.ts";
import { TraceReader } from "../metrics/trace.ts";
import { type Address, formatAddress } from "../sockets/interface.ts";
import type { WatchedServer } from "../runtime/view.ts";
import { describeNotice, describeRecord, isLogged } from "../runtime/descriptions.ts";
import { BacklogWatch } from "./backlog_watch.ts";
import { CodePosition } from "./code_position.ts";
import { Crowd } from "./crowd.ts";
import type { Command, Frame, Hello, LogLine, Reservation, Run } from "./frames.ts";
import { readModelSource } from "./model_source.ts";
import { RunModel } from "./run_model.ts";
import { UsageWatch } from "./usage_watch.ts";

/** How often is looked, and a frame made, while somebody watches. */
const POLL_INTERVAL_MS = 50;
/** How often where processors are short: each look wakes up all who watch, and they get in its way. */
const SHORT_POLL_INTERVAL_MS = 250;
/** How often while nobody watches: only to know who is there. */
const IDLE_POLL_INTERVAL_MS = 250;
/** So many records of messages are wanted for a frame: they cost the server, and nobody sees more. */
const RECORDS_PER_FRAME = 128;
const LINES_PER_FRAME = 10;

/** Watches a server of this process: reads what is shared, and never asks who serves. */
export class LiveRun implements Run {
  readonly #server: WatchedServer;
  readonly #texts: Readonly<Record<Language, Messages>>;
  /** Has the loop give a sign of life; `undefined` where there is no loop. */
  readonly #nudge: (() => void) | undefined;
  readonly #address: Address;
  readonly #reader: TraceReader;
  readonly #model: RunModel;
  readonly #position: CodePosition;
  readonly #backlog: BacklogWatch;
  readonly #crowd: Crowd;
  readonly #subscribers = new Map<(frame: Frame) => void, { isNew: boolean }>();
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  #counters: Counters;
  #messages: Frame["messages"] = { all: 0, told: 0 };
  #lines: LogLine[] = [];
  readonly #usage: Pick<UsageWatch, "look">;

  /**
   * @param texts for the log, which is written in each language
   * @param usage what the server takes of the machine; of a test, what it is to take
   */
  constructor(
    server: WatchedServer,
    address: Address,
    texts: Readonly<Record<Language, Messages>>,
    usage?: Pick<UsageWatch, "look">,
  ) {
    const { servedBy: worker, waitsIn } = modelEntry(server.setup.model);
    const hasLoop = worker === "loop" || worker === "coroutine";
    this.#server = server;
    this.#texts = texts;
    this.#nudge = hasLoop ? server.nudge : undefined;
    this.#address = address;
    this.#reader = new TraceReader(server.trace, 0);
    this.#model = new RunModel(worker, server.setup.model === "threadpool" ? "many" : "one");
    this.#position = new CodePosition(hasLoop && waitsIn !== "await");
    this.#backlog = new BacklogWatch(address);
    this.#crowd = new Crowd(address);
    this.#usage = usage ?? new UsageWatch(worker === "process");
    this.#counters = readCounters(server.stats);
    this.#look();
  }

  async hello(): Promise<Hello> {
    const { setup: { model, sockets, handler, options } } = this.#server;
    const { servedBy: worker, waitsIn } = modelEntry(model);
    const explained = await Promise.all(LANGUAGES.map(async (language) => {
      const { models } = await loadModelTexts(language);
      return [language, models[model]] as const;
    }));
    return {
      ...{ model, sockets, worker, waitsIn },
      tellsLatency: this.#nudge !== undefined,
      handler: handler.name,
      address: formatAddress(this.#address),
      pid: Deno.pid,
      source: await readModelSource(model, options),
      explained: Object.fromEntries(explained),
    };
  }

  subscribe(onFrame: (frame: Frame) => void): () => void {
    this.#subscribers.set(onFrame, { isNew: true });
    this.#lookAfter(0);
    return () => this.#subscribers.delete(onFrame);
  }

  async control(command: Command): Promise<Reservation | undefined> {
    const { controls, setup: { model, sockets } } = this.#server;
    if (command.do === "burden") {
      controls.setSimulatedCost(command);
      // Child processes that share no memory with the server were told when they were started.
      return model === "process" && sockets === "deno" ? "new-processes-only" : undefined;
    }
    if (command.do === "hold") controls.holdUp(command.ms);
    else await this.#crowd.control(command);
    return undefined;
  }

  /** Something that neither counters nor trace tell. */
  notice(notice: Notice): void {
    this.#log((texts) => describeNotice(notice, texts));
  }

  /** The clients that were opened from here leave. */
  async stopping(): Promise<void> {
    await this.#crowd.end();
  }

  /** Looks a last time, so that nothing is left out that happened since, and then no more. */
  async end(): Promise<void> {
    this.#look();
    clearTimeout(this.#timer);
    this.#reader.close();
    this.#backlog[Symbol.dispose]();
    await this.#crowd.end();
  }

  #lookAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), ms);
  }

  #look(): void {
    const isWatched = this.#subscribers.size > 0;
    const { records } = this.#reader.read(isWatched ? RECORDS_PER_FRAME : 0);
    for (const record of records) {
      this.#model.apply(record);
      this.#position.apply(record);
      if (isWatched && isLogged(record) && this.#lines.length < LINES_PER_FRAME) {
        this.#log((texts) => describeRecord(record, texts));
      }
    }
    const timeMs = Date.now();
    const counters = readCounters(this.#server.stats);
    const told = records.filter(({ event }) => event === "received").length;
    this.#takeCounters(counters, told, timeMs);
    if (!isWatched) {
      this.#model.takeChanges(); // a new subscriber gets the whole
      return this.#lookAfter(IDLE_POLL_INTERVAL_MS);
    }
    const { isShort } = this.#publish(counters, timeMs);
    this.#lookAfter(isShort ? SHORT_POLL_INTERVAL_MS : POLL_INTERVAL_MS);
  }

  #log(describe: (texts: Messages) => string): void {
    const { en, zh } = this.#texts;
    this.#lines.push({ en: describe(en), zh: describe(zh) });
  }

  #takeCounters(counters: Counters, told: number, timeMs: number): void {
    const before = this.#counters;
    this.#messages = { all: Math.max(told, counters.recvs - before.recvs), told };
    const recvs = counters.untracedRecvs - before.untracedRecvs;
    const sends = counters.untracedSends - before.untracedSends;
    if (recvs + sends > 0) this.#model.recordsWereLeftOut(timeMs);
    const wait = counters.wakeUps - before.wakeUps;
    this.#position.add({ wait, recv: recvs, handle: recvs, send: sends });
    this.#counters = counters;
  }

  #publish(counters: Counters, timeMs: number): Frame {
    const peers = this.#backlog.look(timeMs);
    if (peers !== undefined) this.#model.applyBacklog(peers, timeMs);
    if (this.#nudge !== undefined) {
      this.#server.controls.ask();
      this.#nudge();
    }
    const frame = this.#makeFrame(counters, timeMs);
    for (const [onFrame, state] of this.#subscribers) {
      onFrame(state.isNew ? { ...frame, ...this.#model.all(), isWhole: true } : frame);
      state.isNew = false;
    }
    return frame;
  }

  #makeFrame(counters: Counters, timeMs: number): Frame {
    const { controls } = this.#server;
    const { accepted, active, refused, resets, bytesIn, bytesOut } = counters;
    const { recvs, sends, wakeUps, scanned, ready, systemCalls } = counters;
    const log = this.#lines;
    this.#lines = [];
    return {
      timeMs,
      ...this.#model.takeChanges(),
      totals: {
        ...{ accepted, active, refused, resets, bytesIn, bytesOut },
        ...{ recvs, sends, wakeUps, scanned, ready, systemCalls },
      },
      messages: this.#messages,
      backlog: this.#backlog.length,
      backlogAgeMs: this.#backlog.ageMs(timeMs),
      loopLatencyMs: this.#nudge === undefined ? null : controls.latencyMs,
      ...this.#usage.look(timeMs, this.#crowd.pid),
      call: this.#position.call,
      calls: this.#position.takeCounts(),
      log,
      settings: { sleepMs: controls.sleepMs, cpuMs: controls.cpuMs, heldMs: controls.heldMs },
      crowd: this.#crowd.counts,
    };
  }
}
