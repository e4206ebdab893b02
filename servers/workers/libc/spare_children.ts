import { READY_BYTE, RECEIVED_BYTE } from "../child_protocol.ts";
import { sendDescriptor, socketPair } from "../../system/descriptor_passing.ts";
import { sendSignal } from "../../system/spawn.ts";
import { MSG_DONTWAIT, systemCalls } from "../../system/system_calls.ts";

/** Deno 2.5 and later versions disagree on what it is. */
type Timer = ReturnType<typeof setTimeout>;

/** How many start at the same time at first: with more, none is ready sooner. */
const MAX_STARTING = 4;
/** How often to look which are ready, while some are starting. */
const POLL_INTERVAL_MS = 5;
/**
 * How long no client must have come before used spares are replaced: a start takes many times the CPU
 * of a client's first answer, and clients that come all at once would wait for it.
 */
const QUIET_MS = 100;
/** The longest time until used spares are replaced when clients never pause. */
const MAX_QUIET_MS = 1_000;
/** How many times longer than a start the pauses between replacements are. */
const PAUSES_PER_START = 2;

interface Spare {
  readonly pid: number;
  /** The parent's end of its standard input. */
  readonly socket: number;
  state: "starting" | "ready" | "sent" | "dismissed";
  /** Called when the child has received the client that it was sent. */
  onReceived: () => void;
  readonly startedMs: number;
}

/** Children that wait for their client, each at the other end of a pair of sockets. */
export class SpareChildren {
  readonly #calls = systemCalls();
  readonly #wanted: number;
  readonly #spawn: (input: number) => number;
  readonly #onPrepared: () => void;
  readonly #spares = new Map<number, Spare>();
  #refilling: Timer | undefined = undefined;
  #looking: Timer | undefined = undefined;
  #refillAtLatestMs = Infinity;
  #isPrepared = false;
  #over = false;

  /**
   * @param wanted how many children should wait for a client
   * @param spawn starts a child with this standard input and returns its process id
   * @param onPrepared called when that many are ready, or no more can become ready
   */
  constructor(wanted: number, spawn: (input: number) => number, onPrepared: () => void) {
    this.#wanted = wanted;
    this.#spawn = spawn;
    this.#onPrepared = onPrepared;
  }

  /** The process ids of the children that have no client and have not ended. */
  get pids(): number[] {
    return [...this.#spares.values()].filter(({ state }) => state !== "sent").map(({ pid }) => pid);
  }

  /** Starts as many as are missing, a few at a time. */
  fill(): void {
    this.#refillAtLatestMs = Infinity;
    if (this.#over) return;
    const max = this.#isPrepared ? 1 : MAX_STARTING;
    const ready = this.#count("ready");
    let starting = this.#count("starting");
    while (starting < max && ready + starting < this.#wanted && this.#startOne()) starting++;
    if (starting > 0) this.#lookSoon();
    else this.#prepared();
  }

  /**
   * Sends a client to one of them.
   *
   * @param onReceived called when the child has the client; until then see {@linkcode hasLost}
   * @returns its process id, or `undefined` when none is left
   */
  send(descriptor: number, text: string, onReceived: () => void): number | undefined {
    for (let spare; (spare = this.#find("ready") ?? this.#find("starting")) !== undefined;) {
      this.#refillLater();
      if (sendDescriptor(spare.socket, descriptor, text)) {
        spare.state = "sent";
        spare.onReceived = onReceived;
        this.#lookSoon();
        return spare.pid;
      }
      this.#forget(spare);
    }
    return undefined;
  }

  /** Whether this process, which has ended, was sent a client and never received it. */
  hasLost(pid: number): boolean {
    const spare = this.#spares.get(pid);
    if (spare === undefined) return false;
    this.#look();
    if (!this.#spares.has(pid)) return false;
    this.#forget(spare);
    return true;
  }

  /** Replaces a spare child that has ended. */
  ended(pid: number): void {
    const spare = this.#spares.get(pid);
    if (spare === undefined) return;
    this.#forget(spare);
    // One that fails at its start would fail again. The next client's child reports why.
    if (spare.state === "starting") this.#stopFilling();
    if (spare.state !== "dismissed") this.fill();
  }

  /** Closes their sockets; each ends when it sees that no client will come. */
  dismiss(): void {
    this.#stopFilling();
    for (const spare of this.#spares.values()) {
      if (spare.state !== "starting" && spare.state !== "ready") continue;
      this.#calls.close(spare.socket);
      spare.state = "dismissed";
    }
  }

  /** Kills those that have not ended by themselves. */
  kill(): void {
    for (const pid of this.pids) sendSignal(-pid, "SIGKILL");
  }

  #stopFilling(): void {
    this.#over = true;
    clearTimeout(this.#refilling);
    this.#prepared();
  }

  #prepared(): void {
    this.#isPrepared = true;
    this.#onPrepared();
  }

  #forget(spare: Spare): void {
    this.#spares.delete(spare.pid);
    if (spare.state !== "dismissed") this.#calls.close(spare.socket);
  }

  #count(state: Spare["state"]): number {
    let count = 0;
    for (const spare of this.#spares.values()) if (spare.state === state) count++;
    return count;
  }

  /** The spare that has been in this state for longest. */
  #find(state: Spare["state"]): Spare | undefined {
    for (const spare of this.#spares.values()) if (spare.state === state) return spare;
    return undefined;
  }

  #refillLater(): void {
    const nowMs = performance.now();
    this.#refillAtLatestMs = Math.min(this.#refillAtLatestMs, nowMs + MAX_QUIET_MS);
    this.#refillIn(Math.min(QUIET_MS, this.#refillAtLatestMs - nowMs));
  }

  #refillIn(waitMs: number): void {
    clearTimeout(this.#refilling);
    if (!this.#over) this.#refilling = setTimeout(() => this.fill(), waitMs);
  }

  /** @returns false when no more can be started now; then each client's child starts when it comes */
  #startOne(): boolean {
    let sockets: [number, number];
    try {
      sockets = socketPair();
    } catch {
      return false;
    }
    const [near, far] = sockets;
    try {
      const pid = this.#spawn(far);
      this.#spares.set(pid, {
        pid,
        socket: near,
        state: "starting",
        onReceived: () => {},
        startedMs: performance.now(),
      });
      return true;
    } catch {
      this.#calls.close(near);
      return false;
    } finally {
      this.#calls.close(far);
    }
  }

  #lookSoon(): void {
    this.#looking ??= setTimeout(() => {
      this.#looking = undefined;
      this.#look();
      if (this.#count("starting") + this.#count("sent") > 0) this.#lookSoon();
    }, POLL_INTERVAL_MS);
  }

  /** Reads from the children that are starting or were sent a client. */
  #look(): void {
    const byte = new Uint8Array(1);
    for (const spare of this.#spares.values()) {
      if (spare.state !== "starting" && spare.state !== "sent") continue;
      while (this.#calls.recv(spare.socket, byte, 1, MSG_DONTWAIT) === 1) {
        if (byte[0] === READY_BYTE && spare.state === "starting") this.#isReady(spare);
        if (byte[0] !== RECEIVED_BYTE) continue;
        this.#forget(spare);
        spare.onReceived();
        break;
      }
    }
  }

  #isReady(spare: Spare): void {
    spare.state = "ready";
    const tookMs = performance.now() - spare.startedMs;
    if (this.#isPrepared) this.#refillIn(PAUSES_PER_START * tookMs);
    else this.fill();
  }
}
