import { usualSetup } from "../../servers/commands/serve.ts";
import type { ModelName } from "../../servers/context/context.ts";
import type { FromServer, ToServer } from "../../servers/context/protocol.ts";
import { COUNTER, openCounters } from "../../servers/metrics/counters.ts";
import { openMemory } from "../../servers/metrics/memory.ts";
import { CrossThreadCloser } from "../../servers/runtime/cross_thread_closer.ts";
import { createSharing, type Memories } from "../../servers/runtime/memories.ts";
import { DescriptorTable } from "../../servers/sockets/libc/descriptor_table.ts";
import { readSystemFile } from "../../servers/system/proc.ts";
import { endWorkers, startWorker } from "../../servers/system/worker_life.ts";
import { descriptorLimit } from "../../servers/system/descriptor_limit.ts";

/** What a server has done and used so far. */
export interface Reading {
  readonly systemCalls: number;
  readonly bytesIn: number;
  /** CPU time of its thread, in microseconds. */
  readonly cpuUs: number;
}

/** A model on the system's sockets in a thread of this process, whose counters can be read meanwhile. */
export class ServerThread implements AsyncDisposable {
  readonly #counters: Float64Array;
  readonly #table: DescriptorTable;
  readonly #stopped = Promise.withResolvers<void>();

  private constructor(
    private readonly worker: Worker,
    readonly port: number,
    private readonly memories: Memories,
  ) {
    this.#counters = openCounters(openMemory(memories.stats));
    this.#table = new DescriptorTable(memories.descriptors);
    worker.onmessage = ({ data }: MessageEvent<FromServer>) => {
      if (data.kind === "stopped") this.#stopped.resolve();
    };
  }

  /**
   * Starts a server, and resolves when it listens.
   *
   * @throws {Error} when it does not
   */
  static async start(model: ModelName): Promise<ServerThread> {
    const setup = usualSetup(model, await descriptorLimit());
    const { memories } = await createSharing(setup, false);
    const url = new URL("../../servers/runtime/worker.ts", import.meta.url);
    const worker = startWorker(url);
    const listening = Promise.withResolvers<number>();
    worker.onmessage = ({ data }: MessageEvent<FromServer>) => {
      if (data.kind === "listening") listening.resolve(data.port);
      if (data.kind === "failed") listening.reject(new Error(data.failure.detail));
    };
    worker.postMessage({ kind: "start", setup: { ...setup, ...memories } } satisfies ToServer);
    return new ServerThread(worker, await listening.promise, memories);
  }

  /** Call it while the server has clients: they tell which thread it is. */
  read(): Reading {
    const [client] = this.#table.clients();
    const thread = client === undefined ? 0 : this.#table.thread(client);
    return {
      systemCalls: this.#counters[COUNTER.systemCalls],
      bytesIn: this.#counters[COUNTER.bytesIn],
      cpuUs: cpuUsOf(thread),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    new CrossThreadCloser(this.memories.descriptors).stopListening();
    await this.#stopped.promise;
    endWorkers([this.worker]);
  }
}

/** For how long a thread of this process has run, proc(5). */
function cpuUsOf(thread: number): number {
  const [ranNs] = readSystemFile(`/proc/self/task/${thread}/schedstat`).split(" ");
  return Number(ranNs) / 1_000;
}
