import { type LoopsThreadWanted, portsOf, type ServerSetup } from "../../context/protocol.ts";
import type { BegunRooms, RoomsOfThread, RoomsOfThreads } from "../../context/room_port.ts";
import { OWN } from "../handler/channel.ts";
import type { DescriptorRoom } from "../descriptor_room.ts";
import type { Notice } from "../../context/context.ts";
import type { FromThread } from "./thread.ts";
import {
  endWorkers,
  startWorker,
  startWorkerLater,
  tryToStartWorker,
} from "../../system/worker_life.ts";
import { describeErrorEvent } from "../../system/thrown.ts";

/** What the supervisor hears of the threads. */
interface Outcomes {
  notice(notice: Notice): void;
  /** A thread could not begin, and neither would another one. */
  failed(reason: string): void;
}

/** What a client's thread is started with: through the port it talks with the server. */
export interface ThreadPorts {
  readonly port: MessagePort;
  readonly rooms: RoomsOfThread | undefined;
}

/**
 * The Workers of threads that do not make the calls on their clients' sockets. The supervisor has them: one that is made
 * in a Worker, as the server is, takes Deno 2.9 a second to begin, and another one to end.
 */
export class ThreadWorkers {
  readonly #workers = new Map<number, Worker>();
  readonly #rooms = new Map<number, BegunRooms>();
  /** Given when the clients of all threads meet. */
  roomsOfThreads: RoomsOfThreads | undefined = undefined;

  /** Those that have begun for a loop: another one takes the place of any that ends. */
  readonly #begunForLoop = new Set<number>();
  #isOver = false;

  /** @param room where threads that start while there are clients find their descriptors */
  constructor(
    private readonly room: DescriptorRoom,
    private readonly outcomes: Outcomes,
  ) {}

  /**
   * Starts a thread.
   *
   * @param number by which it is to be ended
   * @param port through which it talks with the server
   */
  start(number: number, port: MessagePort): void {
    const worker = tryToStartWorker(new URL("./client_worker.ts", import.meta.url));
    if (worker === undefined) {
      port.postMessage({ name: "refused" } satisfies FromThread);
      return this.outcomes.notice({ kind: "too-many-threads" });
    }
    this.#add(number, worker);
    const { ofThread, transfer = [] } = this.#joinRooms(number) ?? {};
    worker.postMessage({ port, rooms: ofThread } satisfies ThreadPorts, [port, ...transfer]);
  }

  /**
   * Starts a thread that runs the handler for a loop, or the one that sends what those answer.
   *
   * @throws {OutOfThreadsError} when the system does not allow the first of its number
   */
  async startForLoop(thread: LoopsThreadWanted, server: ServerSetup): Promise<void> {
    const begun = await this.room.make(() => this.#isOver);
    const worker = await this.#workerForLoop(thread);
    if (worker === undefined) return begun();
    this.#startForLoop(worker, thread, server);
    if (thread.kind === "handler-thread-wanted") {
      await Atomics.waitAsync(new Int32Array(thread.wanted.channel.own), OWN.isReady, 0).value;
    }
    begun();
  }

  /** A loop needs all its threads to begin. Later, it waits where the system allows no other in the place of one. */
  async #workerForLoop(
    { kind, wanted: { number } }: LoopsThreadWanted,
  ): Promise<Worker | undefined> {
    const file = kind === "sender-wanted" ? "send_worker.ts" : "worker.ts";
    const url = new URL(`../handler/${file}`, import.meta.url);
    const isFirst = !this.#begunForLoop.has(number);
    this.#begunForLoop.add(number);
    if (isFirst && !this.#isOver) return startWorker(url);
    return await startWorkerLater(
      url,
      () => !this.#isOver,
      () => this.outcomes.notice({ kind: "too-many-threads" }),
    );
  }

  #startForLoop(worker: Worker, thread: LoopsThreadWanted, server: ServerSetup): void {
    const { handler, stats, trace, controls, descriptors } = server;
    const { kind, wanted, wanted: { number } } = thread;
    const isSender = kind === "sender-wanted";
    this.#add(number, worker);
    const { ofThread: rooms, transfer = [] } = (isSender ? undefined : this.#joinRooms(number)) ??
      {};
    const setup = { handler, stats, trace, controls, descriptors, wanted, rooms };
    worker.postMessage(setup, [...isSender ? [] : portsOf(wanted), ...transfer]);
  }

  #joinRooms(number: number): BegunRooms | undefined {
    const rooms = this.roomsOfThreads?.begin();
    if (rooms !== undefined) this.#rooms.set(number, rooms);
    return rooms;
  }

  #add(number: number, worker: Worker): void {
    worker.onerror = (event) => {
      event.preventDefault();
      this.outcomes.failed(describeErrorEvent(event));
    };
    this.#workers.set(number, worker);
  }

  /** Ends a thread, with timers that a handler has left behind. */
  end(number: number): void {
    const worker = this.#workers.get(number);
    if (worker !== undefined) endWorkers([worker]);
    this.#forget(number);
  }

  #forget(number: number): void {
    this.#workers.delete(number);
    this.#rooms.get(number)?.end();
    this.#rooms.delete(number);
  }

  endAll(): void {
    this.#isOver = true;
    endWorkers(this.#workers.values());
    for (const number of this.#workers.keys()) this.#forget(number);
  }
}
