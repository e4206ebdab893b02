// @ts-types="../../../cli/std/binary_heap.d.ts"
import { BinaryHeap } from "@std/data-structures/binary-heap";
import { EPOLLET, EPOLLIN } from "../../../servers/sockets/interface.ts";
import { LibcClock } from "../../../servers/system/clock.ts";
import { checked, type SystemCallError } from "../../../servers/system/system_interface.ts";
import { systemCalls } from "../../../servers/system/system_calls.ts";
import { wake } from "../../../servers/system/eventfd.ts";
import { LibcConnector } from "./connector.ts";
import { EpollInstance } from "./epoll_instance.ts";
import { LibcOpener, type OpenerEvents } from "./opener.ts";
import { Patience } from "./patience.ts";
import type { EchoTracker } from "../echo_tracker.ts";
import type { LoadClient } from "../load_client.ts";
import { SHARED, type ThreadReport, type ThreadSetup } from "./protocol.ts";
import { LibcLoadConnection, type LoadContext } from "./load_connection.ts";
import { Measurements } from "../measurements.ts";
import { type FloodOptions, hasTotalRate, mostConnections } from "../options.ts";
import { reasonOf } from "../tally.ts";
import { MAX_TURNS, Turns } from "../turns.ts";

const RECV_SIZE_BYTES = 65_536;
/** How often a thread reports. */
const REPORT_MS = 200;
/** The number of the waker; connections have numbers from 0 on. */
const WAKER = -1;

/** One thread's share of a flood: an event loop that blocks in epoll_wait(2). */
export class LibcThread implements LoadContext, OpenerEvents {
  readonly calls = systemCalls();
  readonly clock = new LibcClock();
  readonly buffer = new Uint8Array(RECV_SIZE_BYTES);
  readonly words = new Int32Array(this.buffer.buffer);
  readonly measurements = new Measurements();
  readonly options: FloodOptions;
  readonly turns: Turns<LibcLoadConnection> | undefined = undefined;
  isOver = false;
  isSettling = false;

  readonly #onReport: (report: ThreadReport) => void;
  readonly #epoll = new EpollInstance(this.calls);
  readonly #opener: LibcOpener;
  readonly #connections: (LibcLoadConnection | undefined)[] = [];
  readonly #sleeping = new BinaryHeap<LibcLoadConnection>((a, b) => a.dueMs - b.dueMs);
  readonly #setup: ThreadSetup;
  readonly #shared: Int32Array;
  /** Whether no connection of this thread is left, or will come. */
  #isDone = false;
  #measuredFromMs: number;
  /** Until when first answers are waited for. */
  readonly #settling = new Patience();
  /** When the warm-up is over; `Infinity` before it begins, and once it is over. */
  #warmMs = Infinity;
  #isWarm: boolean;
  #open = 0;
  /** Connections lost before the end. With a rate, their messages keep falling due. */
  readonly #cutShort: EchoTracker[] = [];
  /** Connections with more to do: in this turn of the loop, and in the next. */
  #going: LibcLoadConnection[] = [];
  #goingLater: LibcLoadConnection[] = [];
  #elapsedMs = 0;
  /** When the flood ends. */
  #endMs = Infinity;
  /** Until when what is owed at the end is waited for. */
  readonly #owed = new Patience();
  #reportMs: number;
  /** Since when {@linkcode measurements} counts: each report clears it. */
  #sliceMs: number;

  /**
   * @param onReport receives a report every {@linkcode REPORT_MS}
   * @throws {SystemCallError} when the system has no descriptor for the epoll instance
   */
  constructor(setup: ThreadSetup, onReport: (report: ThreadReport) => void) {
    this.#onReport = onReport;
    this.options = setup.options;
    if (hasTotalRate(setup.options)) this.turns = new Turns(setup.options, setup);
    this.#setup = setup;
    this.#shared = new Int32Array(setup.shared);
    checked("epoll_ctl", this.#epoll.add(setup.waker, WAKER, EPOLLIN | EPOLLET));
    const { settleMs, warmupMs, durationMs } = this.options;
    const startedMs = this.#measuredFromMs = this.clock.now();
    this.measurements.begin(setup.startedMs, (connections) => this.#countOutcomes(connections));
    this.#isWarm = settleMs === 0 && warmupMs === 0;
    if (this.#isWarm) this.#endMs = startedMs + durationMs;
    else if (settleMs === 0) this.#warmMs = startedMs + warmupMs;
    else this.#settling.untilMs = startedMs + settleMs;
    this.isSettling = settleMs > 0;
    this.#reportMs = setup.startedMs + REPORT_MS;
    this.#sliceMs = setup.startedMs;
    if (settleMs === 0) this.turns?.begin(startedMs);
    const connections = mostConnections(this.options);
    const connector = new LibcConnector(this.calls, this.#epoll, setup.destinations, connections);
    this.#opener = new LibcOpener(this.calls, connector, setup, this, startedMs);
  }

  /**
   * Opens the connections and talks on them until the flood is over. Blocks the thread.
   *
   * @returns what it came to
   */
  run(): ThreadReport {
    const now = () => this.clock.now();
    while (!this.isOver || this.#open > 0) {
      this.#opener.openMore(now);
      this.#checkDone();
      this.#handle(this.#wait());
      this.#goOn();
      this.#wakeDue();
      this.#giveTurns();
      if (this.isSettling) this.#checkSettled(now());
      if (now() >= this.#warmMs) this.#endWarmup();
      this.#checkEnd(now());
      if (now() >= this.#reportMs) this.#reportNow();
    }
    this.#epoll.close();
    return this.#report();
  }

  wakeWhenDue(connection: LibcLoadConnection): void {
    this.#sleeping.push(connection);
  }

  goOnLater(connection: LibcLoadConnection): void {
    this.#goingLater.push(connection);
  }

  closed(connection: LibcLoadConnection): void {
    this.#connections[connection.number] = undefined;
    this.#open--;
    this.turns?.leave(connection);
    const { client, echoes } = connection;
    const nowMs = this.clock.now();
    if (this.isOver) return echoes.settle(this.#endMs, nowMs, false);
    const dueMs = client.afterConnection(echoes, nowMs);
    if (dueMs < Infinity) this.#opener.openAgain(client, dueMs);
    else if (!echoes.isFinished) this.#cutShort.push(echoes);
  }

  opened(client: LoadClient, number: number, fd: number, tookMs: number): void {
    const nowMs = this.clock.now();
    client.opened(tookMs, nowMs, this.measurements);
    const connection = new LibcLoadConnection(this, client, number, fd, tookMs, nowMs);
    this.#connections[number] = connection;
    this.#open++;
    connection.talk(nowMs);
  }

  refused(client: LoadClient, error: SystemCallError): void {
    const dueMs = client.afterRefusal(reasonOf(error), this.clock.now(), this.measurements);
    if (dueMs < Infinity) this.#opener.openAgain(client, dueMs);
  }

  #handle(count: number): void {
    for (let i = 0; i < count; i++) {
      const number = this.#epoll.numberAt(i);
      if (number === WAKER) continue; // the stops are looked at after each wait
      const connection = this.#connections[number];
      if (connection !== undefined) connection.changed(this.#epoll.eventsAt(i));
      else this.#opener.changed(number, this.clock.now());
    }
  }

  #goOn(): void {
    if (this.#goingLater.length === 0) return;
    [this.#going, this.#goingLater] = [this.#goingLater, this.#going];
    for (const connection of this.#going) connection.goOn();
    this.#going.length = 0;
  }

  #wakeDue(): void {
    for (let next; (next = this.#sleeping.peek()) !== undefined;) {
      const nowMs = this.clock.now();
      if (next.dueMs > nowMs) return;
      this.#sleeping.pop();
      next.wake(nowMs);
    }
  }

  /** Messages that are due on some connection are sent on those that are free. */
  #giveTurns(): void {
    if (this.turns === undefined || this.isOver) return;
    for (let given = 0; given < MAX_TURNS; given++) {
      const nowMs = this.clock.now();
      const turn = this.turns.next(Math.min(nowMs, this.#endMs));
      if (turn === undefined) return;
      turn.connection.takeTurn(turn.dueMs, nowMs);
    }
  }

  /** The last thread to have heard of its connections wakes the others, which wait for them, too. */
  #countOutcomes(connections: number): void {
    const before = Atomics.add(this.#shared, SHARED.outcomes, connections);
    const { conns } = this.options;
    if (before < conns && before + connections >= conns) wake(this.calls, this.#setup.waker);
  }

  /** Begins to warm up when all clients were answered, or it has waited long enough for that. */
  #checkSettled(nowMs: number): void {
    const outcomes = Atomics.load(this.#shared, SHARED.outcomes);
    if (outcomes < this.options.conns && !this.#settling.isOver(nowMs)) return;
    this.#settling.untilMs = Infinity;
    this.#warmMs = nowMs + this.options.warmupMs;
    this.measurements.endSettling();
    this.isSettling = false;
    this.turns?.begin(nowMs);
    for (const connection of this.#connections) {
      connection?.echoes.beginRate(nowMs);
      connection?.talk(nowMs);
    }
  }

  #endWarmup(): void {
    this.#warmMs = Infinity;
    this.#isWarm = true;
    this.#measuredFromMs = this.clock.now();
    this.#endMs = this.#measuredFromMs + this.options.durationMs;
    this.#onReport(this.#report(true));
  }

  /** The last thread to finish stops the flood; until then, messages keep falling due in all threads. */
  #checkDone(): void {
    if (this.#isDone || this.#open > 0 || !this.#opener.isDone) return;
    this.#isDone = true;
    if (Atomics.add(this.#shared, SHARED.done, 1) + 1 < this.#setup.threads) return;
    Atomics.add(this.#shared, SHARED.stops, 1);
    wake(this.calls, this.#setup.waker);
  }

  #checkEnd(nowMs: number): void {
    const stops = Atomics.load(this.#shared, SHARED.stops);
    if (!this.isOver && (stops > 0 || nowMs >= this.#endMs)) this.#end(nowMs);
    if (this.#owed.isOver(nowMs) || stops > 1) this.#giveUp();
  }

  #end(sinceMs: number): void {
    // With turns it is over when it was to be, and not when this thread noticed that.
    const nowMs = this.turns === undefined ? sinceMs : Math.min(sinceMs, this.#endMs);
    this.isOver = true;
    this.isSettling = false;
    this.#settling.untilMs = Infinity;
    this.#elapsedMs = nowMs - this.#measuredFromMs;
    this.#endMs = nowMs;
    this.#owed.untilMs = nowMs + this.options.lastEchoesMs;
    this.#opener.abandon(nowMs, this.measurements);
    this.turns?.settle(nowMs, this.measurements);
    for (const echoes of this.#cutShort) echoes.settle(nowMs, nowMs, false);
    for (const connection of this.#connections) {
      if (connection?.echoes.isHopeless(nowMs)) connection.giveUp();
      else connection?.talk(nowMs);
    }
  }

  /** Gives up on what is owed. */
  #giveUp(): void {
    for (const connection of this.#connections) connection?.giveUp();
  }

  /** Waits until there is something to do. @returns how many connections have changed */
  #wait(): number {
    const nowMs = this.clock.now();
    const turnMs = this.isOver ? Infinity : this.turns?.dueMs ?? Infinity;
    const wakeMs = this.#sleeping.peek()?.dueMs ?? Infinity;
    const dueMs = Math.min(this.#opener.dueMs, wakeMs, turnMs);
    const endMs = this.isOver ? this.#owed.untilMs : this.#endMs;
    const otherMs = Math.min(endMs, this.#settling.untilMs, this.#warmMs, this.#reportMs);
    if (this.#goingLater.length > 0 || dueMs <= nowMs) return this.#epoll.wait(0);
    if (dueMs < otherMs) return this.#epoll.waitExactly(dueMs - nowMs);
    return this.#epoll.wait(Math.max(0, Math.ceil(otherMs - nowMs)));
  }

  #reportNow(): void {
    const { startedMs } = this.#setup;
    // All threads report at the same times, of which some are the ends of whole seconds.
    const reports = Math.floor((this.clock.now() - startedMs) / REPORT_MS);
    this.#reportMs = startedMs + (reports + 1) * REPORT_MS;
    this.#onReport(this.#report());
  }

  /** What was measured since the last report, which is counted anew from here on. */
  #report(isWarmup = !this.#isWarm): ThreadReport {
    const { startedMs } = this.#setup;
    const fromMs = this.#sliceMs - startedMs;
    this.#sliceMs = this.clock.now();
    const slice = this.measurements.pack();
    this.measurements.clear();
    let waiting = 0;
    for (const connection of this.#connections) if (connection?.echoes.isWaiting) waiting++;
    return {
      connected: this.#open,
      waiting,
      elapsedMs: this.#elapsedMs,
      isWarm: this.#isWarm,
      slice,
      fromMs,
      toMs: this.#sliceMs - startedMs,
      isWarmup,
    };
  }
}
