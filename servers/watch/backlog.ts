/**
 * Reads the backlog of a listener: connections that the system has completed, but that the server has
 * not accepted. Linux reports it, sock_diag(7), and filters by port itself: so a reading takes less
 * than a millisecond however many other connections there are. Needs the permission `--allow-ffi`.
 *
 * @module
 */

import { type Address, formatAddress } from "../sockets/interface.ts";
import { parseSocketAddress, rawSocketAddress } from "../sockets/libc/socket_address.ts";
import {
  AF_INET,
  AF_INET6,
  hasSystemCalls,
  IPPROTO_TCP,
  SOCK_CLOEXEC,
  type SystemCalls,
  systemCalls,
} from "../system/system_calls.ts";

/** <linux/netlink.h>, <linux/sock_diag.h> */
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST = 0x1;
const NLM_F_DUMP = 0x300;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;

/** States of a socket, <netinet/tcp.h>. A client that has closed already may still be in the backlog. */
const ESTABLISHED = 1;
const CLOSE_WAIT = 8;
const LISTEN = 10;

/** Offsets in a request: `struct nlmsghdr`, and after it `struct inet_diag_req_v2`. */
const REQUEST = { length: 0, type: 4, flags: 6, family: 16, protocol: 17, states: 20, port: 24 };
/** The offset of the cookie in `struct inet_diag_sockid`. All ones mean that there is none. */
const COOKIE = 64;
const REQUEST_BYTES = 72;
/** Offsets in an answer: `struct nlmsghdr`, and after it `struct inet_diag_msg`. */
const ANSWER = { length: 0, type: 4, peerPort: 22, host: 40, received: 72, inode: 84 };
const ANSWER_BYTES = 88;
/** The system puts up to 32 KiB of answers into one message. */
const BUFFER_BYTES = 65_536;

/**
 * The backlog of one listener. It keeps its netlink socket open, so it works when the process has no
 * descriptor left, which is when clients wait.
 */
export class Backlog implements Disposable {
  readonly #calls: SystemCalls | undefined;
  readonly #buffer = new DataView(new ArrayBuffer(BUFFER_BYTES));
  /** Negative where the system does not report backlogs. */
  #fd = -1;

  /** @param address of the listener */
  constructor(private readonly address: Address) {
    this.#calls = hasSystemCalls() ? systemCalls() : undefined;
    this.#fd = this.#calls?.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG) ?? -1;
  }

  /** Returns how many connections wait; `null` where the system does not report it. */
  length(): number | null {
    let length = 0;
    const isKnown = this.#query([LISTEN], (answer, at) => {
      // The receive queue of a listener is its backlog.
      length += answer.getUint32(at + ANSWER.received, true);
    });
    return isKnown ? length : null;
  }

  /**
   * Returns the addresses of clients; `null` where the system does not report them.
   *
   * @param areAccepted whether of those that the server has accepted, instead of those that wait
   */
  peers(areAccepted = false): string[] | null {
    const hostBytes = isIpv6(this.address) ? 16 : 4;
    const peers: string[] = [];
    const isKnown = this.#query([ESTABLISHED, CLOSE_WAIT], (answer, at) => {
      // A connection that was not accepted has no inode yet.
      if ((answer.getUint32(at + ANSWER.inode, true) !== 0) !== areAccepted) return;
      const host = new Uint8Array(answer.buffer, at + ANSWER.host, hostBytes);
      const port = answer.getUint16(at + ANSWER.peerPort);
      peers.push(formatAddress(parseSocketAddress(rawSocketAddress(host, port))));
    });
    return isKnown ? peers : null;
  }

  [Symbol.dispose](): void {
    if (this.#fd >= 0) this.#calls?.close(this.#fd);
    this.#fd = -1;
  }

  /**
   * Queries the sockets at the listener's port that are in certain states.
   *
   * @param onAnswer is called for each socket with the buffer of answers and an offset in it
   * @returns whether the system supports the query
   */
  #query(
    states: readonly number[],
    onAnswer: (answer: DataView<ArrayBuffer>, at: number) => void,
  ): boolean {
    const calls = this.#calls;
    if (calls === undefined || this.#fd < 0) return false;
    const request = makeRequest(this.address, states);
    if (calls.send(this.#fd, request, request.length, 0) < 0) return false;
    const answer = this.#buffer;
    for (let count; (count = calls.recv(this.#fd, answer, BUFFER_BYTES, 0)) > 0;) {
      for (let at = 0, lengthBytes; at < count; at += lengthBytes + 3 & ~3) {
        lengthBytes = answer.getUint32(at + ANSWER.length, true);
        const type = answer.getUint16(at + ANSWER.type, true);
        if (type === NLMSG_DONE) return true;
        if (type === NLMSG_ERROR || lengthBytes < ANSWER_BYTES) return false;
        onAnswer(answer, at);
      }
    }
    return false;
  }
}

function isIpv6({ host }: Address): boolean {
  return host.includes(":");
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
