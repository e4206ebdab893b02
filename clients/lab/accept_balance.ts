/**
 * How connections spread over workers, by who decides: a hash of their addresses, the order in which
 * threads wait, or the one who hands them out.
 *
 * Threads in accept(2) wait in a line, and who has accepted goes to its end. An epoll with EPOLLEXCLUSIVE
 * stays where it is in the line of the listener, so the system wakes the same one as long as it waits.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { LabTexts } from "../../cli/messages.ts";
import { ipv4SocketAddress } from "../../servers/sockets/libc/socket_address.ts";
import { listenOn } from "../../servers/sockets/libc/bound_sockets.ts";
import { setBlocking } from "../../servers/sockets/libc/socket_options.ts";
import { ERRNO, SystemCallError } from "../../servers/system/system_interface.ts";
import { SOCK_CLOEXEC } from "../../servers/system/system_calls.ts";
import { countAccepted } from "./accept_threads.ts";
import { Client } from "./client.ts";
import { defineExperiment } from "./experiment.ts";
import { Loopback } from "./loopback.ts";
import { needDescriptors, needSystemCalls } from "./needs.ts";
import { BEST_SOCKETS, startServer } from "./server.ts";

const HANDLER = fileURLToPath(new URL("./thread_handler.js", import.meta.url));
const NAME_LENGTH = 36;
const WORKERS = 4;
const CLIENTS = 1_000;
const WAIT_MS = 2_000;

/** How many times the equal share the largest may be, if the clients are spread about equally. */
const ABOUT_EQUAL = 1.5;
/** Which part of all clients one worker has, if it gets most of them. */
const MOST = 0.5;

interface Observations {
  readonly clients: number;
  /** How many of them each worker got. */
  readonly hash: readonly number[];
  readonly accept: readonly number[];
  readonly exclusive: readonly number[];
  readonly turns: readonly number[];
}

/** `playground lab accept-balance` */
export const acceptBalance = defineExperiment<"accept-balance", Observations>(
  "accept-balance",
  async (texts) => {
    needSystemCalls(texts);
    needDescriptors(2 * CLIENTS, texts);
    using loopback = new Loopback();
    const threads = { threads: WORKERS, clients: CLIENTS, waitMs: WAIT_MS };
    return {
      clients: CLIENTS,
      hash: spreadByHash(loopback),
      accept: await countAccepted(loopback, { ...threads, waitsIn: "accept" }),
      exclusive: await countAccepted(loopback, { ...threads, waitsIn: "epoll" }),
      turns: await spreadInTurn(texts),
    };
  },
  ({ clients, hash, accept, exclusive, turns }, texts) => {
    const bars = (name: string, counts: readonly number[]) =>
      counts.toSorted((one, other) => other - one).map((count, index) => ({
        label: texts.label(name, index + 1),
        value: count,
        shown: texts.clients(count),
      }));
    const isEqual = (counts: readonly number[]) =>
      Math.max(...counts) <= ABOUT_EQUAL * clients / counts.length;
    return {
      lines: [
        texts.came(clients, hash.length),
        {
          scale: "linear",
          bars: [
            ...bars(texts.hash, hash),
            ...bars(texts.accept, accept),
            ...bars(texts.exclusive, exclusive),
            ...bars(texts.turns, turns),
          ],
        },
      ],
      expectations: [
        { isMet: isEqual(hash), otherwise: texts.notByHash },
        { isMet: isEqual(accept), otherwise: texts.notByAccept },
        { isMet: Math.max(...exclusive) >= MOST * clients, otherwise: texts.notExclusive },
        { isMet: Math.max(...turns) - Math.min(...turns) <= 1, otherwise: texts.notInTurn },
      ],
    };
  },
);

/** The system puts each client into the backlog of one of several listeners on a port. */
function spreadByHash(loopback: Loopback): number[] {
  const { calls } = loopback;
  const host = "127.0.0.1";
  const first = loopback.listen(1);
  const { port } = loopback.addressOf(first);
  loopback.close(first.descriptor);
  const options = { host, port, backlog: CLIENTS, reusePort: true };
  const listeners = Array.from({ length: WORKERS }, () => listenOn(calls, options));
  try {
    const listening = { descriptor: listeners[0], address: ipv4SocketAddress({ host, port }) };
    const clients = Array.from({ length: CLIENTS }, () => loopback.connect(listening));
    for (const fd of clients) loopback.close(fd);
    return listeners.map((listener) => {
      setBlocking(calls, listener, false);
      return countWaiting(loopback, listener);
    });
  } finally {
    for (const listener of listeners) calls.close(listener);
  }
}

/** Accepts all that wait. */
function countWaiting({ calls }: Loopback, listener: number): number {
  for (let count = 0;; count++) {
    const fd = calls.accept4(listener, null, null, SOCK_CLOEXEC);
    if (fd === -ERRNO.EAGAIN) return count;
    if (fd < 0) throw new SystemCallError("accept4", -fd);
    calls.close(fd);
  }
}

/** One thread accepts, and hands the clients to loops in turn. */
async function spreadInTurn(texts: LabTexts): Promise<number[]> {
  const workers = ["--workers", String(WORKERS), "--hand", "round-robin"];
  const args = ["reactors", ...BEST_SOCKETS, ...workers, "--handler", HANDLER, "--quiet"];
  await using server = await startServer(args, texts);
  const counts = new Map<string, number>();
  for (let client = 0; client < CLIENTS; client++) {
    using conn = await Client.connect(server.port);
    await conn.send("?");
    const thread = await conn.receive(NAME_LENGTH);
    counts.set(thread, (counts.get(thread) ?? 0) + 1);
  }
  return [...counts.values()];
}
