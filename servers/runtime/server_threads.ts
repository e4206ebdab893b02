/**
 * The threads of a server, as its supervisor has them. Loaded only for a model that has some.
 *
 * @module
 */

import type { Notice } from "../context/context.ts";
import type { FromServer, ServerSetup, ToServer, WorkerShare } from "../context/protocol.ts";
import type { RoomsOfThreads } from "../context/room_port.ts";
import { maxThreads } from "../context/worker_limit.ts";
import { sharesRooms } from "../handlers/traits.ts";
import { modelEntry, whyNothingIsShared } from "../registry.ts";
import { DescriptorTable } from "../sockets/libc/descriptor_table.ts";
import { ThreadWorkers } from "../workers/deno/thread_workers.ts";
import { DescriptorRoom } from "../workers/descriptor_room.ts";
import { ClientThreads } from "../workers/libc/client_threads.ts";
import { ModelWorkers } from "./model_workers.ts";

/** What the supervisor has to do with the threads. */
interface Supervisor {
  notice(notice: Notice): void;
  /** A thread could not begin, and neither would another one. */
  failed(reason: string): void;
  /** The system allows no more threads, and the server needs them to begin. */
  refused(error: Error): void;
  /** A worker has something to say that is the whole server's affair. */
  hear(message: FromServer): void;
  tellServer(message: ToServer): void;
  /** Whether the server is stopping. */
  isStopping(): boolean;
}

/** Makes and ends the threads that the server asks for. */
export class ServerThreads {
  readonly #setup: ServerSetup;
  readonly #supervisor: Supervisor;
  readonly #room: DescriptorRoom;
  /** Given when their clients meet. */
  readonly #rooms: RoomsOfThreads | undefined;
  /** The threads that make no calls on sockets, and those that make the system's. */
  readonly #threadWorkers: ThreadWorkers;
  #clientThreads: ClientThreads | undefined = undefined;
  #workers: ModelWorkers | undefined = undefined;

  /** The code that joins the rooms of several threads is loaded only where clients meet. */
  static async of(setup: ServerSetup, supervisor: Supervisor): Promise<ServerThreads> {
    const why = whyNothingIsShared(setup.model);
    if (why === undefined || !sharesRooms(setup.handler.name)) {
      return new ServerThreads(setup, supervisor, undefined);
    }
    const { RoomsOfThreads } = await import("../context/room_port.ts");
    return new ServerThreads(setup, supervisor, new RoomsOfThreads(why));
  }

  private constructor(
    setup: ServerSetup,
    supervisor: Supervisor,
    rooms: RoomsOfThreads | undefined,
  ) {
    this.#setup = setup;
    this.#supervisor = supervisor;
    const { count } = new DescriptorTable(setup.descriptors);
    this.#room = new DescriptorRoom(count, acceptorsOf(setup));
    this.#threadWorkers = new ThreadWorkers(this.#room, supervisor);
    this.#rooms = this.#threadWorkers.roomsOfThreads = rooms;
  }

  /** Takes a message of the server that is about its threads; others are ignored. */
  hear(message: FromServer): void {
    switch (message.kind) {
      case "thread-wanted":
        return this.#threadWorkers.start(message.number, message.port);
      case "handler-thread-wanted":
      case "sender-wanted":
        this.#threadWorkers.startForLoop(message, this.#setup).catch(this.#supervisor.refused);
        return;
      case "thread-over":
        return this.#threadWorkers.end(message.number);
      case "threads-wanted":
        this.#clientThreads = new ClientThreads(
          message.wanted,
          this.#setup,
          this.#rooms,
          this.#supervisor,
        );
        return;
      case "client-came":
        return this.#clientThreads?.clientCame();
      case "workers-wanted":
        this.#workers = this.#makeWorkers(message.shares);
    }
  }

  #makeWorkers(shares: readonly WorkerShare[]): ModelWorkers {
    const supervisor = this.#supervisor;
    const { isStopping } = supervisor;
    return new ModelWorkers(shares, this.#setup, isStopping, this.#room, this.#rooms, {
      notice: (notice) => supervisor.notice(notice),
      hear: (message) => supervisor.hear(message),
      refused: (error) => supervisor.refused(error),
      wait: () => supervisor.tellServer({ kind: "workers-wait" }),
      ended: () => supervisor.tellServer({ kind: "workers-ended" }),
    });
  }

  /** Tells the workers of the model. */
  tell(message: ToServer): void {
    this.#workers?.tell(message);
  }

  end(): void {
    this.#threadWorkers.endAll();
    this.#clientThreads?.end();
    this.#workers?.end();
  }
}

/**
 * How many accepts may be under way that nobody can keep from taking a descriptor: on Deno's sockets, one
 * of each thread that listens.
 */
function acceptorsOf({ sockets, model, options, descriptorLimit }: ServerSetup): number {
  if (sockets !== "deno") return 0;
  if (modelEntry(model).workersListen !== true) return 1;
  return Math.min(options.workers, maxThreads(descriptorLimit));
}
