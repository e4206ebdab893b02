/**
 * The two ways of epoll to report, epoll(7), with a client that sends more at once than the server
 * receives at once.
 *
 * Level-triggered, a socket is reported as long as there is something to receive. Edge-triggered, it is
 * reported when something has come: a server that leaves some of it behind gets no second report, and
 * waits for a client that waits for its answer. So it has to receive until there is no more.
 *
 * @module
 */

import { EPOLLET, EPOLLIN } from "../../servers/sockets/interface.ts";
import { checked } from "../../servers/system/system_interface.ts";
import { MSG_DONTWAIT } from "../../servers/system/system_calls.ts";
import { EpollInstance } from "../flood/libc/epoll_instance.ts";
import { defineExperiment } from "./experiment.ts";
import { Loopback, type Pair } from "./loopback.ts";
import { needSystemCalls } from "./needs.ts";

const SENT_BYTES = 10_240;
const RECV_SIZE_BYTES = 1_024;
/** For how long the server waits for another report before it counts as stalled. */
const QUIET_MS = 150;

/** How a server was served by epoll. */
interface Run {
  readonly reports: number;
  readonly receivedBytes: number;
  /** What lay in the socket when nothing more was reported. */
  readonly leftBytes: number;
}

/** `playground lab lt-vs-et` */
export const ltVsEt = defineExperiment(
  "lt-vs-et",
  (texts) => {
    needSystemCalls(texts);
    using loopback = new Loopback();
    const level = run(loopback, loopback.pair(), { isEdgeTriggered: false, drains: false });
    const stalled = loopback.pair();
    const edge = run(loopback, stalled, { isEdgeTriggered: true, drains: false });
    const drained = run(loopback, loopback.pair(), { isEdgeTriggered: true, drains: true });
    return { sentBytes: SENT_BYTES, recvSizeBytes: RECV_SIZE_BYTES, level, edge, drained };
  },
  ({ sentBytes, recvSizeBytes, level, edge, drained }, texts) => ({
    lines: [
      texts.sent(sentBytes, recvSizeBytes),
      texts.row(texts.level, level.reports, level.receivedBytes, level.leftBytes),
      texts.row(texts.edge, edge.reports, edge.receivedBytes, edge.leftBytes),
      texts.row(texts.drained, drained.reports, drained.receivedBytes, drained.leftBytes),
    ],
    expectations: [
      { isMet: level.leftBytes === 0 && level.reports > 1, otherwise: texts.levelStalled },
      { isMet: edge.leftBytes > 0 && edge.reports === 1, otherwise: texts.edgeReportedAgain },
      { isMet: drained.leftBytes === 0 && drained.reports === 1, otherwise: texts.drainStalled },
    ],
  }),
);

/** A client sends, and a server receives as long as epoll reports it ready. */
function run(
  loopback: Loopback,
  { client, server }: Pair,
  { isEdgeTriggered, drains }: { isEdgeTriggered: boolean; drains: boolean },
): Run {
  const epoll = new EpollInstance(loopback.calls);
  try {
    checked("epoll_ctl", epoll.add(server, 0, isEdgeTriggered ? EPOLLIN | EPOLLET : EPOLLIN));
    loopback.send(client, new Uint8Array(SENT_BYTES));
    let reports = 0;
    let receivedBytes = 0;
    for (; epoll.wait(QUIET_MS) > 0; reports++) {
      for (let count; (count = receive(loopback, server)) > 0;) {
        receivedBytes += count;
        if (!drains) break;
      }
    }
    return { reports, receivedBytes, leftBytes: SENT_BYTES - receivedBytes };
  } finally {
    epoll.close();
  }
}

/** @returns how many bytes; a negative number when there are none, recv(2) */
function receive({ calls }: Loopback, server: number): number {
  return calls.recv(server, new Uint8Array(RECV_SIZE_BYTES), RECV_SIZE_BYTES, MSG_DONTWAIT);
}
