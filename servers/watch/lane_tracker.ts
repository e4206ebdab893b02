import type { ModelName, ModelOptions, ServedBy } from "../context/context.ts";
import { modelEntry } from "../registry.ts";
import type { TraceRecord } from "../metrics/trace_reader.ts";
import { type Activity, type Phase, type Return, roundToMicroseconds } from "./frames.ts";
import { type Doing, Lane } from "./lane.ts";

/** What the lanes of a server are. */
export interface LanePlan {
  readonly servedBy: ServedBy;
  /** Whether its threads and processes have one client at a time. */
  readonly isExclusive: boolean;
  /** Whether it asks all sockets again and again, and never waits for them. */
  readonly polls: boolean;
  /** What its own thread does while no record says anything else. */
  readonly serverIs: Activity;
  /** What a thread or process does that has no client. */
  readonly workersAre: Activity;
  /** Whether each client has a process of its own, which ends with it. */
  readonly endsWithClient: boolean;
  /** Whether a return is recorded of each wait that found something. */
  readonly hasReturns: boolean;
  /** How many threads or processes there are from the beginning. */
  readonly workers: number;
}

/** What the lanes of a model are. */
export function lanePlan(model: ModelName, options: ModelOptions): LanePlan {
  const { servedBy, waitsIn, forks, workersAccept } = modelEntry(model);
  const isPassed = model === "prefork" && options.accept === "pass";
  const childrenAccept = workersAccept === true && !isPassed;
  const isExclusive = EXCLUSIVE.includes(servedBy);
  const polls = waitsIn === "-";
  const handsOver = model === "reactors" || isExclusive && !childrenAccept;
  return {
    ...{ servedBy, isExclusive, polls },
    serverIs: polls ? options.pauseMs > 0 ? "sleep" : "recv" : handsOver ? "accept" : "wait",
    workersAre: isExclusive && childrenAccept ? "accept" : "wait",
    endsWithClient: servedBy === "process" && forks !== "beforehand",
    hasReturns: !polls && !isExclusive && waitsIn !== "await",
    workers: workersOf(model, options),
  };
}

function workersOf(model: ModelName, { workers, threads, spare }: ModelOptions): number {
  if (model === "thread") return spare;
  if (model === "threadpool") return threads;
  if (model === "pipeline") return workers + 1; // the last one sends
  const { servedBy, workersAccept } = modelEntry(model);
  const hasWorkers = workersAccept || ["loops", "sharedThread"].includes(servedBy);
  return hasWorkers ? workers : 0;
}

/** Threads and processes that have one client at a time. */
const EXCLUSIVE: readonly ServedBy[] = ["caller", "thread", "process"];

/** A client as the view knows it when a record has been applied. */
export interface LaneClient {
  readonly number: number;
  readonly lane: number;
}

/** What has happened on all lanes since the last call. */
export interface LaneChanges {
  readonly phases: readonly Phase[];
  readonly returns: readonly Return[];
}

/** Keeps track of what each thread, process and loop of a server does, from its trace. */
export class LaneTracker {
  readonly #lanes = new Map<number, Lane>();
  #phases: Phase[] = [];
  #returns: Return[] = [];
  /** The clients whose messages wait for a thread that serves several, or are with it. */
  readonly #handed = new Map<number, number[]>();
  /** When the last reply to each client was computed, where another thread sends it. */
  readonly #handledMs = new Map<number, number>();

  /** @param timeMs when the server began */
  constructor(private readonly plan: LanePlan, timeMs: number) {
    for (let number = 0; number <= plan.workers; number++) this.#lane(number, timeMs);
  }

  /**
   * Applies a record of the trace.
   *
   * @param client that of the record, as the `ClientTracker` knows it after the same record
   */
  apply(record: TraceRecord, client: LaneClient | undefined): void {
    const { event, timeMs } = record;
    if (event === "waiting") return this.#waits(record);
    if (event === "ended") return this.#ended(record);
    if (event === "dispatched") return this.#dispatched(record, client);
    if (event === "held" || event === "freed") return this.#held(record);
    if (event === "prepared") return; // that it sleeps is another record
    const lane = this.#laneOf(record, client);
    if (record.isAfterGap && !this.#onlyAccepts(lane)) lane.isAfterGap();
    if (event === "returned") return this.#returned(record, lane);
    if (event === "began") return lane.begin(lane.idle.activity, 0, timeMs);
    if (event === "refused") return lane.end("accept", 0, timeMs);
    if (client === undefined) return;
    if (event === "accepted") return this.#accepted(record, client, lane);
    if (this.plan.servedBy === "sharedThread") return this.#shared(record, client, lane);
    if (this.plan.isExclusive) this.#exclusive(record, client, lane);
    else this.#inLoop(record, client, lane);
  }

  /**
   * There are no more records for now.
   *
   * @param gaps the numbers of the threads and processes whose records were left out since the last call
   */
  settle(timeMs: number, gaps: ReadonlySet<number>): void {
    if (gaps.has(0)) this.#handed.clear(); // some may be done
    for (const lane of this.#lanes.values()) lane.settle(timeMs, this.#hasGap(lane, gaps));
  }

  /** Returns what has happened since the last call. */
  takeChanges(): LaneChanges {
    const taken = { phases: this.#phases, returns: this.#returns };
    [this.#phases, this.#returns] = [[], []];
    return taken;
  }

  /** Returns what each lane does at present. */
  all(): readonly Phase[] {
    const going = [...this.#lanes.values()].filter(({ doing }) => doing.activity !== "ended");
    return going.map(({ phase }) => phase);
  }

  #hasGap(lane: Lane, gaps: ReadonlySet<number>): boolean {
    if (this.#onlyAccepts(lane)) return false;
    const { isExclusive, servedBy } = this.plan;
    // Where the server moves the bytes of its workers, it also leaves out their records.
    const isServers = isExclusive && lane.isActive || servedBy === "sharedThread";
    return gaps.has(lane.worker) || isServers && gaps.has(0);
  }

  /** A server that serves nobody: that it accepts, and hands on, is never left out. */
  #onlyAccepts({ number }: Lane): boolean {
    return number === 0 && this.plan.isExclusive && this.plan.servedBy !== "caller";
  }

  #lane(number: number, timeMs: number, worker = number, idle = this.#idle(number)): Lane {
    let lane = this.#lanes.get(number);
    if (lane === undefined) {
      const add = (phase: Phase) => this.#phases.push(phase);
      this.#lanes.set(number, lane = new Lane(number, worker, idle, timeMs, add));
    }
    return lane;
  }

  /** What a lane does that has no client. */
  #idle(number: number): Doing {
    return { activity: number === 0 ? this.plan.serverIs : this.plan.workersAre, client: 0 };
  }

  /** The lane that a record is about. */
  #laneOf({ event, worker, timeMs }: TraceRecord, client: LaneClient | undefined): Lane {
    const isServers = worker === 0 && ["accepted", "refused"].includes(event);
    const isOnLaneOfClient = this.plan.isExclusive && !isServers && event !== "returned" &&
      client !== undefined && client.lane >= 0;
    return this.#lane(isOnLaneOfClient ? client.lane : worker, timeMs);
  }

  /** Where the server waits in accept, this says that it does so again. */
  #waits({ worker, timeMs }: TraceRecord): void {
    const lane = this.#lane(0, timeMs);
    if (worker === 0 && lane.doing.activity === "dispatch") lane.begin("accept", 0, timeMs);
  }

  /** The number of a thread is not used again, that of a process is. */
  #ended({ worker, timeMs }: TraceRecord): void {
    this.#lanes.get(worker)?.begin("ended", 0, timeMs);
    if (this.plan.servedBy === "thread") this.#lanes.delete(worker);
  }

  /** The view holds up the thread or the process that has this number, whatever its lane has. */
  #held({ event, worker, timeMs, isAfterGap }: TraceRecord): void {
    const lane = [...this.#lanes.values()].findLast((one) => one.worker === worker);
    if (isAfterGap) lane?.isAfterGap();
    lane?.[event === "held" ? "hold" : "free"](timeMs);
  }

  #returned({ timeMs, sizeBytes: scanned, client: ready }: TraceRecord, lane: Lane): void {
    this.#returns.push([roundToMicroseconds(timeMs), lane.number, scanned, ready]);
    lane.returned(timeMs, ready);
  }

  #accepted({ timeMs, worker }: TraceRecord, { number, lane: of }: LaneClient, lane: Lane): void {
    this.#waited(lane, timeMs);
    lane.end("accept", number, timeMs);
    if (worker === 0 && of !== 0) lane.begin("dispatch", number, timeMs);
    else if (this.plan.isExclusive) this.#serve(lane, number, timeMs);
  }

  #dispatched({ timeMs, worker, isAfterGap }: TraceRecord, dispatched?: LaneClient): void {
    if (dispatched === undefined) return;
    const { number, lane: of } = dispatched;
    const server = this.#lane(0, timeMs);
    const { activity, client } = server.doing;
    if (activity === "dispatch" && client === number) {
      server.leave(timeMs);
      if (this.plan.serverIs === "accept") server.wasIdle(Infinity);
    }
    const idle: Doing = this.plan.isExclusive
      ? { activity: "recv", client: number }
      : this.#idle(of);
    const lane = this.#lane(of, timeMs, worker, idle);
    if (isAfterGap) lane.isAfterGap();
    if (this.plan.isExclusive) this.#serve(lane, number, timeMs);
  }

  /** A thread or process has this client from now on. */
  #serve(lane: Lane, client: number, timeMs: number): void {
    lane.idle = { activity: "recv", client };
    lane.begin("recv", client, timeMs);
  }

  /** A thread or process that has its client to itself, and waits for that one only. */
  #exclusive(record: TraceRecord, { number }: LaneClient, lane: Lane): void {
    const { event, timeMs, sizeBytes } = record;
    switch (event) {
      case "received":
        lane.end("recv", number, timeMs);
        return lane.begin("handle", number, timeMs);
      case "handled":
        lane.end("handle", number, timeMs);
        return sizeBytes > 0 ? lane.begin("send", number, timeMs) : undefined;
      case "sent":
        return lane.end("send", number, timeMs);
      case "blocked":
        return lane.begin("send", number, timeMs);
      case "asleep":
        return lane.sleep(number, timeMs, timeMs + sizeBytes);
      case "closed":
        return this.#left(lane, number, timeMs);
    }
  }

  /** The client of a lane has left. */
  #left(lane: Lane, client: number, timeMs: number): void {
    if (lane.idle.client !== client) return; // it had left the queue before a thread took it
    lane.wasIdle(timeMs);
    lane.idle = this.#idle(lane.number);
    lane.begin(this.plan.endsWithClient ? "ended" : lane.idle.activity, 0, timeMs);
    if (this.plan.endsWithClient) this.#lanes.delete(lane.number);
  }

  /** A loop serves many clients, and waits for all of them. */
  #inLoop({ event, timeMs, sizeBytes }: TraceRecord, { number }: LaneClient, lane: Lane): void {
    switch (event) {
      case "received":
        this.#waited(lane, timeMs);
        lane.end("recv", number, timeMs);
        return lane.begin("handle", number, timeMs);
      case "handled":
        return sizeBytes > 0 ? lane.replied(number, timeMs) : lane.end("handle", number, timeMs);
      case "asleep":
        // The client sleeps; a thread that waits for nobody else sleeps with it.
        if (this.plan.servedBy !== "threads") return lane.end("handle", number, timeMs);
        return lane.sleep(number, timeMs, timeMs + sizeBytes);
      case "sent":
      case "blocked":
        return lane.end("send", number, timeMs);
      default: // it has left: recv has found the end of its bytes, or an error
        this.#waited(lane, timeMs);
        return lane.end("recv", number, timeMs);
    }
  }

  /** Where no return says so, a loop has waited since the last record, and the call took no time. */
  #waited(lane: Lane, timeMs: number): void {
    if (!this.plan.hasReturns && !this.plan.isExclusive) lane.wasIdle(timeMs);
  }

  /** A loop receives, threads have the handler, and the loop or another thread sends. */
  #shared(record: TraceRecord, { number, lane: of }: LaneClient, lane: Lane): void {
    const { event, timeMs } = record;
    const handed = this.#handed.get(of) ?? [];
    this.#handed.set(of, handed);
    if (event === "received") {
      lane.end("recv", number, timeMs);
      if (handed.push(number) === 1) this.#lane(of, timeMs).begin("handle", number, timeMs);
    } else if (event === "handled" || event === "asleep") {
      this.#handledMs.set(number, timeMs);
      lane.end("handle", number, timeMs);
      if (handed[0] === number) handed.shift();
      if (handed.length > 0) lane.begin("handle", handed[0], timeMs);
    } else {
      // The thread that sends has waited for this reply.
      if (lane.number > 0) lane.returned(this.#handledMs.get(number) ?? timeMs, 1);
      this.#inLoop(record, { number, lane: of }, lane);
      if (event !== "closed") return;
      this.#handledMs.delete(number);
      this.#handed.set(of, handed.filter((client) => client !== number));
    }
  }
}
