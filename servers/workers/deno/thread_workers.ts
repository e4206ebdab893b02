import { type LoopsThreadWanted, portsOf, type ServerSetup } from "../../context/protocol.ts";
import type { BegunRooms, RoomsOfThread, RoomsOfThreads } from "../../context/room_port.ts";
import { OWN } from "../handler/channel.ts";
import type { DescriptorRoom } from "../descriptor_room.ts";
import { describeErrorEvent } from "../../system/thrown.ts";

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

  #isOver = false;

  /**
   * @param room where threads that start while there are clients find their descriptors
   * @param failed called when a thread could not begin, and neither would another one
   */
  constructor(
    private readonly room: DescriptorRoom,
    private readonly failed: (reason: string) => void,
  ) {}

  /**
   * Starts a thread.
   *
   * @param number by which it is to be ended
   * @param port through which it talks with the server
   */
  start(number: number, port: MessagePort): void {
    const worker = this.#add(number, new URL("./client_worker.ts", import.meta.url));
    const { ofThread, transfer = [] } = this.#joinRooms(number) ?? {};
    worker.postMessage({ port, rooms: ofThread } satisfies ThreadPorts, [port, ...transfer]);
  }

  /** Starts a thread that runs the handler for a loop, or the one that sends what those answer. */
  async startForLoop(thread: LoopsThreadWanted, server: ServerSetup): Promise<void> {
    const begun = await this.room.make(() => this.#isOver);
    if (this.#isOver) return begun();
    this.#startForLoop(thread, server);
    if (thread.kind === "handler-thread-wanted") {
      await Atomics.waitAsync(new Int32Array(thread.wanted.channel.own), OWN.isReady, 0).value;
    }
    begun();
  }

  #startForLoop(thread: LoopsThreadWanted, server: ServerSetup): void {
    const { handler, stats, trace, controls, descriptors } = server;
    const { kind, wanted, wanted: { number } } = thread;
    const isSender = kind === "sender-wanted";
    const file = isSender ? "send_worker.ts" : "worker.ts";
    const worker = this.#add(number, new URL(`../handler/${file}`, import.meta.url));
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

  #add(number: number, file: URL): Worker {
    const worker = new Worker(file, { type: "module" });
    worker.onerror = (event) => {
      event.preventDefault();
      this.failed(describeErrorEvent(event));
    };
    this.#workers.set(number, worker);
    return worker;
  }

  /** Ends a thread, with timers that a handler has left behind. */
  end(number: number): void {
    this.#workers.get(number)?.terminate();
    this.#workers.delete(number);
    this.#rooms.get(number)?.end();
    this.#rooms.delete(number);
  }

  endAll(): void {
    this.#isOver = true;
    for (const number of this.#workers.keys()) this.end(number);
  }
}
