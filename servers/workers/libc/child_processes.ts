import { CLIENT_SENDS, SERVER_WORKS, type Turn } from "../../sockets/interface.ts";
import { childCommand } from "../child_role.ts";
import {
  type ChildLimit,
  FIRST_CHILD_BLOCK,
  SUPERVISOR_BLOCK,
  workerOf,
} from "../../context/child_limit.ts";
import type { ClosableClients } from "../../context/closable_clients.ts";
import { Watchdog } from "../../system/watchdog.ts";
import { CHILD_DESCRIPTORS, type ChildClient, FINISH_SIGNAL } from "../child_protocol.ts";
import type { Notice } from "../../context/context.ts";
import type { ClientForChild } from "../../context/worker_context.ts";
import type { ServerSetup } from "../../context/protocol.ts";
import { openMemory } from "../../metrics/memory.ts";
import type { ProcessMemory } from "../../metrics/process_memory.ts";
import { NOTHING_RARE, Recorder } from "../../metrics/recorder.ts";
import { openCounters } from "../../metrics/counters.ts";
import type { DescriptorTable } from "../../sockets/libc/descriptor_table.ts";
import { formatAddress } from "../../sockets/interface.ts";
import { endOf, type ProcessEnd, spawn } from "../../system/spawn.ts";
import { systemCalls } from "../../system/system_calls.ts";
import { type ChildProcess, OwnChild, ProgramChild } from "./child_process.ts";
import { SpareChildren } from "./spare_children.ts";
import { describeThrown } from "../../system/thrown.ts";

/** Each spare costs this process a descriptor, so a part of them is left for clients on their way. */
const MAX_SPARES_SHARE = 0.5;
/** How long children without a client may take to end by themselves. */
const END_MS = 2_000;

const NOTHING = () => {};

/** The part of a server's setup that its children need. */
type ChildSetup = Pick<
  ServerSetup,
  "handler" | "listen" | "options" | "controls" | "idleTimeoutMs"
>;

/** The memory that children and their parent share. */
export interface ChildSharing {
  readonly limit: ChildLimit;
  readonly table: DescriptorTable;
  readonly memory: ProcessMemory;
}

/**
 * The children that inherit their client's socket: starts them, and waits for their ends, wait(2).
 */
export class ChildProcesses implements ClosableClients<ChildProcess> {
  readonly #setup: ChildSetup;
  readonly #sharing: ChildSharing;
  readonly #notify: (notice: Notice) => void;
  readonly #calls = systemCalls();
  readonly #recorder: Recorder;
  readonly #stats: ArrayBufferLike;
  readonly #spares: SpareChildren;
  readonly #serving = new Map<number, ChildProcess>();
  readonly #blocks = new Map<number, number>();
  readonly #freeBlocks: number[] = [];
  /** Watches other programs. A child that runs this executable ends with its parent, prctl(2). */
  readonly #watchdog: Watchdog | undefined;
  readonly #onSignal = () => this.#reap();
  #onEnded: () => void = NOTHING;

  constructor(
    setup: ChildSetup,
    sharing: ChildSharing,
    notify: (notice: Notice) => void,
  ) {
    this.#setup = setup;
    this.#sharing = sharing;
    this.#notify = notify;
    this.#stats = openMemory(sharing.memory.stats);
    const trace = openMemory(sharing.memory.trace);
    this.#recorder = new Recorder(this.#stats, trace, NOTHING_RARE, SUPERVISOR_BLOCK);
    this.#spares = new SpareChildren(
      Math.min(setup.options.spare, Math.floor(sharing.limit.max * MAX_SPARES_SHARE)),
      (input) => this.#spawnOwn(input, null),
      () => sharing.limit.sparesAreReady(),
    );
    this.#watchdog = setup.options.exec.length > 0 ? Watchdog.start() : undefined;
    Deno.addSignalListener("SIGCHLD", this.#onSignal);
  }

  /** Starts the spare children; when they are ready, the limit says so. */
  prepareSpares(): void {
    this.#spares.fill();
  }

  /** Gives a client to a child, and closes its descriptor here. */
  serve(client: ClientForChild): void {
    try {
      const child = this.#start(client);
      this.#serving.set(child.pid, child);
    } catch (error) {
      const reason = describeThrown(error);
      this.#notify({ kind: "client-failed", peer: formatAddress(client.peer), reason });
      this.#hasArrived(client);
      this.#served(client);
    }
  }

  all(): Iterable<ChildProcess> {
    return this.#serving.values();
  }

  activity(child: ChildProcess): number {
    return child.activity;
  }

  turn(child: ChildProcess): Turn {
    return child.mayOwe ? SERVER_WORKS : CLIENT_SENDS;
  }

  hasUnread(): boolean {
    return false; // `mayOwe` counts what the child has not received as received
  }

  stopListening(): void {
    this.#spares.dismiss();
  }

  finish(child: ChildProcess): void {
    child.finish();
  }

  dismiss(child: ChildProcess): void {
    if (!child.isDismissed) this.#recorder.dismissed(child.client);
    child.isDismissed = true;
    child.finish();
  }

  abort(child: ChildProcess): void {
    if (!child.wasKilled) this.#recorder.cutOff(child.client);
    child.kill();
  }

  /** Ends all children that are left, and resolves when there are none. */
  async end(): Promise<void> {
    this.stopListening();
    for (const child of this.#serving.values()) this.abort(child);
    const timer = setTimeout(() => this.#spares.kill(), END_MS);
    while (this.#serving.size + this.#spares.pids.length > 0) {
      await new Promise<void>((resolve) => this.#onEnded = resolve);
    }
    clearTimeout(timer);
    Deno.removeSignalListener("SIGCHLD", this.#onSignal);
    await this.#watchdog?.dismiss();
  }

  /** @throws {SystemCallError} when no process can be started */
  #start(client: ClientForChild): ChildProcess {
    const block = this.#freeBlocks.at(-1) ?? FIRST_CHILD_BLOCK + this.#blocks.size;
    const isProgram = this.#setup.options.exec.length > 0;
    const pid = isProgram ? this.#startProgram(client, block) : this.#startOwn(client, block);
    this.#blocks.set(pid, block);
    this.#freeBlocks.pop();
    return isProgram
      ? new ProgramChild(pid, client, this.#calls)
      : new OwnChild(pid, client, openCounters(this.#stats, block));
  }

  #startProgram(client: ClientForChild, block: number): number {
    const { descriptor } = client;
    const command = this.#setup.options.exec;
    const pid = spawn({ command, descriptors: [descriptor, descriptor] });
    this.#watchdog?.watch(pid);
    this.#hasArrived(client);
    this.#recorder.dispatched(client, workerOf(block)); // the program cannot record that itself
    return pid;
  }

  #startOwn(client: ClientForChild, block: number): number {
    const { id, peer, descriptor } = client;
    const childClient: ChildClient = { id, peer, block };
    const hasArrived = () => this.#hasArrived(client);
    const sparePid = this.#spares.send(descriptor, JSON.stringify(childClient), hasArrived);
    if (sparePid !== undefined) return sparePid;
    const pid = this.#spawnOwn(descriptor, childClient);
    hasArrived();
    return pid;
  }

  /** The client is the child's, and the parent closes its copy. */
  #hasArrived({ descriptor }: ClientForChild): void {
    this.#sharing.table.depart(descriptor);
    this.#calls.close(descriptor);
    this.#sharing.limit.arrived();
  }

  /** @throws {SystemCallError} when no process can be started */
  #spawnOwn(input: number, client: ChildClient | null): number {
    const { handler, listen: { recvSizeBytes } } = this.#setup;
    const { blocks } = this.#sharing.limit;
    const isWatched = this.#setup.controls !== undefined;
    const inherited = { parentPid: Deno.pid, blocks, isWatched, client };
    const idleTimeoutMs = this.#setup.idleTimeoutMs;
    const [program, args] = childCommand({ handler, recvSizeBytes, idleTimeoutMs, inherited });
    const descriptors: number[] = [];
    descriptors[CHILD_DESCRIPTORS.input] = input;
    descriptors[CHILD_DESCRIPTORS.output] = input;
    descriptors[CHILD_DESCRIPTORS.memory] = this.#sharing.memory.descriptor;
    return spawn({ command: [program, ...args], descriptors, blockedSignals: [FINISH_SIGNAL] });
  }

  /** Finds the children that have ended: signals do not queue, so one may stand for several, signal(7). */
  #reap(): void {
    for (const child of this.#serving.values()) {
      const end = endOf(child.pid);
      if (end !== undefined) this.#ended(child, end);
    }
    for (const pid of this.#spares.pids) {
      if (endOf(pid) !== undefined) this.#spares.ended(pid);
    }
    this.#onEnded();
  }

  #ended(child: ChildProcess, { code, signal }: ProcessEnd): void {
    const { pid, client, wasKilled } = child;
    child.ended();
    this.#watchdog?.release(pid);
    this.#serving.delete(pid);
    const block = this.#blocks.get(pid);
    if (block !== undefined) this.#freeBlocks.push(block);
    this.#blocks.delete(pid);
    if (this.#spares.hasLost(pid)) {
      if (!wasKilled) return this.serve(client); // it ended before it had its client
      this.#hasArrived(client);
    }
    this.#served(client);
    if (wasKilled || code === 0) return;
    this.#notify({ kind: "child-ended", peer: formatAddress(client.peer), pid, signal, code });
  }

  #served(client: ClientForChild): void {
    this.#recorder.closed(client);
    this.#sharing.table.servedElsewhere();
    this.#sharing.limit.giveBack();
  }
}
