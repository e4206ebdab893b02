import type { Notice } from "../context/context.ts";
import { OutOfThreadsError } from "../../cli/errors.ts";
import type { FromServer, ServerSetup, ToServer, WorkerShare } from "../context/protocol.ts";
import type { RoomsOfThreads } from "../context/room_port.ts";
import { COUNTER, openCounters } from "../metrics/counters.ts";
import { openMemory } from "../metrics/memory.ts";
import { describeErrorEvent } from "../system/thrown.ts";
import { endWorkers, startWorker, startWorkerLater } from "../system/worker_life.ts";
import type { DescriptorRoom } from "../workers/descriptor_room.ts";

/** How long nobody takes the place of a worker that has served no client since it took another's. */
const REST_MS = 1_000;

/** What each of them runs. */
const MODULE = new URL("./worker.ts", import.meta.url);

/** What the supervisor hears of the workers. */
interface Outcomes {
  notice(notice: Notice): void;
  /** A worker could not begin, and neither would another one; or a model has asked to be stopped. */
  hear(message: FromServer): void;
  /** The system allows no more threads, and a server needs all its workers to begin. */
  refused(error: Error): void;
  /** All wait for clients. */
  wait(): void;
  /** The server is stopping, and all have ended. */
  ended(): void;
}

/** The workers of a model: see {@linkcode ServerContext.startWorkers}. */
export class ModelWorkers {
  readonly #setup: ServerSetup;
  readonly #outcomes: Outcomes;
  readonly #isStopping: () => boolean;
  readonly #rooms: RoomsOfThreads | undefined;
  readonly #room: DescriptorRoom;
  readonly #toStart: WorkerShare[];
  readonly #running = new Map<number, Worker>();
  /** How many have yet to wait for clients for the first time. */
  #missing: number;
  #starting = 0;
  #isOver = false;

  /**
   * Starts them, as many at a time as there are processors.
   *
   * @param isStopping whether the server is stopping, so that nobody takes the place of a worker
   * @param room where those that take the place of others find their descriptors
   * @param rooms given when the clients of all workers meet
   */
  constructor(
    shares: readonly WorkerShare[],
    setup: ServerSetup,
    isStopping: () => boolean,
    room: DescriptorRoom,
    rooms: RoomsOfThreads | undefined,
    outcomes: Outcomes,
  ) {
    this.#rooms = rooms;
    this.#setup = setup;
    this.#outcomes = outcomes;
    this.#isStopping = isStopping;
    this.#room = room;
    this.#toStart = [...shares];
    this.#missing = shares.length;
    this.#startSome();
  }

  /** Tells all of them. Those that block in the system's calls do not hear it. */
  tell(message: ToServer): void {
    for (const worker of this.#running.values()) worker.postMessage(message);
  }

  /** Ends all of them. */
  end(): void {
    this.#isOver = true;
    endWorkers(this.#running.values());
    this.#running.clear();
  }

  #startSome(): void {
    while (this.#starting < navigator.hardwareConcurrency && this.#toStart.length > 0) {
      this.#starting++;
      const [share] = this.#toStart.splice(0, 1);
      let worker;
      try {
        worker = startWorker(MODULE);
      } catch (error) {
        if (!(error instanceof OutOfThreadsError)) throw error;
        return this.#outcomes.refused(error);
      }
      this.#start(share, worker, () => {
        this.#starting--;
        this.#startSome();
        if (--this.#missing === 0) this.#outcomes.wait();
      });
    }
  }

  /**
   * @param began called when it waits for clients
   * @param ended called when it has failed
   */
  #start(share: WorkerShare, worker: Worker, began: () => void, ended = () => {}): void {
    const receivedBefore = this.#received(share);
    const rooms = this.#rooms?.begin();
    this.#running.set(share.number, worker);
    const failed = (detail: string, hasPaused = false) => {
      endWorkers([worker]);
      rooms?.end();
      ended();
      if (this.#isOver) return;
      const received = this.#received(share);
      // Where none has ever served anybody, the next one would fail again.
      if (received === 0) this.#outcomes.hear({ kind: "crashed", detail });
      else {
        const restMs = received > receivedBefore ? 0 : REST_MS;
        this.#replace(share, detail, restMs).then(() => hasPaused && this.#room.resume());
      }
    };
    worker.onerror = (event) => {
      event.preventDefault();
      failed(describeErrorEvent(event));
    };
    worker.onmessage = ({ data }: MessageEvent<FromServer>) => {
      if (data.kind === "listening") began();
      else if (data.kind === "notice") this.#outcomes.notice(data.notice);
      else if (data.kind === "stopped") this.#ended(share, worker);
      else if (data.kind === "crashed") failed(data.detail, data.hasPaused);
      else if (data.kind === "failed" && receivedBefore > 0) failed(data.failure.detail);
      else if (data.kind !== "stop-heard") this.#outcomes.hear(data);
    };
    const setup = { ...this.#setup, worker: share, rooms: rooms?.ofThread };
    worker.postMessage({ kind: "start", setup } satisfies ToServer, rooms?.transfer ?? []);
  }

  #received({ number }: WorkerShare): number {
    return openCounters(openMemory(this.#setup.stats), number)[COUNTER.recvs];
  }

  async #replace(share: WorkerShare, reason: string, restMs: number): Promise<void> {
    this.#outcomes.notice({ kind: "worker-failed", worker: share.number, reason });
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
    const begun = await this.#room.make(this.#isNeededNoMore);
    const worker = await startWorkerLater(
      MODULE,
      () => !this.#isNeededNoMore(),
      () => this.#outcomes.notice({ kind: "too-many-threads" }),
    );
    if (worker !== undefined) return this.#start(share, worker, begun, begun);
    begun();
    this.#ended(share, undefined);
  }

  readonly #isNeededNoMore = () => this.#isOver || this.#isStopping();

  #ended({ number }: WorkerShare, worker: Worker | undefined): void {
    if (worker !== undefined) endWorkers([worker]);
    this.#running.delete(number);
    if (this.#running.size === 0) this.#outcomes.ended();
  }
}
