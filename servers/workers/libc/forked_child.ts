import type { ChildTable } from "../../context/child_table.ts";
import type { ForkedChild } from "../../context/context.ts";
import type { WorkerContext } from "../../context/worker_context.ts";
import { Sessions } from "../../context/sessions.ts";
import type { Rooms } from "../../handlers/rooms.ts";
import type { Handler, Session } from "../../handlers/session.ts";
import { type Connection, ConnectionReset } from "../../sockets/interface.ts";
import type { LibcConnection } from "../../sockets/libc/connection.ts";
import { endWithParent, unblock } from "../../sockets/libc/interruption.ts";
import { closeAllBut, exitNow, leadGroup, ownPid, parentPid } from "../../system/fork.ts";
import { systemCalls } from "../../system/system_calls.ts";
import { describeThrown } from "../../system/thrown.ts";
import type { ChildRooms } from "./child_rooms.ts";
import type { ClientServing, NumberedClient, OwnClient, Records } from "./own_client.ts";

/** <unistd.h> */
export const STANDARD_DESCRIPTORS = [0, 1, 2];
const STDERR = 2;
/** The exit status of a child whose handler has failed. */
export const FAILED = 1;

/** What the parent had, of which the child has a copy. */
export interface ForkParent {
  readonly context: Pick<WorkerContext, "sleepThread">;
  readonly isHandlerFile: boolean;
  /** Whether a view may make the handler cost more. */
  readonly isWatched: boolean;
  readonly serving: ClientServing;
  /** The set of signals that a child unblocks. */
  readonly signals: Uint8Array<ArrayBuffer>;
  readonly table: Pick<ChildTable, "serverPid">;
  readonly handler: Handler;
  readonly rooms: Rooms;
  /** The same, joined to those of other children; given when their clients meet. */
  readonly childRooms: ChildRooms | undefined;
  /** Where the child counts and traces. */
  readonly records: Records;
}

/**
 * Makes a child of this process. It ends with the parent, leads a group of its own, and is no server
 * any more, whatever fails.
 */
export function beginChild<Child>(
  { table, signals }: Pick<ForkParent, "table" | "signals">,
  make: () => Child,
): Child {
  try {
    endWithParent();
    if (parentPid() !== table.serverPid) exitNow(0); // the parent had ended before that
    leadGroup();
    unblock(signals);
    return make();
  } catch (error) {
    complain(error);
    exitNow(FAILED);
  }
}

/** What a handler could not do without an event loop, besides what Deno has a `…Sync` of. */
const NEED_EVENT_LOOP = ["setTimeout", "setInterval", "fetch", "Worker", "WebSocket"];
const NEED_EVENT_LOOP_OF_DENO = ["Command", "connect", "connectTls", "listen", "serve"];

/** The child of a fork: this process, which has nothing to do but to serve its client. */
export class OwnForkedChild implements ForkedChild {
  readonly connection: LibcConnection;
  readonly session: Session;
  readonly buffer: Uint8Array;
  readonly #own: OwnClient;
  readonly #descriptor: number;
  readonly #sleep: (ms: number) => void;
  readonly #sessions: Sessions;
  #status = 0;

  /**
   * Makes a child of this process, see {@linkcode beginChild}.
   *
   * @param link the descriptor of its socket to the parent, if their clients meet
   */
  static begin(
    descriptor: number,
    client: NumberedClient,
    parent: ForkParent,
    link: number | undefined,
  ): OwnForkedChild {
    return beginChild(parent, () => new OwnForkedChild(descriptor, client, parent, link));
  }

  private constructor(
    descriptor: number,
    client: NumberedClient,
    parent: ForkParent,
    private readonly link: number | undefined,
  ) {
    if (parent.childRooms !== undefined && link !== undefined) {
      parent.childRooms.descriptor = link;
      parent.childRooms.open();
    }
    this.#own = parent.serving.begin(descriptor, client, ownPid(), parent.records);
    this.connection = this.#own.connection;
    this.#sessions = new Sessions(
      parent.handler,
      parent.rooms,
      (connection, error) => this.#complainOf(connection, error),
    );
    const session = this.#sessions.begin(this.connection);
    this.session = parent.isWatched ? this.#own.watched(session) : session;
    this.buffer = parent.serving.buffer;
    this.#descriptor = descriptor;
    if (parent.isHandlerFile) prepareForHandler();
    this.#sleep = (ms) => parent.context.sleepThread(ms);
  }

  closeInherited(): void {
    const { link } = this;
    const own = this.#descriptor;
    const [input, output, errors] = STANDARD_DESCRIPTORS;
    const kept = link === undefined
      ? [input, output, errors, own]
      : [input, output, errors, own, link].sort((a, b) => a - b);
    closeAllBut(kept);
  }

  sleep(ms: number): void {
    this.#sleep(ms);
  }

  failed(error: unknown): void {
    this.#sessions.failed(this.connection, error);
  }

  #complainOf(connection: Connection, error: unknown): void {
    if (connection.explain(error) instanceof ConnectionReset) return;
    complain(error);
    this.#status = FAILED;
  }

  exit(): never {
    this.#own.end();
    exitNow(this.#status);
  }
}

/**
 * A handler may end its process, and ask who it is. What needs an event loop gives an error: the client
 * of a handler that waits for what never comes would wait, too.
 */
export function prepareForHandler(): void {
  const pid = ownPid();
  Object.defineProperty(Deno, "pid", { value: pid });
  Reflect.set(Deno, "exit", (status = 0) => exitNow(status));
  const ofDeno = Object.keys(Deno).filter((name) => `${name}Sync` in Deno);
  for (const name of NEED_EVENT_LOOP) forbid(globalThis, name, name);
  for (const name of [...NEED_EVENT_LOOP_OF_DENO, ...ofDeno]) forbid(Deno, name, `Deno.${name}`);
}

function forbid(owner: object, name: string, shown: string): void {
  // To be called with `new` as well.
  Reflect.set(owner, name, function () {
    throw new Error(
      `${shown} needs an event loop, and the child of a fork has none: ` +
        "write `export const eventLoop = true` into the handler's file",
    );
  });
}

/** Says it on standard error, as a child that is a runtime does. */
export function complain(error: unknown): void {
  const line = new TextEncoder().encode(`${describeThrown(error)}\n`);
  systemCalls().write(STDERR, line, line.length);
}
