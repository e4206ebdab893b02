import type { Notice } from "../../context/context.ts";
import type {
  FromThread,
  ServerSetup,
  ThreadSetup,
  ThreadsWanted,
} from "../../context/protocol.ts";
import type { BegunRooms, RoomsOfThreads } from "../../context/room_port.ts";
import { threadMemory } from "../../metrics/memory.ts";
import { ClientQueue } from "../client_queue.ts";
import { describeErrorEvent } from "../../system/thrown.ts";
import { endWorkers, tryToStartWorker } from "../../system/worker_life.ts";
import { ThreadStarter } from "../thread_starter.ts";

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
  readonly #starter: ThreadStarter;
  readonly #roomsOfThreads: RoomsOfThreads | undefined;
  readonly #rooms = new Map<Worker, BegunRooms>();
  /** The threads, and which block of the counters each has. The first is the server's. */
  readonly #blocks = new Map<Worker, number>();
  readonly #freeBlocks: number[] = [];

  /** @param rooms given when the clients of all threads meet */
  constructor(
    wanted: ThreadsWanted,
    setup: ServerSetup,
    rooms: RoomsOfThreads | undefined,
    outcomes: Outcomes,
  ) {
    this.#roomsOfThreads = rooms;
    this.#wanted = wanted;
    this.#setup = setup;
    this.#outcomes = outcomes;
    this.#queue = new ClientQueue(wanted.queue);
    const { plan } = wanted;
    this.#starter = new ThreadStarter(plan, () => this.#unfinished(), (n) => this.#start(n));
  }

  /** A client was put into the queue. */
  clientCame(): void {
    this.#queue.answerCall();
    this.#starter.clientCame();
  }

  /** Ends all threads. The sockets in which they may be blocked must be shut down already. */
  end(): void {
    this.#starter.end();
    endWorkers(this.#blocks.keys());
    this.#blocks.clear();
  }

  /** None when no thread is needed any more. */
  #unfinished(): number {
    const { isClosed, length, unfinished } = this.#queue;
    return isClosed && length === 0 ? -Infinity : unfinished;
  }

  /** Resolves when the code of the thread runs: to whether the system has allowed it. */
  #start(number: number): Promise<boolean> {
    const worker = tryToStartWorker(new URL("./client_worker.ts", import.meta.url));
    if (worker !== undefined) return this.#begin(worker, number);
    this.#queue.threadRefused();
    this.#outcomes.notice({ kind: "too-many-threads" });
    return Promise.resolve(false);
  }

  #begin(worker: Worker, number: number): Promise<boolean> {
    const block = this.#freeBlocks.pop() ?? this.#blocks.size + 1;
    this.#blocks.set(worker, block);
    this.#queue.threads = this.#blocks.size;
    worker.onerror = (event) => {
      event.preventDefault();
      this.#outcomes.failed(describeErrorEvent(event));
    };
    const { handler, listen: { recvSizeBytes }, stats, trace, descriptors, controls } = this.#setup;
    const { queue, plan } = this.#wanted;
    const rooms = this.#roomsOfThreads?.begin();
    if (rooms !== undefined) this.#rooms.set(worker, rooms);
    const threadSetup: ThreadSetup = {
      ...{ handler, recvSizeBytes, descriptors, controls, queue, plan, number },
      ...{ stats: threadMemory(stats), trace: threadMemory(trace) },
      ...{ statsBlock: block, rooms: rooms?.ofThread },
    };
    worker.postMessage(threadSetup, rooms?.transfer ?? []);
    return new Promise((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<FromThread>) => {
        if (data.kind === "begun") resolve(true);
        else if (data.kind === "notice") this.#outcomes.notice(data.notice);
        else if (data.kind === "ended") this.#ended(worker);
        else this.#outcomes.failed(data.reason);
      };
    });
  }

  #ended(worker: Worker): void {
    const block = this.#blocks.get(worker);
    if (block === undefined) return;
    this.#blocks.delete(worker);
    this.#freeBlocks.push(block);
    this.#queue.threads = this.#blocks.size;
    endWorkers([worker]); // also ends timers that a handler has left behind
    this.#rooms.get(worker)?.end();
    this.#rooms.delete(worker);
    this.#starter.threadEnded();
  }
}
