import type { ServedBy } from "../context/context.ts";
import { shownText } from "../metrics/shown_text.ts";
import type { TraceRecord } from "../metrics/trace_reader.ts";
import { formatAddress } from "../sockets/interface.ts";
import {
  BACKLOG_LANE,
  type Change,
  QUEUE_LANE,
  roundToMicroseconds,
  type State,
  STATES,
  type Text,
  type Transfer,
} from "./frames.ts";

/** What is known of a client. */
interface TrackedClient {
  /** Its number in the view, from the moment it was found in the backlog. */
  readonly number: number;
  readonly peer: string;
  state: State;
  lane: number;
  sinceMs: number;
  /** While it is asleep: when its reply is due. */
  dueMs: number;
  /** The last reading of the backlog did not contain it any more. */
  isMissing: boolean;
  /** The last reading found it accepted, though no record has said so yet. */
  isAccepted: boolean;
}

/** When records may be missing, a client is shown asleep for this much longer than it sleeps. */
const OVERDUE_MS = 100;

/** The new clients and the changes since the last call. */
export interface Changes {
  readonly peers: readonly (readonly [client: number, peer: string])[];
  readonly changes: readonly Change[];
  readonly transfers: readonly Transfer[];
  readonly texts: readonly Text[];
  /** The process ids of lanes that are processes. */
  readonly pids: readonly (readonly [lane: number, pid: number])[];
}

/** Keeps track of the clients of a server and their states, from its trace and its backlog. */
export class ClientTracker {
  readonly #accepted = new Map<number, TrackedClient>();
  readonly #acceptedByPeer = new Map<string, TrackedClient>();
  readonly #backlog = new Map<string, TrackedClient>();
  #lastNumber = 0;
  /** How many processes there have been, each of which serves one client and then ends. */
  #lastLane = 0;
  #peers: [number, string][] = [];
  #changes: Change[] = [];
  #transfers: Transfer[] = [];
  #texts: Text[] = [];
  #pids: [number, number][] = [];
  /** The process id of each client that a process serves. */
  readonly #pidByClient = new Map<TrackedClient, number>();
  /** The process id of each lane whose process serves many clients. */
  readonly #pidByLane = new Map<number, number>();
  /** Where one thread serves many clients: the one that it has received from last. */
  readonly #lastReceived = new Map<number, TrackedClient>();

  /**
   * @param worker what serves a client
   * @param keepsProcesses whether a process serves many clients, one lane for each number in the trace
   */
  constructor(private readonly worker: ServedBy, private readonly keepsProcesses = false) {}

  /** Applies a record of the trace. @returns the client that it is about, as it is known then */
  apply(record: TraceRecord): Pick<TrackedClient, "number" | "lane"> | undefined {
    const { event, timeMs, client } = record;
    if (event === "began" || event === "ended") return this.#applyToProcess(record);
    if (client === 0 || event === "returned") return undefined;
    const known = this.#accepted.get(client);
    if (event === "closed") this.#closed(client, timeMs);
    // A "closed" follows where the connection ends, and a client that is answered is known.
    if (["closed", "reset", "dismissed", "cutOff", "handled", "prepared"].includes(event)) {
      return known;
    }
    const tracked = known ?? this.#accept(record);
    this.#applyTo(tracked, record);
    return tracked;
  }

  #applyTo(tracked: TrackedClient, record: TraceRecord): void {
    const { event, timeMs, worker, sizeBytes } = record;
    switch (event) {
      case "dispatched":
        this.#change(tracked, "waiting", timeMs, this.#laneOfWorker(worker));
        return this.#isProcess(tracked.lane, sizeBytes, this.#hasLaneEach ? tracked : undefined);
      case "received":
        this.#nextReceived(tracked, worker, timeMs);
        this.#change(tracked, "served", timeMs, this.#laneOf(record, tracked));
        this.#text(tracked, record);
        return this.#transfer(tracked, timeMs, sizeBytes, 0);
      case "sent":
        this.#change(tracked, "waiting", timeMs, this.#laneOf(record, tracked));
        if (record.bytes.length > 0) this.#text(tracked, record);
        return this.#transfer(tracked, timeMs, 0, sizeBytes);
      case "asleep":
        tracked.dueMs = timeMs + sizeBytes;
        return this.#change(tracked, "asleep", timeMs, tracked.lane);
      case "blocked":
        return this.#change(tracked, "blocked", timeMs, tracked.lane);
    }
  }

  /**
   * Applies a reading of the backlog.
   *
   * @param peers the addresses of the clients in it
   * @param accepted returns those of the clients that the server has accepted; is called only when a
   *   client seems to have left
   */
  applyBacklog(
    peers: readonly string[],
    timeMs: number,
    accepted: () => readonly string[] = () => [],
  ): void {
    const present = new Set(peers);
    const left = [...this.#backlog].filter(([peer, { isMissing }]) =>
      isMissing && !present.has(peer)
    );
    // A server that is held up between accept and its record of it may take any time.
    const isAccepted = new Set(left.length > 0 ? accepted() : []);
    // If it was accepted, that record may not have been read yet: so it has one more reading.
    for (const [peer, tracked] of this.#backlog) tracked.isMissing = !present.has(peer);
    for (const [peer, tracked] of left) {
      const wasAccepted = tracked.isAccepted;
      tracked.isAccepted = isAccepted.has(peer);
      if (tracked.isAccepted || wasAccepted) continue;
      this.#backlog.delete(peer);
      this.#change(tracked, "closed", timeMs, BACKLOG_LANE);
    }
    for (const peer of present) {
      if (this.#backlog.has(peer) || this.#acceptedByPeer.has(peer)) continue;
      this.#backlog.set(peer, this.#add(peer, "backlog", BACKLOG_LANE, timeMs));
    }
  }

  /** Records of messages were left out: clients that were being served may be done by now. */
  recordsWereLeftOut(timeMs: number): void {
    for (const tracked of this.#accepted.values()) {
      const isOver = tracked.state === "served" ||
        tracked.state === "asleep" && tracked.dueMs + OVERDUE_MS < timeMs;
      if (isOver) this.#change(tracked, "waiting", timeMs, tracked.lane);
    }
  }

  /** A process has begun or ended that serves many clients. */
  #applyToProcess({ event, worker, sizeBytes: pid }: TraceRecord): undefined {
    if (event === "ended") this.#pidByLane.delete(worker);
    else this.#isProcess(worker, pid);
  }

  /** Returns the changes since the last call. */
  takeChanges(): Changes {
    const taken = {
      peers: this.#peers,
      changes: this.#changes,
      transfers: this.#transfers,
      texts: this.#texts,
      pids: this.#pids,
    };
    this.#peers = [];
    this.#changes = [];
    this.#transfers = [];
    this.#texts = [];
    this.#pids = [];
    return taken;
  }

  /** Returns all clients, with their present states. */
  all(): Omit<Changes, "transfers" | "texts"> {
    const all = [...this.#accepted.values(), ...this.#backlog.values()];
    return {
      peers: all.map(({ number, peer }) => [number, peer]),
      changes: all.map((tracked) => toChange(tracked)),
      pids: [
        ...[...this.#pidByClient].map(([{ lane }, pid]) => [lane, pid] as const),
        ...this.#pidByLane,
      ],
    };
  }

  /** Whether each client has a process, and so a lane, of its own. */
  get #hasLaneEach(): boolean {
    return this.worker === "process" && !this.keepsProcesses;
  }

  #accept({ timeMs, client, host, port, worker }: TraceRecord): TrackedClient {
    const peer = formatAddress({ host, port });
    const waiting = this.#backlog.get(peer);
    this.#backlog.delete(peer);
    const isQueued = worker === 0 &&
      ["thread", "sharedThread", "process", "loops"].includes(this.worker);
    const [state, lane]: [State, number] = isQueued ? ["queued", QUEUE_LANE] : ["waiting", worker];
    const tracked = waiting ?? this.#add(peer, state, lane, timeMs);
    if (waiting !== undefined) this.#change(tracked, state, timeMs, lane);
    this.#accepted.set(client, tracked);
    this.#acceptedByPeer.set(peer, tracked);
    return tracked;
  }

  #closed(client: number, timeMs: number): void {
    const tracked = this.#accepted.get(client);
    if (tracked === undefined) return;
    this.#accepted.delete(client);
    this.#pidByClient.delete(tracked);
    // A new client may have the same address before the record of the close was read.
    if (this.#acceptedByPeer.get(tracked.peer) === tracked) {
      this.#acceptedByPeer.delete(tracked.peer);
    }
    for (const [worker, last] of this.#lastReceived) {
      if (last === tracked) this.#lastReceived.delete(worker);
    }
    this.#change(tracked, "closed", timeMs, tracked.lane);
  }

  /** @param client that the process has to itself */
  #isProcess(lane: number, pid: number, client?: TrackedClient): void {
    if (pid === 0) return;
    if (client === undefined) this.#pidByLane.set(lane, pid);
    else this.#pidByClient.set(client, pid);
    this.#pids.push([lane, pid]);
  }

  #add(peer: string, state: State, lane: number, sinceMs: number): TrackedClient {
    const number = ++this.#lastNumber;
    const tracked = {
      number,
      peer,
      state,
      lane,
      sinceMs,
      dueMs: 0,
      isMissing: false,
      isAccepted: false,
    };
    this.#peers.push([number, peer]);
    this.#changes.push(toChange(tracked));
    return tracked;
  }

  /** A thread that serves many clients is done with one when it receives from the next. */
  #nextReceived(tracked: TrackedClient, worker: number, timeMs: number): void {
    if (!["loop", "loops", "caller"].includes(this.worker)) return;
    const before = this.#lastReceived.get(worker);
    this.#lastReceived.set(worker, tracked);
    if (before === undefined || before === tracked || before.state !== "served") return;
    this.#change(before, "waiting", timeMs, before.lane);
  }

  /** The trace uses the numbers of processes again. Each process gets a new lane. */
  #laneOfWorker(worker: number): number {
    return this.#hasLaneEach ? ++this.#lastLane : worker;
  }

  /** A client stays on the lane of its worker, also where another thread receives and sends. */
  #laneOf({ worker }: TraceRecord, tracked: TrackedClient): number {
    if (worker === 0 || this.worker === "sharedThread") return tracked.lane;
    if (this.#hasLaneEach && tracked.lane > 0) return tracked.lane;
    return this.#laneOfWorker(worker);
  }

  #text({ number }: TrackedClient, { timeMs, bytes, sizeBytes }: TraceRecord): void {
    this.#texts.push([roundToMicroseconds(timeMs), number, shownText(bytes, sizeBytes)]);
  }

  #transfer(tracked: TrackedClient, timeMs: number, received: number, sent: number): void {
    const { number, lane } = tracked;
    const atMs = roundToMicroseconds(notBefore(tracked, timeMs));
    this.#transfers.push([atMs, number, lane, received, sent]);
  }

  #change(tracked: TrackedClient, state: State, timeMs: number, lane: number): void {
    if (tracked.state === state && tracked.lane === lane) return;
    tracked.state = state;
    tracked.lane = lane;
    tracked.sinceMs = notBefore(tracked, timeMs);
    this.#changes.push(toChange(tracked));
  }
}

/** Several threads may write of one client, and their clocks differ by less than a millisecond. */
function notBefore({ sinceMs }: TrackedClient, timeMs: number): number {
  return Math.max(sinceMs, timeMs);
}

function toChange({ sinceMs, number, state, lane }: TrackedClient): Change {
  return [roundToMicroseconds(sinceMs), number, STATES.indexOf(state), lane];
}
