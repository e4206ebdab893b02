import type { ChildTable } from "../../context/child_table.ts";
import { type ForkedChild, type ForkedChildren, INTERRUPTED } from "../../context/context.ts";
import type { ServerSetup } from "../../context/protocol.ts";
import type { WorkerContext } from "../../context/worker_context.ts";
import type { ProcessMemory, ProcessMemorySizes } from "../../metrics/process_memory.ts";
import type { Recorder } from "../../metrics/recorder.ts";
import { type Connection, EPOLLIN, formatAddress } from "../../sockets/interface.ts";
import { LibcConnection } from "../../sockets/libc/connection.ts";
import type { DescriptorTable } from "../../sockets/libc/descriptor_table.ts";
import { handleByInterrupting } from "../../sockets/libc/interruption.ts";
import { asLibcPollable } from "../../sockets/libc/connection_context.ts";
import { signalDescriptor } from "../../system/signals.ts";
import { anyEnd, type ProcessEnd, spawn } from "../../system/spawn.ts";
import { ERRNO, SystemCallError } from "../../system/system_interface.ts";
import { type SystemCalls, systemCalls } from "../../system/system_calls.ts";
import { CHILD_DESCRIPTORS, FINISH_SIGNAL } from "../child_protocol.ts";
import type { childCommand } from "../child_role.ts";
import { ChildList } from "./child_list.ts";
import { ChildProcess, ProgramProcess } from "./child_process.ts";
import { type ForkParent, OwnForkedChild } from "./forked_child.ts";
import type { NumberedClient } from "./own_client.ts";
import type { ChildLink, RoomRelay } from "./room_relay.ts";

/** How often a child is told to end its client: the signal may come between two calls. */
const TELL_AGAIN_MS = 25;
/** After how long the listener is asked again when it has rested. */
const RETRY_MS = 1_000;
/** Several times `struct signalfd_siginfo`, signalfd(2). */
const SIGNALS_BYTES = 8 * 128;

/** What the children of a server are made of. */
export interface Forking extends ForkParent {
  readonly context: WorkerContext;
  readonly setup: Pick<ServerSetup, "handler" | "listen" | "options" | "idleTimeoutMs">;
  readonly memory: Pick<ProcessMemory, "descriptor">;
  /** fork(2) */
  fork(): number;
  /** Given when the handler needs an event loop: the command of a child that has one. */
  readonly makeCommand: typeof childCommand | undefined;
  readonly sizes: ProcessMemorySizes;
  readonly table: ChildTable;
  readonly maxChildren: number;
  /** Passes on what the children's clients say to each other; given when they do. */
  readonly relay: RoomRelay | undefined;
  readonly descriptors: DescriptorTable;
  readonly recorder: Recorder;
  /** Another program must not outlive the supervisor, which watches over it. */
  programStarted(pid: number): void;
  programEnded(pid: number): void;
}

/** The children of a server that forks, in the process that forks them. */
export class LibcForkedChildren implements ForkedChildren {
  readonly #forking: Forking;
  readonly #calls: SystemCalls = systemCalls();
  readonly #signals: number;
  readonly #signalled = new Uint8Array(SIGNALS_BYTES);
  readonly #watched: Int32Array;
  readonly #children = new ChildList();
  /** Children that were told to end their client. */
  readonly #finishing = new Set<ChildProcess>();
  readonly #freeNumbers: number[] = [];

  /** @param signals the descriptor at which it hears them, signalfd(2) */
  constructor(forking: Forking, signals = signalDescriptor(["SIGCHLD", FINISH_SIGNAL])) {
    this.#forking = forking;
    this.#signals = signals;
    const relay = forking.relay?.descriptor ?? -1;
    this.#watched = Int32Array.of(this.#signals, EPOLLIN, -1, EPOLLIN, relay, EPOLLIN);
    handleByInterrupting(FINISH_SIGNAL); // of children, which unblock it
    forking.table.serverPid = Deno.pid;
  }

  accept(): Connection | typeof INTERRUPTED | null {
    const { context: { listener }, maxChildren } = this.#forking;
    for (;;) {
      this.#obey();
      const isFull = this.#children.size >= maxChildren;
      if (isFull) this.#forking.context.clientsLimited(maxChildren);
      const connection = isFull && !this.#forking.descriptors.stopping
        ? null
        : listener.tryAccept();
      if (connection !== null) return connection;
      if (this.#forking.descriptors.stopping) return null;
      if (this.#wait(isFull ? -1 : asLibcPollable(listener).descriptor)) return INTERRUPTED;
    }
  }

  fork(connection: Connection): ForkedChild | undefined {
    if (!(connection instanceof LibcConnection)) throw new Error("a connection of another kind");
    const { id, peer, descriptor } = connection;
    const client = { id, peer, number: this.#freeNumbers.pop() ?? this.#children.size + 1 };
    const started = this.#start(client, connection);
    if (started === undefined) return undefined;
    const { pid, link } = started;
    if (pid === 0) {
      return OwnForkedChild.begin(descriptor, client, this.#forking, link?.childSide);
    }
    if (link !== undefined) this.#forking.relay?.begun(link, true);
    const child = this.#childOf(pid, client, descriptor);
    child.link = link;
    this.#children.add(child);
    this.#forking.table.add({ pid, number: client.number });
  }

  closeCopy(connection: Connection): void {
    if (!(connection instanceof LibcConnection)) throw new Error("a connection of another kind");
    if (connection.descriptor < 0) return; // no child has it
    this.#forking.descriptors.depart(connection.descriptor);
    this.#calls.close(connection.detach());
  }

  wait(): boolean {
    const end = anyEnd();
    if (end === undefined) return false;
    const child = this.#children.take(end.pid);
    if (child !== undefined) this.#ended(child, end);
    return true;
  }

  waitForAll(): void {
    while (this.#children.size > 0) {
      this.#wait(-1);
      while (this.wait());
    }
  }

  /** @returns the process id of the child, 0 in the child itself; `undefined` when there can be none */
  #start(
    client: NumberedClient,
    connection: LibcConnection,
  ): { pid: number; link: ChildLink | undefined } | undefined {
    const { relay, context } = this.#forking;
    let link: ChildLink | undefined;
    try {
      link = relay?.begin();
      return { pid: this.#startProcess(client, connection.descriptor, link?.childSide), link };
    } catch (error) {
      if (link !== undefined) relay?.begun(link, false);
      this.#freeNumbers.push(client.number);
      if (isOutOfProcesses(error)) context.notify({ kind: "too-many-processes" });
      else context.clientFailed(connection, error);
      connection.close();
    }
  }

  /** @throws {SystemCallError} when no process can be started */
  #startProcess(client: NumberedClient, descriptor: number, link: number | undefined): number {
    const { setup: { options: { exec } }, makeCommand } = this.#forking;
    if (exec.length > 0) return this.#spawnProgram(exec, client, descriptor);
    if (makeCommand === undefined) return this.#forking.fork();
    return this.#spawnRuntime(makeCommand, client, descriptor, link);
  }

  #childOf(pid: number, client: NumberedClient, descriptor: number): ChildProcess {
    const { setup: { options: { exec } }, makeCommand } = this.#forking;
    if (exec.length > 0) return new ProgramProcess(pid, client);
    const inherited = makeCommand === undefined ? descriptor : CHILD_DESCRIPTORS.input;
    return new ChildProcess(pid, client, inherited);
  }

  /** @throws {SystemCallError} when no process can be started */
  #spawnProgram(command: readonly string[], client: NumberedClient, descriptor: number): number {
    const pid = spawn({
      command,
      descriptors: [descriptor, descriptor],
      staysInSession: true,
    });
    this.#forking.programStarted(pid);
    // The program cannot record that itself.
    this.#forking.recorder.dispatched(client, client.number, pid);
    return pid;
  }

  /** @throws {SystemCallError} when no process can be started */
  #spawnRuntime(
    makeCommand: typeof childCommand,
    client: NumberedClient,
    descriptor: number,
    link: number | undefined,
  ): number {
    const { setup: { handler, listen, idleTimeoutMs }, isWatched, memory, sizes } = this.#forking;
    const hasRooms = link !== undefined;
    const inherited = { parentPid: Deno.pid, memory: sizes, isWatched, client, hasRooms };
    const { recvSizeBytes } = listen;
    const { whyNothingIsShared } = this.#forking.rooms;
    const options = { handler, recvSizeBytes, idleTimeoutMs, whyNothingIsShared, inherited };
    const [program, args] = makeCommand(options);
    const descriptors: number[] = [];
    descriptors[CHILD_DESCRIPTORS.input] = descriptor;
    descriptors[CHILD_DESCRIPTORS.output] = descriptor;
    descriptors[CHILD_DESCRIPTORS.memory] = memory.descriptor;
    if (hasRooms) descriptors[CHILD_DESCRIPTORS.rooms] = link;
    return spawn({
      ...{ command: [program, ...args], descriptors },
      ...{ blockedSignals: [FINISH_SIGNAL], staysInSession: true },
    });
  }

  /**
   * Blocks until a signal comes, or `listener` is readable.
   *
   * @returns whether a child may have ended
   */
  #wait(listener: number): boolean {
    this.#watched[2] = listener;
    const isResting = listener < 0 && !this.#forking.descriptors.stopping;
    const timeoutMs = this.#finishing.size > 0 ? TELL_AGAIN_MS : isResting ? RETRY_MS : -1;
    this.#calls.poll(this.#watched, this.#watched.length / 2, timeoutMs);
    if (this.#watched[5] >>> 16 !== 0) this.#forking.relay?.relay();
    for (const child of this.#finishing) child.finish();
    // All that they say is to look.
    const signals = this.#calls.read(this.#signals, this.#signalled, SIGNALS_BYTES);
    this.#obey();
    return signals > 0;
  }

  /** Does what the supervisor wants. */
  #obey(): void {
    const { table, context: { sockets }, descriptors } = this.#forking;
    if (table.isStopping && !descriptors.stopping) sockets.stopListening();
    if (!table.takeRequested()) return;
    for (const child of this.#children) this.#obeyFor(child);
  }

  #obeyFor(child: ChildProcess): void {
    const { table, recorder } = this.#forking;
    const request = table.requestFor(child.client.number);
    if (request === "none") return;
    if (request === "abort") {
      if (!child.wasKilled) recorder.cutOff(child.client);
      return child.kill();
    }
    if (request === "dismiss" && !child.isDismissed) {
      child.isDismissed = true;
      recorder.dismissed(child.client);
    }
    if (this.#finishing.has(child)) return;
    this.#finishing.add(child);
    child.finish();
  }

  #ended(child: ChildProcess, { code, signal }: ProcessEnd): void {
    const { table, recorder, descriptors, context } = this.#forking;
    const { pid, client, wasKilled, link } = child;
    if (link !== undefined) this.#forking.relay?.ended(link);
    this.#finishing.delete(child);
    this.#freeNumbers.push(client.number);
    table.remove(client.number);
    if (child instanceof ProgramProcess) this.#forking.programEnded(pid);
    recorder.closed(client);
    descriptors.servedElsewhere();
    if (wasKilled || code === 0) return;
    context.notify({ kind: "child-ended", peer: formatAddress(client.peer), pid, signal, code });
  }
}

/** fork(2) and posix_spawn(3): a limit of the user or of the system is reached. */
function isOutOfProcesses(error: unknown): boolean {
  return error instanceof SystemCallError && error.errno === ERRNO.EAGAIN;
}
