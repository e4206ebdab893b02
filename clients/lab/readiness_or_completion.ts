/**
 * Two ways to wait for many sockets: epoll(7) says which are ready, and io_uring(7) does what was requested.
 *
 * A message costs a server of epoll a recv and a send, and its part of a wait. In place of calls,
 * a server of io_uring writes requests into memory, and the call that waits hands over all those of a turn.
 * That is one call for a message of a client that speaks alone, and less when many share it. Whether it is
 * faster is another question: when messages are large, most of the time goes into copying.
 *
 * @module
 */

// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { RefusedError } from "../../cli/errors.ts";
import type { LabTexts } from "../../cli/messages.ts";
import { ioUringRefusal } from "../../servers/system/io_uring_refusal.ts";
import { systemCalls } from "../../servers/system/system_calls.ts";
import { LibcFlood } from "../flood/libc/flood.ts";
import { ofSize } from "../flood/messages.ts";
import { defineExperiment } from "./experiment.ts";
import { needDescriptors, needSystemCalls } from "./needs.ts";
import { type Reading, ServerThread } from "./server_thread.ts";

const CLIENTS = [1, 50, 1_000];
const SIZES_BYTES = [64, 16_384];
const MODELS = ["epoll", "uring"] as const;

const SETTLE_MS = 2_000;
const WARM_UP_MS = 20;
const MEASURED_MS = 100;
const POLL_INTERVAL_MS = 10;
const LAST_ECHOES_MS = 1_000;
/** How many messages of each client are not measured. */
const WARM_MESSAGES = 3;

/** With so many clients there is a batch. */
const MANY_CLIENTS = 50;
/** What a message takes at least with readiness: a recv and a send. */
const READINESS_CALLS = 2;
/** What it may take with completions at most: of a client alone, and on the average of many. */
const ALONE_CALLS = 1.5;
const TOGETHER_CALLS = 0.8;

/** What a message has taken. */
interface Row {
  readonly clients: number;
  readonly sizeBytes: number;
  readonly model: typeof MODELS[number];
  /** System calls of the server, for each message. */
  readonly calls: number;
  /** CPU time of the server, for each message. */
  readonly cpuUs: number;
  readonly p99Ms: number;
}

/** `playground lab readiness-or-completion` */
export const readinessOrCompletion = defineExperiment(
  "readiness-or-completion",
  async (texts) => {
    needSystemCalls(texts);
    needIoUring(texts);
    needDescriptors(2 * Math.max(...CLIENTS), texts);
    await using epoll = await ServerThread.start("epoll");
    await using uring = await ServerThread.start("uring");
    const servers = { epoll, uring };
    const rows: Row[] = [];
    for (const sizeBytes of SIZES_BYTES) {
      for (const clients of CLIENTS) {
        for (const model of MODELS) {
          rows.push({
            ...{ clients, sizeBytes, model },
            ...await measure(servers[model], clients, sizeBytes),
          });
        }
      }
    }
    return { rows };
  },
  ({ rows }, texts) => {
    const ratios = rows.filter(({ model }) => model === "uring").map((uring) => {
      const epoll = rows.find((row) => row.model === "epoll" && isSameLoad(row, uring))!;
      return { ...uring, ratio: uring.cpuUs / epoll.cpuUs };
    }).toSorted((a, b) => a.ratio - b.ratio);
    const [best, worst] = [ratios[0], ratios[ratios.length - 1]];
    const calls = (model: Row["model"], isMany: boolean) =>
      rows.filter((row) => row.model === model && (row.clients >= MANY_CLIENTS) === isMany)
        .map((row) => row.calls);
    return {
      lines: [
        texts.taken,
        ...rows.map((row) =>
          texts.row(row.clients, row.sizeBytes, row.model, row.calls, row.cpuUs, row.p99Ms)
        ),
        texts.cpu(
          best.ratio,
          texts.load(best.clients, best.sizeBytes),
          worst.ratio,
          texts.load(worst.clients, worst.sizeBytes),
        ),
      ],
      expectations: [
        { isMet: Math.min(...calls("epoll", true)) >= READINESS_CALLS, otherwise: texts.fewCalls },
        { isMet: mean(calls("uring", false)) <= ALONE_CALLS, otherwise: texts.manyCalls },
        { isMet: mean(calls("uring", true)) <= TOGETHER_CALLS, otherwise: texts.noBatch },
      ],
    };
  },
);

function needIoUring({ needs }: LabTexts): void {
  const refusal = ioUringRefusal(systemCalls());
  if (refusal !== undefined) throw new RefusedError(needs.ioUring[refusal]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function isSameLoad(a: Row, b: Row): boolean {
  return a.clients === b.clients && a.sizeBytes === b.sizeBytes;
}

/** Each client sends a message and waits for its echo, over and over. */
async function measure(
  server: ServerThread,
  clients: number,
  sizeBytes: number,
): Promise<Pick<Row, "calls" | "cpuUs" | "p99Ms">> {
  const messageSet = ofSize(sizeBytes);
  const flood = new LibcFlood({
    ...{ host: "127.0.0.1", port: server.port, conns: clients, wait: true, thinkMs: 0 },
    ...{ reconnectAfter: Infinity, connectionsEach: Infinity, durationMs: Infinity },
    ...{ settleMs: SETTLE_MS, warmupMs: WARM_UP_MS, lastEchoesMs: LAST_ECHOES_MS },
    ...{ messageSet, replySet: messageSet, rate: Infinity, connectRate: Infinity },
  }, 1);
  const flooding = flood.run();
  const reading = readings(server, clients, sizeBytes).finally(() => flood.stop());
  const [before, after] = await reading;
  await flooding;
  const messages = (after.bytesIn - before.bytesIn) / sizeBytes;
  return {
    calls: (after.systemCalls - before.systemCalls) / messages,
    cpuUs: (after.cpuUs - before.cpuUs) / messages,
    p99Ms: flood.measurements.roundTrips.percentileMs(99),
  };
}

/** What the server has done before it is measured, and after that. */
async function readings(
  server: ServerThread,
  clients: number,
  sizeBytes: number,
): Promise<[Reading, Reading]> {
  const { bytesIn } = server.read();
  const isWarm = () => server.read().bytesIn - bytesIn >= WARM_MESSAGES * clients * sizeBytes;
  while (!isWarm()) await delay(POLL_INTERVAL_MS);
  const before = server.read();
  await delay(MEASURED_MS);
  // What is measured is for each message, and a busy machine may have served none yet.
  while (server.read().bytesIn - before.bytesIn < sizeBytes) await delay(POLL_INTERVAL_MS);
  return [before, server.read()];
}
