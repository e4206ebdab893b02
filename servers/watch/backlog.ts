/**
 * Who waits in the backlog of a listener: connections that the system has completed, and that nobody
 * has accepted. Linux tells it, sock_diag(7), and leaves out by itself whatever belongs to other ports:
 * so it takes less than a millisecond however many connections there are elsewhere. Needs the
 * permission `--allow-ffi`.
 *
 * @module
 */

import { type Address, formatAddress } from "../sockets/interface.ts";
import { parseSocketAddress, rawSocketAddress } from "../sockets/socket_address.ts";
import {
  AF_INET,
  AF_INET6,
  hasSystemCalls,
  IPPROTO_TCP,
  SOCK_CLOEXEC,
  type SystemCalls,
  systemCalls,
} from "../sockets/system_calls.ts";

/** <linux/netlink.h>, <linux/sock_diag.h> */
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST = 0x1;
const NLM_F_DUMP = 0x300;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;

/** States of a socket, <netinet/tcp.h>. Somebody who has left already may still wait to be accepted. */
const ESTABLISHED = 1;
const CLOSE_WAIT = 8;
const LISTEN = 10;

/** Where `struct nlmsghdr`, and after it `struct inet_diag_req_v2`, have what is asked for. */
const REQUEST = { length: 0, type: 4, flags: 6, family: 16, protocol: 17, states: 20, port: 24 };
/** Where `struct inet_diag_sockid` has the cookie, of which all ones mean that there is none. */
const COOKIE = 64;
const REQUEST_BYTES = 72;
/** Where an answer, `struct inet_diag_msg`, has what is wanted of it. */
const ANSWER = { length: 0, type: 4, peerPort: 22, host: 40, received: 72, inode: 84 };
const ANSWER_BYTES = 88;
/** Answers come many at a time, as many as the system puts into 32 KiB. */
const BUFFER_BYTES = 65_536;

/** How long a backlog is; `null` where the system does not tell. */
export function backlogLength(address: Address): number | null {
  let length = 0;
  const isTold = ask(address, [LISTEN], (answer, at) => {
    // Of a listener, the queue of what was received is its backlog.
    length += answer.getUint32(at + ANSWER.received, true);
  });
  return isTold ? length : null;
}

/** The addresses of those who are in a backlog; `null` where the system does not tell. */
export function backlogPeers(address: Address): string[] | null {
  const hostBytes = isIpv6(address) ? 16 : 4;
  const peers: string[] = [];
  const isTold = ask(address, [ESTABLISHED, CLOSE_WAIT], (answer, at) => {
    // A connection that was not accepted is nobody's file yet.
    if (answer.getUint32(at + ANSWER.inode, true) !== 0) return;
    const host = new Uint8Array(answer.buffer, at + ANSWER.host, hostBytes);
    const port = answer.getUint16(at + ANSWER.peerPort);
    peers.push(formatAddress(parseSocketAddress(rawSocketAddress(host, port))));
  });
  return isTold ? peers : null;
}

function isIpv6({ host }: Address): boolean {
  return host.includes(":");
}

/**
 * Asks for the sockets at a port that are in certain states.
 *
 * @param onAnswer is called with each: what the system says, and where in it
 * @returns whether the system knows the question
 */
function ask(
  address: Address,
  states: readonly number[],
  onAnswer: (answer: DataView<ArrayBuffer>, at: number) => void,
): boolean {
  if (!hasSystemCalls()) return false;
  const calls = systemCalls();
  const fd = calls.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) return false;
  try {
    const request = makeRequest(address, states);
    return calls.send(fd, request, request.length, 0) > 0 && readAnswers(calls, fd, onAnswer);
  } finally {
    calls.close(fd);
  }
}

function makeRequest(address: Address, states: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(REQUEST_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(REQUEST.length, REQUEST_BYTES, true);
  view.setUint16(REQUEST.type, SOCK_DIAG_BY_FAMILY, true);
  view.setUint16(REQUEST.flags, NLM_F_REQUEST | NLM_F_DUMP, true);
  view.setUint8(REQUEST.family, isIpv6(address) ? AF_INET6 : AF_INET);
  view.setUint8(REQUEST.protocol, IPPROTO_TCP);
  view.setUint32(REQUEST.states, states.reduce((set, state) => set | 1 << state, 0), true);
  view.setUint16(REQUEST.port, address.port);
  bytes.fill(0xff, COOKIE);
  return bytes;
}

function readAnswers(
  calls: SystemCalls,
  fd: number,
  onAnswer: (answer: DataView<ArrayBuffer>, at: number) => void,
): boolean {
  const buffer = new Uint8Array(BUFFER_BYTES);
  const view = new DataView(buffer.buffer);
  for (let count; (count = calls.recv(fd, buffer, BUFFER_BYTES, 0)) > 0;) {
    for (let at = 0, lengthBytes; at < count; at += lengthBytes + 3 & ~3) {
      lengthBytes = view.getUint32(at + ANSWER.length, true);
      const type = view.getUint16(at + ANSWER.type, true);
      if (type === NLMSG_DONE) return true;
      if (type === NLMSG_ERROR || lengthBytes < ANSWER_BYTES) return false;
      onAnswer(view, at);
    }
  }
  return false;
}
