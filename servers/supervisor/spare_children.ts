import { READY_BYTE } from "../engine/child_role.ts";
import { sendDescriptor, socketPair } from "../sockets/descriptor_passing.ts";
import { sendSignal } from "../sockets/spawn.ts";
import { MSG_DONTWAIT, systemCalls } from "../sockets/system_calls.ts";

/** Deno 2.5 and later versions disagree on what it is. */
type Timer = ReturnType<typeof setTimeout>;

/** How many start at the same time: their start takes CPU, and more of them are not ready sooner. */
const MOST_STARTING = 4;
/** How often it is looked which are ready, while some are starting. */
const LOOK_MS = 5;
/**
 * Those that were taken are replaced when no client has come for a while: a start takes many times the
 * CPU of a client's first answer, and clients that come all at once would wait for it.
 */
const QUIET_MS = 100;
/** But at the latest after so long, from clients that never pause. */
const MOST_QUIET_MS = 1_000;

interface Spare {
  readonly pid: number;
  /** Our end of its standard input. */
  readonly socket: number;
  state: "starting" | "ready" | "dismissed";
}

/** Children that wait for their client, each at the other end of a pair of sockets. */
export class SpareChildren {
  readonly #wanted: number;
  readonly #spawn: (input: number) => number;
  readonly #onPrepared: () => void;
  readonly #spares = new Map<number, Spare>();
  #refilling: Timer | undefined = undefined;
  #looking: Timer | undefined = undefined;
  #refillAtLatestMs = Infinity;
  #over = false;

  /**
   * @param wanted how many are to wait
   * @param spawn starts a child with this standard input, and gives its process id
   * @param onPrepared called when so many are ready, or there is nothing to wait for any more
   */
  constructor(wanted: number, spawn: (input: number) => number, onPrepared: () => void) {
    this.#wanted = wanted;
    this.#spawn = spawn;
    this.#onPrepared = onPrepared;
  }

  /** The process ids of those that have not ended. */
  get pids(): number[] {
    return [...this.#spares.keys()];
  }

  /** Starts as many as are missing, a few at a time. */
  fill(): void {
    this.#refillAtLatestMs = Infinity;
    if (this.#over) return;
    let starting = this.#count("starting");
    const ready = this.#count("ready");
    while (starting < MOST_STARTING && ready + starting < this.#wanted && this.#startOne()) {
      starting++;
    }
    if (starting === 0) this.#onPrepared();
    else this.#looking ??= setTimeout(() => this.#look(), LOOK_MS);
  }

  /**
   * Sends a client to one of them, which is not ours any more.
   *
   * @returns its process id, or `undefined` when none is left
   */
  send(descriptor: number, text: string): number | undefined {
    for (let spare; (spare = this.#find("ready") ?? this.#find("starting")) !== undefined;) {
      this.#spares.delete(spare.pid);
      this.#refillLater();
      const wasSent = sendDescriptor(spare.socket, descriptor, text);
      systemCalls().close(spare.socket);
      if (wasSent) return spare.pid;
    }
    return undefined;
  }

  /** One of them has ended, so it cannot serve, and another takes its place. */
  ended(pid: number): void {
    const spare = this.#spares.get(pid);
    if (spare === undefined) return;
    this.#spares.delete(pid);
    if (spare.state === "dismissed") return;
    systemCalls().close(spare.socket);
    // One that fails at its start would fail again: the next client's child says why.
    if (spare.state === "starting") this.#stopFilling();
    this.fill();
  }

  /** Lets them end, which they do when they see that no client will come. */
  dismiss(): void {
    this.#stopFilling();
    for (const spare of this.#spares.values()) {
      if (spare.state !== "dismissed") systemCalls().close(spare.socket);
      spare.state = "dismissed";
    }
  }

  /** Ends those that have not ended by themselves. */
  kill(): void {
    for (const pid of this.#spares.keys()) sendSignal(-pid, "SIGKILL");
  }

  #stopFilling(): void {
    this.#over = true;
    clearTimeout(this.#refilling);
    clearTimeout(this.#looking);
    this.#onPrepared();
  }

  #count(state: Spare["state"]): number {
    let count = 0;
    for (const spare of this.#spares.values()) if (spare.state === state) count++;
    return count;
  }

  /** The one that has been in this state for longest. */
  #find(state: Spare["state"]): Spare | undefined {
    for (const spare of this.#spares.values()) if (spare.state === state) return spare;
    return undefined;
  }

  #refillLater(): void {
    const nowMs = performance.now();
    this.#refillAtLatestMs = Math.min(this.#refillAtLatestMs, nowMs + MOST_QUIET_MS);
    clearTimeout(this.#refilling);
    const waitMs = Math.min(QUIET_MS, this.#refillAtLatestMs - nowMs);
    this.#refilling = setTimeout(() => this.fill(), waitMs);
  }

  /** @returns false when no more can be started now; then clients have theirs started for them */
  #startOne(): boolean {
    let sockets: [number, number];
    try {
      sockets = socketPair();
    } catch {
      return false;
    }
    const [ours, theirs] = sockets;
    try {
      const pid = this.#spawn(theirs);
      this.#spares.set(pid, { pid, socket: ours, state: "starting" });
      return true;
    } catch {
      systemCalls().close(ours);
      return false;
    } finally {
      systemCalls().close(theirs);
    }
  }

  #look(): void {
    this.#looking = undefined;
    const byte = new Uint8Array(1);
    for (const spare of this.#spares.values()) {
      if (spare.state !== "starting") continue;
      if (systemCalls().recv(spare.socket, byte, 1, MSG_DONTWAIT) !== 1) continue;
      if (byte[0] === READY_BYTE) spare.state = "ready";
    }
    this.fill();
  }
}
