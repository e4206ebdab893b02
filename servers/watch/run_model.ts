import type { ThreadPlan } from "../context/threads.ts";
import type { ServedBy } from "../context/context.ts";
import type { TraceRecord } from "../metrics/trace.ts";
import { formatAddress } from "../sockets/interface.ts";
import { BACKLOG_LANE, type Change, QUEUE_LANE, type State, STATES } from "./frames.ts";

/** A client as it is known. */
interface Seen {
  /** Its number in the view, which it has from when it was found in the backlog. */
  readonly number: number;
  readonly peer: string;
  state: State;
  lane: number;
  sinceMs: number;
  /** When its answer is due, while it is asleep. */
  dueMs: number;
  /** It was in the backlog, and was not found there the last time. */
  isMissing: boolean;
}

/** How much longer than it sleeps a client is shown asleep, when its next record may be left out. */
const OVERDUE_MS = 100;

/** What has become of clients since it was asked the last time. */
export interface Changes {
  readonly peers: readonly (readonly [client: number, peer: string])[];
  readonly changes: readonly Change[];
}

/** What becomes of the clients of a server, as its trace tells it. */
export class RunModel {
  readonly #worker: ServedBy;
  readonly #clientsEach: ThreadPlan["clientsEach"];
  readonly #accepted = new Map<number, Seen>();
  readonly #acceptedByPeer = new Map<string, Seen>();
  readonly #backlog = new Map<string, Seen>();
  #lastNumber = 0;
  /** How many threads or processes have had a client, where each has one and then ends. */
  #lastLane = 0;
  #peers: [number, string][] = [];
  #changes: Change[] = [];
  /** Whom the one thread that serves all has received from last. */
  #inHand: Seen | undefined = undefined;

  /** @param clientsEach whether a thread or process serves one client after another, or its one */
  constructor(worker: ServedBy, clientsEach: ThreadPlan["clientsEach"] = "many") {
    this.#worker = worker;
    this.#clientsEach = clientsEach;
  }

  apply(record: TraceRecord): void {
    const { event, timeMs, client, worker, sizeBytes } = record;
    if (event === "waiting" || event === "refused" || event === "reset") return;
    if (event === "dismissed" || event === "cutOff") return; // what follows is "closed"
    const known = this.#accepted.get(client);
    if (event === "closed") return this.#closed(client, timeMs);
    const seen = known ?? this.#accept(record);
    switch (event) {
      case "accepted":
        return;
      case "dispatched":
        return this.#change(seen, "waiting", timeMs, this.#laneOfTaker(worker));
      case "received":
        this.#takeInHand(seen, timeMs);
        return this.#change(seen, "served", timeMs, this.#laneOf(record, seen));
      case "sent":
        return this.#change(seen, "waiting", timeMs, this.#laneOf(record, seen));
      case "asleep":
        seen.dueMs = timeMs + sizeBytes;
        return this.#change(seen, "asleep", timeMs, seen.lane);
      case "blocked":
        return this.#change(seen, "blocked", timeMs, seen.lane);
    }
  }

  /** Who is in the backlog now, by their addresses. */
  applyBacklog(peers: readonly string[], timeMs: number): void {
    const present = new Set(peers);
    for (const [peer, seen] of this.#backlog) {
      // The record that tells where it went may not have been read yet.
      if (!present.has(peer) && seen.isMissing) {
        this.#backlog.delete(peer);
        this.#change(seen, "closed", timeMs, BACKLOG_LANE);
      } else seen.isMissing = !present.has(peer);
    }
    for (const peer of present) {
      if (this.#backlog.has(peer) || this.#acceptedByPeer.has(peer)) continue;
      this.#backlog.set(peer, this.#meet(peer, "backlog", BACKLOG_LANE, timeMs));
    }
  }

  /** Records of messages were left out: whoever was being served may be served by now. */
  recordsWereLeftOut(timeMs: number): void {
    for (const seen of this.#accepted.values()) {
      const isOver = seen.state === "served" ||
        seen.state === "asleep" && seen.dueMs + OVERDUE_MS < timeMs;
      if (isOver) this.#change(seen, "waiting", timeMs, seen.lane);
    }
  }

  takeChanges(): Changes {
    const dispatched = { peers: this.#peers, changes: this.#changes };
    this.#peers = [];
    this.#changes = [];
    return dispatched;
  }

  /** All clients there are, as they are now. */
  all(): Changes {
    const all = [...this.#accepted.values(), ...this.#backlog.values()];
    return {
      peers: all.map(({ number, peer }) => [number, peer]),
      changes: all.map((seen) => toChange(seen)),
    };
  }

  #accept({ timeMs, client, host, port }: TraceRecord): Seen {
    const peer = formatAddress({ host, port });
    const waiting = this.#backlog.get(peer);
    this.#backlog.delete(peer);
    const isTaken = this.#worker === "thread" || this.#worker === "process";
    const [state, lane]: [State, number] = isTaken ? ["queued", QUEUE_LANE] : ["waiting", 0];
    const seen = waiting ?? this.#meet(peer, state, lane, timeMs);
    if (waiting !== undefined) this.#change(seen, state, timeMs, lane);
    this.#accepted.set(client, seen);
    this.#acceptedByPeer.set(peer, seen);
    return seen;
  }

  #closed(client: number, timeMs: number): void {
    const seen = this.#accepted.get(client);
    if (seen === undefined) return;
    this.#accepted.delete(client);
    // An address may have come back before its last owner was closed.
    if (this.#acceptedByPeer.get(seen.peer) === seen) this.#acceptedByPeer.delete(seen.peer);
    if (this.#inHand === seen) this.#inHand = undefined;
    this.#change(seen, "closed", timeMs, seen.lane);
  }

  #meet(peer: string, state: State, lane: number, sinceMs: number): Seen {
    const number = ++this.#lastNumber;
    const seen = { number, peer, state, lane, sinceMs, dueMs: 0, isMissing: false };
    this.#peers.push([number, peer]);
    this.#changes.push(toChange(seen));
    return seen;
  }

  /** One thread that serves all has done with a client when it takes up the next. */
  #takeInHand(seen: Seen, timeMs: number): void {
    if (this.#worker !== "loop" && this.#worker !== "caller") return;
    const before = this.#inHand;
    this.#inHand = seen;
    if (before === undefined || before === seen || before.state !== "served") return;
    this.#change(before, "waiting", timeMs, before.lane);
  }

  /** Numbers of those that have ended are given again; a thread or process of its own is another one. */
  #laneOfTaker(worker: number): number {
    return this.#clientsEach === "many" ? worker : ++this.#lastLane;
  }

  /** Where the main thread receives for others, a client stays with whoever has taken it. */
  #laneOf({ worker }: TraceRecord, seen: Seen): number {
    if (worker === 0) return seen.lane;
    if (this.#clientsEach === "one" && seen.lane > 0) return seen.lane;
    return this.#laneOfTaker(worker);
  }

  #change(seen: Seen, state: State, timeMs: number, lane: number): void {
    if (seen.state === state && seen.lane === lane) return;
    seen.state = state;
    seen.lane = lane;
    seen.sinceMs = timeMs;
    this.#changes.push(toChange(seen));
  }
}

function toChange({ sinceMs, number, state, lane }: Seen): Change {
  return [sinceMs, number, STATES.indexOf(state), lane];
}
