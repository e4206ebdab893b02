import { ChildTable, childTableBytes } from "../../context/child_table.ts";
import type { ForkedChild, ForkedChildren, Model } from "../../context/context.ts";
import type { WorkerContext } from "../../context/worker_context.ts";
import { createStatsMemory } from "../../metrics/counters.ts";
import { createTraceMemory } from "../../metrics/trace.ts";
import { openProcessTrace } from "../../metrics/process_trace.ts";
import { TraceReader } from "../../metrics/trace_reader.ts";
import type { Connection } from "../../sockets/interface.ts";
import { collectNewObjects, compactHeap, OccupiedGaps } from "../../system/close_memory.ts";
import { checkClosing, parentPid, prepareMemoryToFork, SparedProcess } from "../../system/fork.ts";
import { signalSet } from "../../system/signals.ts";
import { socketPair } from "../../system/socket_pair.ts";
import { systemCalls } from "../../system/system_calls.ts";
import { giveBack } from "../../system/unused_memory.ts";
import { type Forking, LibcForkedChildren } from "./forked_children.ts";
import type { NumberedClient, Records } from "./own_client.ts";
import { type PlayedSessions, sendAllAtOnce, TalkativeClient } from "./played_client.ts";

/**
 * Enough for V8 to optimize what a child does once, with the flags to rehearse, and few enough for it not to
 * begin without them: a child that comes next would do that for itself, and so would the one after it.
 */
const CHILDREN = 100;
/** Few enough for both directions of a socket to hold them. */
const MESSAGES_EACH = 100;
/**
 * As many of the first clients keep their sockets, so that the descriptors of the next ones are higher, as they
 * are when clients come. Where a child did what its rehearsal never had to, V8 would give up its code.
 */
const KEPT = 24;
/**
 * The child with this even number has a client that stays, so that V8 optimizes what a child does for each
 * message. V8 also optimizes the functions around that, when they are called the next time: so other
 * children follow. The messages take a tenth of a second, and save each child thousands of slow calls.
 */
const LONG_CHILD = 10;
const MESSAGES_OF_LONG = 10_000;
const NOBODY: NumberedClient = { id: 0, peer: { host: "127.0.0.1", port: 1 }, number: 0 };
const NO_DESCRIPTOR = -1;
/** What the child of a rehearsal throws where it would end its process. */
const ENDED = Symbol("ended");
/** V8 forgets what it knows of objects that are gone. */
const kept: unknown[] = [];

/** The parts of a server that a rehearsal has in the place of the real ones. */
export type PlayedParts = Partial<Forking>;

/**
 * Has a model fork for clients that this process plays itself, while this process is the child as well.
 * So the children that it forks have a copy of code that is compiled, and write to few pages of it: what
 * a child has to copy is most of what it costs.
 *
 * @param model the page, which is given children that are this process
 * @param forkingWith makes what the children will have a copy of, but for the parts that are played: of the
 *   same classes, and with the same fields in the same order, since V8 optimizes for what it has met
 * @throws {SystemCallError} when no child could serve a client on this system
 */
export async function rehearseForking(
  model: Model,
  context: WorkerContext,
  forkingWith: (parts: PlayedParts) => Forking,
  { handler, message }: PlayedSessions,
): Promise<void> {
  checkClosing();
  using _gaps = new OccupiedGaps();
  compactHeap();
  using _spared = new SparedProcess(ended);
  const calls = systemCalls();
  const talkative = new TalkativeClient(calls, message);
  const table = new ChildTable(new SharedArrayBuffer(childTableBytes(1)));
  const parts = {
    table,
    childRooms: undefined,
    relay: undefined,
    signals: signalSet([]),
    isHandlerFile: false,
    isWatched: false, // the cost that a view sets is for nobody here
  };
  const trace = createTraceMemory();
  const records1 = recordsIn(createTraceMemory());
  const records2 = recordsIn(trace);
  const talking = talkative.around(handler);
  // Two functions for each: where V8 has met one only, it makes code for that, and a server has another one.
  const played = [
    new PlayedChildren(
      forkingWith({ ...parts, fork: () => 0, records: records1, handler: talking }),
    ),
    new PlayedChildren(forkingWith({ ...parts, fork: () => 0, records: records2, handler })),
  ];
  const reader = new TraceReader(trace); // each second child traces
  kept.push(played);
  table.serverPid = parentPid();
  const open: number[] = [];
  for (let child = 0; child < CHILDREN; child++) {
    const children = played[child % played.length];
    const [far, near] = socketPair(); // the higher one is the server's
    if (child === LONG_CHILD) talkative.begin(far, MESSAGES_OF_LONG);
    else sendAllAtOnce(calls, far, message, MESSAGES_EACH);
    children.client = near;
    reader.read();
    try {
      await model({ ...context, forkedChildren: () => children });
    } catch (error) {
      if (error !== ENDED) throw error;
    }
    // A server that may have few descriptors needs them itself.
    if (child < KEPT && far < context.descriptorLimit / 2) open.push(far);
    else calls.close(far);
  }
  for (const far of open) calls.close(far);
  reader.close();
  giveBack(trace);
  collectNewObjects();
  prepareMemoryToFork();
}

function recordsIn(trace: SharedArrayBuffer): Records {
  return { stats: createStatsMemory(2), trace: openProcessTrace(trace) };
}

function ended(): never {
  throw ENDED;
}

/** Makes a model its own child. */
class PlayedChildren implements ForkedChildren {
  /** The descriptor of the next client. */
  client = NO_DESCRIPTOR;
  readonly #children: LibcForkedChildren;
  readonly #forking: Forking;
  /** The last one. */
  child: ForkedChild | undefined;

  constructor(forking: Forking) {
    this.#forking = forking;
    this.#children = new LibcForkedChildren(forking, NO_DESCRIPTOR);
  }

  accept(): Connection {
    const { serving, records } = this.#forking;
    return serving.begin(this.client, NOBODY, 0, records).connection;
  }

  fork(connection: Connection): ForkedChild | undefined {
    return this.child = this.#children.fork(connection);
  }

  closeCopy(): void {}

  wait(): boolean {
    return this.#children.wait(); // there is none
  }

  waitForAll(): void {}
}
