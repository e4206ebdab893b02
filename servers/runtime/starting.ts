import type { Rooms } from "../handlers/rooms.ts";
import type { Recorder } from "../metrics/recorder.ts";
import type { Sockets } from "../sockets/interface.ts";
import type { ServerSetup } from "../context/protocol.ts";
import type { ThreadPlan, Threads } from "../context/threads.ts";
import type { WorkerContext } from "../context/worker_context.ts";
import type { Forking } from "./prepare_to_fork.ts";
import { startWorkers, type Tell, type WorkersOfServer } from "./server_workers.ts";

/** The parts of a server that what it starts has to do with. */
interface Parts {
  readonly workers: WorkersOfServer;
  readonly recorder: Recorder;
  readonly rooms: Rooms;
  readonly sockets: Sockets;
  /** Given when the server forks. */
  readonly forking: Forking | undefined;
  readonly tell: Tell;
}

/** What a page starts to serve its clients. */
type Starters = Pick<
  WorkerContext,
  | "startThreads"
  | "startHandlerThreads"
  | "startWorkers"
  | "startChildren"
  | "forkedChildren"
  | "preforkedChildren"
  | "rehearse"
  | "completions"
>;

/**
 * The functions of a context that start threads, workers and children. The code of each kind is loaded
 * only where it is used.
 *
 * @param context gives the context, which is made with these functions
 */
export function startersOf(
  setup: ServerSetup,
  context: () => WorkerContext,
  { workers, recorder, rooms, sockets, forking, tell }: Parts,
): Starters {
  return {
    startThreads: (plan) => startThreads(setup, context(), plan, tell),
    startHandlerThreads: async (answersGo) => {
      const { LoopsHandlerThreads } = await import("../workers/handler/threads.ts");
      return await LoopsHandlerThreads.start(context(), answersGo === "to a sender", tell);
    },
    startWorkers: async (plan) => {
      const started = await workers.start(await startWorkers(setup, context(), plan, tell));
      if (plan.listener !== "handed") recorder.waiting(); // otherwise the page waits
      return started;
    },
    startChildren: async () => {
      const { DenoChildren } = await import("../workers/deno/children.ts");
      return await DenoChildren.start(context(), rooms);
    },
    forkedChildren: () => {
      if (forking?.forEach === undefined) {
        throw new Error("this server does not fork for each client");
      }
      return forking.forEach(context());
    },
    preforkedChildren: () => {
      if (forking?.beforehand === undefined) throw new Error("this server forks for each client");
      return forking.beforehand(context());
    },
    rehearse: (model) => forking?.rehearse(model, context()),
    completions: async () => {
      const { openCompletions } = await import("./open_completions.ts");
      return openCompletions(sockets);
    },
  };
}

async function startThreads(
  { sockets, descriptors }: ServerSetup,
  context: WorkerContext,
  plan: ThreadPlan,
  tell: Tell,
): Promise<Threads> {
  if (sockets === "deno") {
    const { DenoThreads } = await import("../workers/deno/threads.ts");
    return await DenoThreads.start(context, plan, tell);
  }
  const { LibcThreads } = await import("../workers/libc/threads.ts");
  return LibcThreads.start(context, plan, descriptors, tell);
}
