import type { Children } from "../../context/context.ts";
import type { WorkerContext } from "../../context/worker_context.ts";
import { DESCRIPTORS_PER_CHILD, maxWorkers, WorkerLimit } from "../../context/worker_limit.ts";
import {
  CLIENT_SENDS,
  ConnectionReset,
  SERVER_WORKS,
  WOULD_BLOCK,
} from "../../sockets/interface.ts";
import type { Connection } from "../../sockets/interface.ts";
import { Watchdog } from "../../system/watchdog.ts";
import { RoomHub } from "../../handlers/room_hub.ts";
import type { Rooms } from "../../handlers/rooms.ts";
import { sharesRooms } from "../../handlers/traits.ts";
import { Child, type RoomsOfChildren } from "./child.ts";

/** Children with a pipe each way. This process carries the bytes between the pipes and the client. */
export class DenoChildren implements Children {
  readonly #context: WorkerContext;
  readonly #workerLimit: WorkerLimit;
  readonly #spares: Promise<Child>[] = [];
  readonly #all = new Set<Child>();
  readonly #watchdog = Watchdog.start();
  #ending = false;

  readonly #rooms: RoomsOfChildren | undefined;

  private constructor(context: WorkerContext, rooms: RoomsOfChildren | undefined) {
    this.#rooms = rooms;
    this.#context = context;
    this.#workerLimit = new WorkerLimit(
      context,
      maxWorkers(context.descriptorLimit, DESCRIPTORS_PER_CHILD),
    );
  }

  /** Starts the spare children, and resolves when all are ready. */
  static async start(
    context: WorkerContext,
    { whyNothingIsShared }: Rooms,
  ): Promise<DenoChildren> {
    const meet = sharesRooms(context.handler.name);
    const rooms = meet ? { hub: new RoomHub(), whyNothingIsShared } : undefined;
    const children = new DenoChildren(context, rooms);
    children.#refill();
    await Promise.all(children.#spares);
    return children;
  }

  async available(): Promise<void> {
    if (this.#spares.length === 0) await this.#workerLimit.free();
  }

  async serve(connection: Connection): Promise<void> {
    let child: Child | undefined;
    try {
      child = await this.#take();
      this.#context.dispatched(connection, child.number, child.pid);
      child.take(connection);
      await Promise.all([
        carryToChild(this.#context, connection, child),
        carryFromChild(child, connection),
      ]);
    } catch (error) {
      this.#context.clientFailed(connection, error);
    } finally {
      connection.close();
      await child?.end(connection.peer);
    }
  }

  async end(): Promise<void> {
    await this.#context.sockets.allClosed();
    this.#ending = true;
    await Promise.all([...this.#all].map((child) => child.end(undefined)));
    await this.#watchdog?.dismiss();
  }

  /**
   * Takes a spare child, or starts one.
   *
   * @throws when no process can be started
   */
  async #take(): Promise<Child> {
    const child = this.#spares.shift() ?? this.#start();
    this.#refill();
    return await child;
  }

  #refill(): void {
    const { options, sockets } = this.#context;
    while (
      sockets.serving && !this.#ending && this.#spares.length < options.spare &&
      !this.#workerLimit.isFull
    ) {
      const spare = this.#start();
      spare.catch(() => {}); // reported when a client takes it
      this.#spares.push(spare);
    }
  }

  /** Replaces a spare child that has ended. */
  async #dropSpare(child: Child): Promise<void> {
    for (const spare of [...this.#spares]) {
      if (await spare.catch(() => child) === child) {
        const index = this.#spares.indexOf(spare);
        if (index >= 0) this.#spares.splice(index, 1);
      }
    }
    this.#refill();
  }

  async #start(): Promise<Child> {
    const number = this.#workerLimit.take();
    let child: Child;
    try {
      child = new Child(this.#context, number, this.#rooms);
    } catch (error) {
      this.#workerLimit.giveBack(number);
      throw error;
    }
    this.#all.add(child);
    this.#watchdog?.watch(child.pid);
    let isReady = false;
    child.ended.then(() => {
      this.#all.delete(child);
      this.#watchdog?.release(child.pid);
      this.#workerLimit.giveBack(number);
      // One that fails at its start would fail again. The client that takes it gets the error instead.
      if (child.runsUs && isReady) this.#dropSpare(child);
    });
    await child.ready();
    isReady = true;
    return child;
  }
}

/** Gives the child what the client sends, until either of them ends. */
async function carryToChild(
  { sockets, recvSizeBytes }: WorkerContext,
  connection: Connection,
  child: Child,
): Promise<void> {
  try {
    for (;;) {
      const chunk = connection.tryRecv(recvSizeBytes);
      // The chunk is good until the next call, and the child has it by then.
      if (chunk === WOULD_BLOCK) {
        connection.turn = child.mayOwe ? SERVER_WORKS : CLIENT_SENDS;
        await sockets.readable(connection);
      } else if (chunk.length === 0 || !await child.write(chunk)) return;
    }
  } catch (error) {
    if (connection.explain(error) instanceof ConnectionReset) child.reset();
    throw error;
  } finally {
    await child.closeInput();
  }
}

/** Sends the client what the child answers, until the child closes its output. */
async function carryFromChild(child: Child, connection: Connection): Promise<void> {
  try {
    for await (const bytes of child.output()) {
      child.isSending = true;
      await connection.send(bytes);
      child.isSending = false;
      connection.turn = child.mayOwe ? SERVER_WORKS : CLIENT_SENDS;
    }
    if (await child.endedForSilence()) connection.dismiss();
  } finally {
    connection.close(); // the child sends no more, and the other direction ends too
  }
}
