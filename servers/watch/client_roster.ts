import { ACTIVITIES, type Change, type Frame, type Phase, STATES } from "./frames.ts";

const CLOSED = STATES.indexOf("closed");
const ENDED = ACTIVITIES.indexOf("ended");
/** How many process ids are kept: those of processes that have ended are of no use. */
const MAX_PIDS = 1_000;

/** The clients and the lanes after some frames, for a run that is to begin there. */
export class ClientRoster {
  readonly #changes = new Map<number, Change>();
  readonly #peers = new Map<number, string>();
  readonly #pids = new Map<number, number>();
  /** What each lane does. */
  readonly #phases = new Map<number, Phase>();

  /** Applies a frame. */
  apply({ isWhole, peers, changes, pids, phases }: Frame): void {
    if (isWhole) {
      this.#changes.clear();
      this.#peers.clear();
      this.#phases.clear();
    }
    for (const phase of phases ?? []) {
      const [, lane, activity] = phase;
      if (activity === ENDED) this.#phases.delete(lane);
      else this.#phases.set(lane, phase);
    }
    for (const [client, peer] of peers) this.#peers.set(client, peer);
    for (const [lane, pid] of pids ?? []) this.#addPid(lane, pid);
    for (const change of changes) {
      const [, client, state] = change;
      if (state !== CLOSED) this.#changes.set(client, change);
      else {
        this.#changes.delete(client);
        this.#peers.delete(client);
      }
    }
  }

  /** A frame with all clients and lanes, and the measurements of the last one that was applied. */
  whole(last: Frame): Frame {
    return {
      ...last,
      isWhole: true,
      peers: [...this.#peers],
      changes: [...this.#changes.values()],
      pids: [...this.#pids],
      transfers: [],
      phases: [...this.#phases.values()],
      returns: [],
      log: [],
    };
  }

  #addPid(lane: number, pid: number): void {
    this.#pids.set(lane, pid);
    if (this.#pids.size <= MAX_PIDS) return;
    const [oldest] = this.#pids.keys();
    this.#pids.delete(oldest);
  }
}
