import type { Address } from "../sockets/interface.ts";
import { LONGEST_WAIT_MS } from "../sockets/interface_values.ts";
import type { Observed } from "../sockets/observer.ts";
import type { Controls } from "./controls.ts";
import { COUNTER, openCounters } from "./counters.ts";
import { TRACE_EVENT, type TraceWriter } from "./trace.ts";

const NOTHING: Uint8Array = new Uint8Array(0);
/** Many clients come from few hosts, so a host is encoded once; the child of a fork has it from its parent. */
const encodedHosts = new Map<string, Uint8Array>();
const MAX_HOSTS = 1_000;

/** Events that go to the server's own code, beside counters and trace. */
export interface RareEvents {
  /** The model is ready, and waits for its first client. */
  beganToWait(): void;
  outOfDescriptors(): void;
  beyondFdSetSize(descriptor: number): void;
  acceptFailed(error: Error): void;
  /** Whether no worker has a client: only then does the server wait for one. */
  isIdle(): boolean;
}

/** For threads and processes that accept no clients. */
export const NOTHING_RARE: RareEvents = {
  beganToWait() {},
  outOfDescriptors() {},
  beyondFdSetSize() {},
  acceptFailed() {},
  isIdle: () => true,
};

/** The half of a {@linkcode Recorder} that has to do with what is rarer than a message. */
export class RareRecorder {
  protected readonly counters: Float64Array;
  readonly #rare: RareEvents;
  readonly #worker: number;
  #hasWaited = false;
  #isWaiting = false;
  /** The room in which the last return that found nothing was traced. */
  #vainUntil = 0;

  /**
   * @param block the block of counters that only this recorder writes
   * @param worker see {@linkcode TraceRecord.worker}
   * @param controls given when the server is watched; the calling thread obeys them
   */
  constructor(
    stats: ArrayBufferLike,
    protected readonly trace: TraceWriter,
    rare: RareEvents,
    block = 0,
    worker = block,
    protected readonly controls?: Controls,
  ) {
    this.counters = openCounters(stats, block);
    this.#rare = rare;
    this.#worker = worker;
    if (controls === undefined) return;
    controls.onHeld = (isHeld) =>
      this.#noteWorker(isHeld ? TRACE_EVENT.held : TRACE_EVENT.freed, worker, 0);
  }

  waiting(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    const isFirst = !this.#hasWaited;
    this.#hasWaited = true;
    if (isFirst) this.#rare.beganToWait();
    // Of its workers the server has said at first that they wait.
    if (this.#worker > 0 && (isFirst || !this.#rare.isIdle())) return;
    if (this.trace.watched) this.trace.write(TRACE_EVENT.waiting, 0, NOTHING, 0, 0, NOTHING);
  }

  accepted({ id, peer }: Observed): void {
    this.#isWaiting = false;
    this.counters[COUNTER.accepted]++;
    this.counters[COUNTER.active]++;
    this.#note(TRACE_EVENT.accepted, id, peer);
    this.controls?.obey();
  }

  /**
   * A thread or process has got this client, which another one has accepted.
   *
   * @param pid of the process; 0 for a thread
   */
  dispatched({ id, peer }: Observed, worker = this.#worker, pid = 0): void {
    this.#note(TRACE_EVENT.dispatched, id, peer, pid, NOTHING, worker);
  }

  /** A process has begun that serves many clients. */
  began(worker: number, pid: number): void {
    this.#noteWorker(TRACE_EVENT.began, worker, pid);
  }

  /** A thread has ended, or a process that served many clients. */
  ended(worker = this.#worker): void {
    this.#noteWorker(TRACE_EVENT.ended, worker, 0);
  }

  asleep(client: number, ms: number): void {
    if (!this.trace.watched) return;
    const shownMs = Math.min(ms, LONGEST_WAIT_MS); // a record has 32 bits for it
    this.trace.write(TRACE_EVENT.asleep, client, NOTHING, 0, shownMs, NOTHING, this.#worker);
  }

  /** Whether a reader wants to know what becomes of a message. */
  get tracesSteps(): boolean {
    return this.trace.watched && this.trace.hasRoomForSteps;
  }

  /** The session has computed its reply; without bytes there is none. */
  handled(client: number, reply = NOTHING): void {
    if (this.tracesSteps) this.#traceStep(TRACE_EVENT.handled, client, reply.length, reply);
  }

  /** The session has computed a reply that is to be sent after it has slept. */
  prepared(client: number, reply: Uint8Array): void {
    if (this.tracesSteps) this.#traceStep(TRACE_EVENT.prepared, client, reply.length, reply);
  }

  blocked({ id, peer }: Observed): void {
    this.#note(TRACE_EVENT.blocked, id, peer);
  }

  refused(peer: Address): void {
    this.counters[COUNTER.refused]++;
    this.#note(TRACE_EVENT.refused, 0, peer);
  }

  /** The server turns a client away that it has accepted, since it has too much to do. */
  shed(): void {
    this.counters[COUNTER.shed]++;
  }

  beyondFdSetSize(peer: Address, descriptor: number): void {
    this.refused(peer);
    this.#rare.beyondFdSetSize(descriptor);
  }

  reset({ id, peer }: Observed): void {
    this.counters[COUNTER.resets]++;
    this.#note(TRACE_EVENT.reset, id, peer);
  }

  dismissed({ id, peer }: Observed): void {
    this.#note(TRACE_EVENT.dismissed, id, peer);
  }

  cutOff({ id, peer }: Observed): void {
    this.#note(TRACE_EVENT.cutOff, id, peer);
  }

  closed({ id, peer }: Observed): void {
    this.counters[COUNTER.closed]++;
    this.counters[COUNTER.active]--;
    this.#note(TRACE_EVENT.closed, id, peer);
  }

  outOfDescriptors(): void {
    this.#rare.outOfDescriptors();
  }

  acceptFailed(error: Error): void {
    this.#rare.acceptFailed(error);
  }

  /** Traces a message, or counts that there was no room for it. */
  protected traceMessage(
    event: number,
    { id, peer }: Observed,
    sizeBytes: number,
    bytes?: Uint8Array,
  ): void {
    if (this.trace.hasRoom) return this.#note(event, id, peer, sizeBytes, bytes);
    this.trace.leftOut();
    if (event === TRACE_EVENT.received) this.counters[COUNTER.untracedRecvs]++;
    else this.counters[COUNTER.untracedSends]++;
  }

  /**
   * Traces the return of a call that waits. Of those that found nothing only one is traced in each
   * room: they may be a million a second.
   */
  protected traceReturn(scanned: number, ready: number): void {
    const { hasRoomForSteps, stepsUntil } = this.trace;
    if (ready === 0) {
      if (!hasRoomForSteps || stepsUntil === this.#vainUntil) return;
      this.#vainUntil = stepsUntil;
    } else if (!hasRoomForSteps) return this.trace.leftOut();
    this.#traceStep(TRACE_EVENT.returned, ready, scanned);
  }

  #traceStep(event: number, client: number, sizeBytes: number, bytes = NOTHING): void {
    this.trace.write(event, client, NOTHING, 0, sizeBytes, bytes, this.#worker);
  }

  #note(
    event: number,
    client: number,
    { host, port }: Address,
    sizeBytes = 0,
    bytes = NOTHING,
    worker = this.#worker,
  ): void {
    if (!this.trace.watched) return;
    this.trace.write(event, client, encodedHost(host), port, sizeBytes, bytes, worker);
  }

  #noteWorker(event: number, worker: number, pid: number): void {
    if (this.trace.watched) this.trace.write(event, 0, NOTHING, 0, pid, NOTHING, worker);
  }
}

function encodedHost(host: string): Uint8Array {
  let encoded = encodedHosts.get(host);
  if (encoded === undefined) {
    if (encodedHosts.size >= MAX_HOSTS) encodedHosts.clear();
    encoded = new TextEncoder().encode(host);
    encodedHosts.set(host, encoded);
  }
  return encoded;
}
