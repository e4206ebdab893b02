/**
 * Who wakes up when one client comes: processes that wait in accept, in one epoll that they share, or in
 * an epoll each.
 *
 * @module
 */

import { EPOLLEXCLUSIVE, EPOLLIN } from "../../servers/sockets/interface.ts";
import { setBlocking } from "../../servers/sockets/libc/socket_options.ts";
import { checked } from "../../servers/system/system_interface.ts";
import {
  EPOLL_CTL_ADD,
  EPOLL_EVENT,
  SOCK_CLOEXEC,
  type SystemCalls,
} from "../../servers/system/system_calls.ts";
import { defineExperiment } from "./experiment.ts";
import { Loopback } from "./loopback.ts";
import { measureInOwnProcess } from "./own_process.ts";
import { WaitingChildren } from "./waiting_children.ts";

/** How many processes wait. */
const WAITING = 16;
const CLIENTS = 30;
/** Most wake-ups for a client where one process is to wake up. */
const FEW = 3;
/** A herd is at least this share of those that wait. */
const HERD_SHARE = 0.5;

/** In what they wait. */
const WAYS = ["accept", "shared", "each", "exclusive"] as const;
type Way = typeof WAYS[number];

interface Observations {
  readonly waiting: number;
  readonly clients: number;
  /** For each client. */
  readonly wakeUps: Readonly<Record<Way, number>>;
}

/** `playground lab thundering-herd` */
export const thunderingHerd = defineExperiment(
  "thundering-herd",
  (texts) => measureInOwnProcess<Observations>("thundering-herd", texts),
  ({ waiting, clients, wakeUps }, texts) => ({
    lines: [
      texts.waiting(waiting, clients),
      {
        scale: "linear",
        bars: WAYS.map((way) => ({
          label: texts.ways[way],
          value: wakeUps[way],
          shown: texts.wakeUps(wakeUps[way]),
        })),
      },
    ],
    expectations: [
      { isMet: wakeUps.accept <= FEW, otherwise: texts.acceptHerd },
      { isMet: wakeUps.each >= HERD_SHARE * waiting, otherwise: texts.noHerd },
      { isMet: wakeUps.exclusive <= wakeUps.each / 2, otherwise: texts.exclusiveHerd },
    ],
  }),
);

/** Has clients connect to processes that wait in each of the ways. */
export function watchHerds(): Observations {
  const each = WAYS.map((way) => [way, wakeUpsOf(way)]);
  return { waiting: WAITING, clients: CLIENTS, wakeUps: Object.fromEntries(each) };
}

function wakeUpsOf(way: Way): number {
  using loopback = new Loopback();
  const { calls } = loopback;
  const listening = loopback.listen(CLIENTS);
  const { descriptor: listener } = listening;
  setBlocking(calls, listener, way === "accept");
  const shared = way === "shared" ? epollOn(calls, listener, EPOLLIN) : undefined;
  const descriptors = [listener, ...(shared === undefined ? [] : [shared])];
  using children = new WaitingChildren(WAITING, descriptors, () => {
    if (way === "accept") return acceptAll(calls, listener);
    const events = way === "exclusive" ? EPOLLIN | EPOLLEXCLUSIVE : EPOLLIN;
    waitAndAccept(calls, listener, shared ?? epollOn(calls, listener, events));
  });
  children.untilAsleep();
  const before = children.sleeps;
  for (let client = 0; client < CLIENTS; client++) {
    const descriptor = loopback.connect(listening);
    checked("recv", calls.recv(descriptor, new Uint8Array(1), 1, 0)); // the end: it was accepted
    loopback.close(descriptor);
    children.untilAsleep();
  }
  const wakeUps = (children.sleeps - before) / CLIENTS;
  if (shared !== undefined) calls.close(shared);
  return wakeUps;
}

function epollOn(calls: SystemCalls, listener: number, events: number): number {
  const epoll = checked("epoll_create1", calls.epoll_create1(0));
  const event = new Int32Array(EPOLL_EVENT.words);
  event[0] = events;
  checked("epoll_ctl", calls.epoll_ctl(epoll, EPOLL_CTL_ADD, listener, event));
  return epoll;
}

/** Accepts each client that this process gets, and closes it. */
function acceptAll(calls: SystemCalls, listener: number): never {
  for (;;) calls.close(calls.accept4(listener, null, null, SOCK_CLOEXEC));
}

function waitAndAccept(calls: SystemCalls, listener: number, epoll: number): never {
  const events = new Int32Array(EPOLL_EVENT.words);
  for (;;) {
    calls.epoll_wait(epoll, events, 1, -1);
    const client = calls.accept4(listener, null, null, SOCK_CLOEXEC);
    if (client >= 0) calls.close(client); // otherwise another process was first
  }
}
