/**
 * The events of a server in words.
 *
 * @module
 */

import type { Messages } from "../../cli/messages.ts";
import type { Notice } from "../context/context.ts";
import type { StartFailure } from "../context/protocol.ts";
import { shownText } from "../metrics/shown_text.ts";
import type { TraceEvent } from "../metrics/trace.ts";
import type { TraceRecord } from "../metrics/trace_reader.ts";
import { formatAddress, type ListenOptions } from "../sockets/interface.ts";

/** Events that are for the live view only. */
const NOT_LOGGED = [
  ...[
    "dispatched",
    "asleep",
    "blocked",
    "returned",
    "handled",
    "began",
    "ended",
    "held",
    "freed",
    "prepared",
  ] as const,
];

/** A record that the log shows. */
export type LoggedRecord = TraceRecord & {
  readonly event: Exclude<TraceEvent, typeof NOT_LOGGED[number]>;
};

/** Whether the log shows this record. */
export function isLogged(record: TraceRecord): record is LoggedRecord {
  return NOT_LOGGED.every((event) => record.event !== event);
}

/** The line of the log for a record. */
export function describeRecord(
  { event, host, port, sizeBytes, bytes }: LoggedRecord,
  { serve }: Messages,
): string {
  const address = formatAddress({ host, port });
  switch (event) {
    case "waiting":
      return serve.waiting;
    case "accepted":
      return serve.accepted(address);
    case "received":
      return serve.received(address, showBytes(bytes, sizeBytes), sizeBytes);
    case "sent":
      return bytes.length > 0
        ? serve.sentText(address, showBytes(bytes, sizeBytes), sizeBytes)
        : serve.sent(address, sizeBytes);
    case "reset":
      return serve.reset(address);
    case "dismissed":
      return serve.dismissed(address);
    case "cutOff":
      return serve.wasCutOff(address);
    case "closed":
      return serve.closed(address);
    case "refused":
      return serve.refused(address);
  }
}

/** The line for a notice. */
export function describeNotice(notice: Notice, { serve }: Messages): string {
  switch (notice.kind) {
    case "out-of-descriptors":
      return serve.outOfDescriptors(String(notice.limit));
    case "beyond-fd-setsize":
      return serve.beyondFdSetSize(notice.descriptor, notice.fdSetSize);
    case "backlog-limited":
      return serve.backlogLimited(notice.wanted, notice.max);
    case "too-many-processes":
      return serve.tooManyProcesses;
    case "too-many-threads":
      return serve.tooManyThreads;
    case "clients-limited":
      return serve.clientsLimited(notice.max, String(notice.limit));
    case "worker-failed":
      return serve.workerFailed(notice.worker, notice.reason);
    case "workers-limited":
      return serve.workersLimited(notice.wanted, notice.max, String(notice.limit));
    case "held-up":
      return serve.heldUp(notice.who, notice.heldMs, notice.untold);
    case "accept-failed":
      return serve.acceptFailed(notice.reason);
    case "client-failed":
      return serve.clientFailed(notice.peer, notice.reason);
    case "workers-missing":
      return serve.workersMissing(notice.workers, notice.wanted);
    case "worker-ended":
      return serve.workerEnded(notice.pid, notice, notice.peers, notice.clients);
    case "child-ended": {
      const { pid, peer, signal, code } = notice;
      return signal === null
        ? serve.childFailed(pid, peer, code)
        : serve.childKilled(pid, peer, signal);
    }
  }
}

/**
 * Shows bytes that a client sent so that people can read them and no terminal is harmed: in quotes,
 * with control characters escaped, and with an ellipsis if there were more.
 *
 * @param shown the first of the bytes
 * @param sizeBytes how many there were
 */
function showBytes(shown: Uint8Array, sizeBytes: number): string {
  const text = shownText(shown, sizeBytes);
  const quoted = JSON.stringify(text).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    escape,
  );
  return sizeBytes > shown.length ? `${quoted}…` : quoted;
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Why a server did not start. */
export function describeFailure(
  failure: StartFailure,
  listen: ListenOptions,
  { serve }: Messages,
): string {
  const address = formatAddress(listen);
  switch (failure.reason) {
    case "handler":
      return serve.handlerFailed(failure.path, failure.detail);
    case "address-in-use":
      return serve.portInUse(address);
    case "address-not-here":
      return serve.hostNotHere(listen.host);
    case "no-such-host":
      return serve.noSuchHost(listen.host);
    case "permission":
      return serve.portForbidden(address);
    case "children-cannot-close":
      return serve.childrenCannotClose(failure.detail);
    case "other":
      return serve.cannotListen(address, failure.detail);
  }
}
