import { type Change, type Frame, STATES } from "./frames.ts";

const CLOSED = STATES.indexOf("closed");
/** How many process ids are kept: those of processes that have ended are of no use. */
const MAX_PIDS = 1_000;

/** The clients after some frames, for a run that is to begin there. */
export class ClientRoster {
  readonly #changes = new Map<number, Change>();
  readonly #peers = new Map<number, string>();
  readonly #pids = new Map<number, number>();

  /** Applies a frame. */
  apply({ isWhole, peers, changes, pids }: Frame): void {
    if (isWhole) {
      this.#changes.clear();
      this.#peers.clear();
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

  /** A frame with all clients, and the measurements of the last one that was applied. */
  whole(last: Frame): Frame {
    return {
      ...last,
      isWhole: true,
      peers: [...this.#peers],
      changes: [...this.#changes.values()],
      pids: [...this.#pids],
      transfers: [],
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
