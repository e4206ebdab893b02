import type { PreforkedChild, ServerContext } from "../../context/context.ts";
import type { ClientList, WorkersMemory } from "../../context/forked_workers.ts";
import { WatchedSession } from "../../context/watched_session.ts";
import type { WorkerContext } from "../../context/worker_context.ts";
import { Sessions } from "../../context/sessions.ts";
import type { Rooms } from "../../handlers/rooms.ts";
import type { Handler, Session } from "../../handlers/session.ts";
import type { Controls } from "../../metrics/controls.ts";
import { COUNTER } from "../../metrics/counters.ts";
import type { RareEvents } from "../../metrics/rare_recorder.ts";
import { Recorder } from "../../metrics/recorder.ts";
import type { TraceWriter } from "../../metrics/trace.ts";
import { type Connection, type Listener, LONGEST_WAIT_MS } from "../../sockets/interface.ts";
import type { LibcListener } from "../../sockets/libc/listener.ts";
import type { DescriptorTable } from "../../sockets/libc/descriptor_table.ts";
import { LibcSockets } from "../../sockets/libc/sockets.ts";
import type { Observed } from "../../sockets/observer.ts";
import { closeAllBut, exitNow, ownPid } from "../../system/fork.ts";
import type { SystemCalls } from "../../system/system_calls.ts";
import type { ChildRooms } from "./child_rooms.ts";
import type { ChildLink } from "./room_relay.ts";
import type { ClientChannel } from "./client_channel.ts";
import type { FileLock } from "../../system/file_lock.ts";
import { complain, FAILED, prepareForHandler, STANDARD_DESCRIPTORS } from "./forked_child.ts";

/** How often a child that is done looks whether the clients of closed connections have ended. */
const END_POLL_INTERVAL_MS = 5;

/** What the parent had, of which its children have a copy. */
export interface PreforkParent {
  readonly context: WorkerContext;
  readonly listener: LibcListener;
  readonly isHandlerFile: boolean;
  readonly workers: WorkersMemory;
  readonly stats: ArrayBufferLike;
  readonly trace: TraceWriter;
  readonly controls: Controls | undefined;
  /** Descriptors that its children keep. */
  readonly kept: readonly number[];
  readonly buffer: Uint8Array;
  /** The same for all, since V8 optimizes for the functions that it has seen. */
  readonly calls: SystemCalls;
  /** How many of them were made and are not counted yet, in an array of one. */
  readonly callCount: Float64Array;
  readonly lock: FileLock | undefined;
  readonly handler: Handler;
  readonly rooms: Rooms;
  /** The same, joined to those of other children; given when their clients meet. */
  readonly childRooms: ChildRooms | undefined;
  /** Whether a child has one client at a time, and blocks until the next one comes. */
  readonly servesOneAtATime: boolean;
}

/** What the parent has made for one child. */
export interface ChildPlace {
  /** See `ListedChild.number`. */
  readonly number: number;
  /** By which the parent ends a wait of the child's, eventfd(2). */
  readonly waker: number;
  /** Given where the parent passes clients. */
  readonly channel: ClientChannel | undefined;
  /** Its socket to the rooms of the others; given when their clients meet. */
  readonly link: ChildLink | undefined;
}

/** The child of a fork: this process, which has clients until its server stops. */
export class OwnPreforkedChild implements PreforkedChild {
  readonly context: ServerContext;
  readonly listener: Listener;
  readonly buffer: Uint8Array;
  readonly #parent: PreforkParent;
  readonly #place: ChildPlace;
  readonly #table: DescriptorTable;
  readonly #sockets: LibcSockets;
  readonly #recorder: WorkerRecorder;
  readonly #calls: SystemCalls;
  #status = 0;

  readonly #end: (status: number) => void;

  /**
   * Makes a child of this process.
   *
   * @throws {SystemCallError} when the system refuses what it needs
   */
  static begin(parent: PreforkParent, place: ChildPlace): OwnPreforkedChild {
    const { waker, channel, link } = place;
    const { listener, lock, kept } = parent;
    const descriptors = [waker, channel?.childSide, lock?.descriptor, link?.childSide, ...kept];
    // Where clients are passed, the listener is none of the child's business.
    if (channel === undefined) descriptors.push(listener.descriptor);
    const open = descriptors.filter((fd) => fd !== undefined);
    closeAllBut([...STANDARD_DESCRIPTORS, ...open].toSorted((a, b) => a - b));
    if (parent.isHandlerFile) prepareForHandler();
    return new OwnPreforkedChild(parent, place, exitNow);
  }

  /**
   * @param end called with the exit status when there will be no more clients
   * @throws {SystemCallError} when the system refuses what it needs
   */
  constructor(parent: PreforkParent, place: ChildPlace, end: (status: number) => void) {
    const { number, waker, channel, link } = place;
    const { listener, workers, context } = parent;
    this.#end = end;
    this.#parent = parent;
    this.#place = place;
    this.buffer = parent.buffer;
    this.#table = workers.descriptors(number);
    this.#calls = parent.calls;
    const recorder = this.#recorder = new WorkerRecorder(parent, number);
    const recvSizeBytes = context.recvSizeBytes;
    this.#sockets = new LibcSockets(recorder, this.#table, recvSizeBytes, this.#calls, waker);
    this.listener = channel === undefined ? this.#sockets.inherit(listener) : listener;
    if (link !== undefined) this.#joinRooms(link);
    const sessions = new Sessions(parent.handler, parent.rooms, context.clientFailed);
    const newSession = (connection: Connection) =>
      this.#watched(sessions.begin(connection), connection, recorder);
    this.context = {
      ...context,
      ...{ sockets: this.#sockets, listener: this.listener },
      newSession: (connection) =>
        link === undefined || !parent.servesOneAtATime
          ? newSession(connection)
          : this.#meeting(connection, () => newSession(connection)),
      clientFailed: (connection, error) => sessions.failed(connection, error),
      sleepThread: (ms) => this.#sleep(ms),
    };
  }

  #joinRooms({ childSide }: ChildLink): void {
    const { childRooms, servesOneAtATime } = this.#parent;
    if (childRooms === undefined) return;
    childRooms.descriptor = childSide;
    if (servesOneAtATime) this.#sockets.waitFor = childRooms.waitFor;
    else {
      childRooms.open();
      this.#sockets.heard = childRooms;
    }
  }

  /** The client meets the others until its connection is closed. Then the child blocks, and hears nothing. */
  #meeting(connection: Connection, begin: () => Session): Session {
    const rooms = this.#parent.childRooms;
    rooms?.open();
    const session = begin();
    const close = connection.close.bind(connection);
    connection.close = () => {
      close();
      rooms?.close();
    };
    return session;
  }

  lock(): void {
    while (!this.#parent.lock?.take()) {
      if (this.#table.stopping) return;
    }
  }

  unlock(): void {
    this.#parent.lock?.release();
  }

  receiveClient(): Connection | null {
    const { channel } = this.#place;
    if (channel === undefined) throw new Error("the parent passes no clients");
    this.#waitForEnds();
    channel.tellFree();
    for (;;) {
      const client = channel.receive();
      // Of a server that stops, the channel ends behind the last client.
      if (client === undefined) return null;
      if (client === "interrupted") continue;
      const connection = this.#sockets.adopt(client);
      this.#recorder.dispatched(connection);
      return connection;
    }
  }

  failed(error: unknown): void {
    complain(error);
    this.#status = FAILED;
  }

  exit(): void {
    this.#waitForEnds();
    this.#recorder.countCalls();
    this.#end(this.#status);
  }

  /** Until the clients of connections that this child has closed have ended as well. */
  #waitForEnds(): void {
    while (this.#sockets.connections.size > 0) this.#sockets.pause(END_POLL_INTERVAL_MS);
  }

  #watched(session: Session, { id }: Connection, recorder: Recorder): Session {
    const { controls, isHandlerFile } = this.#parent;
    if (controls === undefined) return session;
    return new WatchedSession(session, controls, recorder, id, isHandlerFile);
  }

  /** A signal interrupts it, so that a client whose answer is not due yet can be cut off. */
  #sleep(ms: number): void {
    const untilMs = performance.now() + ms;
    for (let leftMs = ms; leftMs > 0; leftMs = untilMs - performance.now()) {
      this.#calls.poll(null, 0, Math.ceil(Math.min(leftMs, LONGEST_WAIT_MS)));
      if ([...this.#table.clients()].some((fd) => this.#table.isCutOff(fd))) return;
    }
  }
}

/** Counts and traces what one worker does, and lists its clients, whom only its parent can report. */
class WorkerRecorder extends Recorder {
  readonly #clients: ClientList;
  readonly #number: number;
  readonly #pid = ownPid();
  readonly #callCount: Float64Array;

  constructor(parent: PreforkParent, number: number) {
    const { stats, trace, controls, context, workers, callCount } = parent;
    super(stats, trace, rareEvents(context), number, number, controls);
    this.#clients = workers.clients(number);
    this.#number = number;
    this.#callCount = callCount;
    callCount[0] = 0; // what the parent has made is its own
  }

  /** That the server waits is said by the parent, once for all. */
  override waiting(): void {}

  override accepted(client: Observed): void {
    super.accepted(client);
    this.dispatched(client);
  }

  override dispatched(client: Observed): void {
    this.#clients.add(client);
    super.dispatched(client, this.#number, this.#pid);
  }

  override closed(client: Observed): void {
    this.#clients.remove(client.id);
    super.closed(client);
    this.countCalls();
  }

  override wokeUp(scanned: number, ready: number): void {
    super.wokeUp(scanned, ready);
    this.countCalls();
  }

  /** The system calls since the last time. */
  countCalls(): void {
    this.counters[COUNTER.systemCalls] += this.#callCount[0];
    this.#callCount[0] = 0;
  }
}

function rareEvents({ notify, descriptorLimit: limit }: WorkerContext): RareEvents {
  return {
    beganToWait() {},
    outOfDescriptors: () => notify({ kind: "out-of-descriptors", limit }),
    beyondFdSetSize() {},
    acceptFailed: (error) => notify({ kind: "accept-failed", reason: error.message }),
    isIdle: () => false,
  };
}
