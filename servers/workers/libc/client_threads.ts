import type { Notice } from "../../context/context.ts";
import type { FromThread, ServerSetup, ThreadsWanted } from "../../context/protocol.ts";
import { ClientQueue } from "../client_queue.ts";
import { REFILL_PAUSE_MS } from "../../context/threads.ts";
import { describeErrorEvent } from "../../system/thrown.ts";

/** What the supervisor hears of the threads. */
interface Outcomes {
  notice(notice: Notice): void;
  /** A thread could not begin, and neither would another one. */
  failed(reason: string): void;
}

/**
 * Starts the threads of a server that blocks in the system's calls: a Worker starts only while the
 * event loop of its maker turns, so the supervisor makes them.
 */
export class ClientThreads {
  readonly #wanted: ThreadsWanted;
  readonly #setup: ServerSetup;
  readonly #outcomes: Outcomes;
  readonly #queue: ClientQueue;
  /** The threads, and which block of the counters each has. The first is the server's. */
  readonly #blocks = new Map<Worker, number>();
  readonly #freeBlocks: number[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  #timerIsForNow = false;

  constructor(wanted: ThreadsWanted, setup: ServerSetup, outcomes: Outcomes) {
    this.#wanted = wanted;
    this.#setup = setup;
    this.#outcomes = outcomes;
    this.#queue = new ClientQueue(wanted.queue);
    this.#plan(0);
  }

  /** A client was put into the queue. */
  clientCame(): void {
    this.#queue.answerCall();
    this.#plan(this.#isNeededNow() ? 0 : REFILL_PAUSE_MS);
  }

  /** Ends all threads. The sockets in which they may be blocked must be shut down already. */
  end(): void {
    clearTimeout(this.#timer);
    for (const worker of this.#blocks.keys()) worker.terminate();
    this.#blocks.clear();
  }

  #plan(pauseMs: number): void {
    if (this.#timer !== undefined) {
      if (this.#timerIsForNow || pauseMs > 0) return;
      clearTimeout(this.#timer);
    }
    this.#timerIsForNow = pauseMs === 0;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#blocks.size >= this.#wantedNow()) return;
      this.#start();
      // One at a time: making one takes milliseconds, and signals must be heard in between.
      this.#plan(0);
    }, pauseMs);
  }

  #wantedNow(): number {
    const { plan: { count, clientsEach }, max } = this.#wanted;
    if (this.#queue.isClosed && this.#queue.length === 0) return 0;
    return clientsEach === "many" ? count : Math.min(max, this.#queue.unfinished + count);
  }

  /** Whether a client has no thread. */
  #isNeededNow(): boolean {
    const { plan: { count, clientsEach }, max } = this.#wanted;
    const needed = clientsEach === "many" ? count : Math.min(max, this.#queue.unfinished);
    return this.#blocks.size < needed;
  }

  #start(): void {
    const block = this.#freeBlocks.pop() ?? this.#blocks.size + 1;
    const worker = new Worker(new URL("./client_worker.ts", import.meta.url), {
      type: "module",
    });
    this.#blocks.set(worker, block);
    worker.onmessage = ({ data }: MessageEvent<FromThread>) => {
      if (data.kind === "notice") this.#outcomes.notice(data.notice);
      else if (data.kind === "ended") this.#ended(worker);
      else this.#outcomes.failed(data.reason);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#outcomes.failed(describeErrorEvent(event));
    };
    const { handler, listen, stats, trace, descriptors, controls } = this.#setup;
    const { queue, plan: { clientsEach } } = this.#wanted;
    const { recvSizeBytes } = listen;
    worker.postMessage({
      ...{ handler, recvSizeBytes, stats, trace, descriptors, controls, queue, clientsEach },
      statsBlock: block,
    });
  }

  #ended(worker: Worker): void {
    const block = this.#blocks.get(worker);
    if (block === undefined) return;
    this.#blocks.delete(worker);
    this.#freeBlocks.push(block);
    worker.terminate(); // also ends timers that a handler has left behind
    this.#plan(this.#isNeededNow() ? 0 : REFILL_PAUSE_MS);
  }
}
