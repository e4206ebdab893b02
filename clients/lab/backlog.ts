/**
 * What a client sees of the queue of connections that wait to be accepted, listen(2).
 *
 * The system itself completes connections, long before the server accepts them: as many as the queue
 * holds, which on Linux is one more than was asked for. It then drops what clients send to begin
 * another one. They hear nothing, wait, and send it again, the first time after a second.
 *
 * @module
 */

import { EPOLLERR, EPOLLOUT } from "../../servers/sockets/interface.ts";
import { SOCK_NONBLOCK } from "../../servers/system/system_calls.ts";
import { defineExperiment } from "./experiment.ts";
import { type Listening, Loopback } from "./loopback.ts";
import { needSystemCalls } from "./needs.ts";

const BACKLOGS = [1, 4, 16];
/** How many clients come beyond the backlog. */
const MORE = 5;
/** Long enough for a connection on this machine to be complete, and too short for a second try. */
const AT_ONCE_MS = 100;
/** Long enough for the second try and the third. */
const AGAIN_MS = 4_000;

/** What became of clients that came all at once while the server accepted none. */
interface Row {
  readonly backlog: number;
  readonly clients: number;
  readonly connected: number;
  readonly failed: number;
  readonly waiting: number;
  /** How many of the waiting were connected once the others had been accepted. */
  readonly connectedLater: number;
  /** How long after that. */
  readonly laterMs: number;
}

/** `playground lab backlog` */
export const backlog = defineExperiment(
  "backlog",
  (texts) => {
    needSystemCalls(texts);
    using loopback = new Loopback();
    const queues = BACKLOGS.map((backlog) => fill(loopback, backlog));
    loopback.calls.poll(null, 0, AT_ONCE_MS);
    const before = queues.map(({ clients }) => look(loopback, clients, 0));
    queues.forEach(({ listening }, index) => {
      for (const _ of before[index].connected) loopback.accept(listening);
    });
    const acceptedMs = performance.now();
    const rows: Row[] = queues.map(({ backlog, clients }, index) => {
      const { connected, failed, waiting } = before[index];
      const later = look(loopback, waiting, AGAIN_MS);
      return {
        backlog,
        clients: clients.length,
        connected: connected.length,
        failed: failed.length,
        waiting: waiting.length,
        connectedLater: later.connected.length,
        laterMs: performance.now() - acceptedMs,
      };
    });
    return { rows };
  },
  ({ rows }, texts) => ({
    lines: [
      ...rows.map(({ backlog, clients, connected }) => texts.row(backlog, clients, connected)),
      texts.waiting(sum(rows.map(({ waiting }) => waiting))),
      texts.later(rows[0].laterMs),
    ],
    expectations: [
      {
        isMet: rows.every(({ backlog, connected }) => connected >= backlog),
        otherwise: texts.notConnected,
      },
      {
        isMet: rows.every(({ connected, clients }) => connected < clients),
        otherwise: texts.noLimit,
      },
      { isMet: rows.every(({ failed }) => failed === 0), otherwise: texts.refused },
      {
        isMet: rows.every(({ connectedLater, waiting }) => connectedLater > 0 || waiting === 0),
        otherwise: texts.notLater,
      },
    ],
  }),
);

interface Queue {
  readonly backlog: number;
  readonly listening: Listening;
  readonly clients: readonly number[];
}

/** Connects more clients than the queue holds, and accepts none. */
function fill(loopback: Loopback, backlog: number): Queue {
  const listening = loopback.listen(backlog);
  const clients = Array.from(
    { length: backlog + MORE },
    () => loopback.beginConnect(listening, SOCK_NONBLOCK).descriptor,
  );
  return { backlog, listening, clients };
}

/** How far each client is, as soon as one changes: poll(2) says which can send, or have failed. */
function look({ calls }: Loopback, clients: readonly number[], timeoutMs: number) {
  const watched = Int32Array.from(clients.flatMap((client) => [client, EPOLLOUT]));
  calls.poll(watched, clients.length, timeoutMs);
  const bits = (index: number) => watched[index * 2 + 1] >>> 16;
  const failed = clients.filter((_, index) => (bits(index) & EPOLLERR) !== 0);
  const waiting = clients.filter((_, index) => bits(index) === 0);
  const connected = clients.filter((client) =>
    !failed.includes(client) && !waiting.includes(client)
  );
  return { connected, failed, waiting };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
