import type { Model, PreforkedChild, PreforkedChildren } from "../../context/context.ts";
import { workersBytes, WorkersMemory } from "../../context/forked_workers.ts";
import type { Handler } from "../../handlers/session.ts";
import { openMemory } from "../../metrics/memory.ts";
import { createProcessMemory } from "../../metrics/process_memory.ts";
import { openProcessTrace } from "../../metrics/process_trace.ts";
import type { LibcListener } from "../../sockets/libc/listener.ts";
import { LibcSockets } from "../../sockets/libc/sockets.ts";
import { UNOBSERVED } from "../../sockets/observer.ts";
import { createWaker } from "../../system/eventfd.ts";
import { checkClosing, prepareMemoryToFork } from "../../system/fork.ts";
import { checked } from "../../system/system_interface.ts";
import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM } from "../../system/system_calls.ts";
import type { SystemCalls } from "../../system/system_calls.ts";
import { type PlayedSessions, sendAllAtOnce } from "./played_client.ts";
import { OwnPreforkedChild, type PreforkParent } from "./preforked_child.ts";

/** After this many clients V8 has optimized what it can. */
const CLIENTS = 150;
/** Each begins anew: what happens only once is to have happened before V8 optimizes. */
const ROUNDS = 4;
/** How many of them there are at a time. */
const AT_ONCE = 8;
const MESSAGES_EACH = 3;
/** Where no descriptor is higher: there are few at a time. */
const SIZE = { workers: 1, descriptorLimit: 1_024 };
/** A socket of unix(7) that is bound to no more than its family gets a name of the system's. */
const NAME_BYTES = 110;
const FAMILY_BYTES = 2;

/**
 * Has a model serve clients that this process plays itself, so that the children that it forks have a copy
 * of code that is compiled and optimized. Without this, each would compile for much of its life.
 *
 * @param model the page, which is given a child that is this process
 * @throws {SystemCallError} when there is no descriptor left, or no child could serve a client on this system
 */
export async function rehearsePreforking(
  model: Model,
  parent: PreforkParent,
  sessions: PlayedSessions,
): Promise<void> {
  checkClosing();
  const memory = createProcessMemory({
    ...{ blocks: 1 + SIZE.workers, childTableBytes: 0 },
    workersBytes: workersBytes(SIZE),
  });
  const scratch = {
    ...parent,
    controls: undefined, // a view may have set a cost, which nobody waits for
    stats: openMemory(memory.stats),
    trace: openProcessTrace(memory.trace),
  };
  for (let round = 0; round < ROUNDS; round++) {
    const workers = new WorkersMemory(memory.workers, SIZE);
    // Clients that are played have no address.
    workers.clients(1).add({ id: 0, peer: { host: "127.0.0.1", port: 1 } });
    await playRound(model, { ...scratch, workers }, sessions, round);
    workers.clear(1);
  }
  parent.calls.close(memory.descriptor);
  prepareMemoryToFork();
}

async function playRound(
  model: Model,
  parent: PreforkParent,
  { handler, message }: PlayedSessions,
  round: number,
): Promise<void> {
  const { calls, workers, context } = parent;
  const waker = createWaker(calls);
  const listener = listenUnnamed(parent, waker);
  const clients = new PlayedClients(calls, listener.descriptor, message);
  const came = () => {
    if (!clients.next()) workers.common.stop();
  };
  // Where V8 has met one function only, it makes code for that, and a child has another one.
  const played1: Handler = (client) => (came(), handler(client));
  const played2: Handler = (client) => (came(), handler(client));
  const place = { number: 1, waker, channel: undefined, link: undefined };
  const child = new OwnPreforkedChild(
    { ...parent, listener, handler: round % 2 === 0 ? played1 : played2 },
    place,
    () => {},
  );
  for (let i = 0; i < AT_ONCE; i++) clients.next();
  // To be passed a client, there would have to be another process.
  const options = { ...context.options, accept: "shared" as const };
  await model({ ...context, options, preforkedChildren: () => new OnlyChild(child) });
  clients.end();
  calls.close(waker);
}

/** A socket that listens where nobody else can connect. */
function listenUnnamed(
  { calls, workers, listener }: PreforkParent,
  waker: number,
): LibcListener {
  const fd = checked("socket", calls.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  checked("bind", calls.bind(fd, Uint8Array.of(AF_UNIX, 0), FAMILY_BYTES));
  checked("listen", calls.listen(fd, AT_ONCE));
  const sockets = new LibcSockets(UNOBSERVED, workers.descriptors(1), 1, calls, waker);
  return listener.inheritedBy(sockets, fd);
}

/** The clients that are played. */
class PlayedClients {
  readonly #calls: SystemCalls;
  readonly #message: Uint8Array<ArrayBuffer>;
  readonly #name = new Uint8Array(NAME_BYTES);
  readonly #nameBytes = Uint32Array.of(NAME_BYTES);
  readonly #descriptors: number[] = [];
  #left = CLIENTS;

  constructor(calls: SystemCalls, listener: number, message: Uint8Array<ArrayBuffer>) {
    this.#calls = calls;
    this.#message = message;
    checked("getsockname", calls.getsockname(listener, this.#name, this.#nameBytes));
  }

  /** Another one comes, and says all that it has to say. @returns false when there are no more */
  next(): boolean {
    if (this.#left-- <= 0) return false;
    const calls = this.#calls;
    if (this.#descriptors.length > 2 * AT_ONCE) calls.close(this.#descriptors.shift() ?? -1);
    const fd = checked("socket", calls.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    this.#descriptors.push(fd);
    checked("connect", calls.connect(fd, this.#name, this.#nameBytes[0]));
    sendAllAtOnce(calls, fd, this.#message, MESSAGES_EACH);
    return true;
  }

  end(): void {
    for (const descriptor of this.#descriptors) this.#calls.close(descriptor);
  }
}

/** Makes a model its own child. */
class OnlyChild implements PreforkedChildren {
  readonly serving = true;
  readonly isOneMissing = true;

  constructor(private readonly child: PreforkedChild) {}

  fork(): PreforkedChild {
    return this.child;
  }

  wait(): void {}

  accept(): null {
    return null;
  }

  pass(): void {}

  waitForAll(): void {}
}
