/**
 * What a readiness call costs with more and more connections on which nothing happens.
 *
 * select(2) and poll(2) take all the sockets each time: the system looks at each of them, and so does
 * the caller, to find the ready ones. epoll_wait(2) takes none, since the system keeps the list, and
 * returns the ready ones only.
 *
 * @module
 */

import { DescriptorSet } from "../../servers/sockets/libc/descriptor_set.ts";
import { EPOLLIN } from "../../servers/sockets/interface.ts";
import { checked } from "../../servers/system/system_interface.ts";
import { MSG_DONTWAIT } from "../../servers/system/system_calls.ts";
import { EpollInstance } from "../flood/libc/epoll_instance.ts";
import { defineExperiment, quantile } from "./experiment.ts";
import { Loopback, type Pair } from "./loopback.ts";
import { needDescriptors, needSystemCalls } from "./needs.ts";

const IDLE = [10, 100, 1_000, 10_000];
const ACTIVE = 10;
const ROUNDS = 50;
/** In which the code is compiled. */
const WARM_UP_ROUNDS = 20;
const WAIT_TIMEOUT_MS = 5_000;
/** `struct timeval` */
const NO_TIME = new BigInt64Array(2);
/** Nobody accepts idle clients, so that each has one descriptor: it waits in one of many queues. */
const CLIENTS_PER_LISTENER = 100;

/** By how much the cost must have grown, and may have grown, from the fewest idle ones to the most. */
const GROWS_TIMES = 5;
const STAYS_TIMES = 3;

const CALLS = ["select", "poll", "epoll"] as const;
type CallName = typeof CALLS[number];

/** The cost of one turn of a loop: the call, and finding those that are ready. */
interface Row {
  readonly idle: number;
  readonly call: CallName;
  readonly turnUs: number;
}

/** `playground lab scan-cost` */
export const scanCost = defineExperiment(
  "scan-cost",
  (texts) => {
    const max = Math.max(...IDLE);
    needSystemCalls(texts);
    needDescriptors(max + max / CLIENTS_PER_LISTENER + 2 * ACTIVE, texts);
    using loopback = new Loopback();
    const active = Array.from({ length: ACTIVE }, () => loopback.pair());
    const idle: number[] = [];
    const rows: Row[] = [];
    for (const count of IDLE) {
      while (idle.length < count) idle.push(...connectIdle(loopback, count - idle.length));
      rows.push(...measureCalls(loopback, active, idle));
    }
    return { active: ACTIVE, rows };
  },
  ({ active, rows }, texts) => {
    const growth = (name: CallName) => {
      const costs = rows.filter(({ call }) => call === name).map(({ turnUs }) => turnUs);
      return costs[costs.length - 1] / costs[0];
    };
    return {
      lines: [
        texts.active(active),
        {
          scale: "logarithmic",
          bars: rows.map(({ idle, call, turnUs }) => ({
            label: texts.label(idle, call),
            value: turnUs,
            shown: texts.turn(turnUs),
          })),
        },
        texts.growth(
          rows[rows.length - 1].idle / rows[0].idle,
          growth("select"),
          growth("poll"),
          growth("epoll"),
        ),
      ],
      expectations: [
        { isMet: growth("select") >= GROWS_TIMES, otherwise: texts.doesNotGrow("select") },
        { isMet: growth("poll") >= GROWS_TIMES, otherwise: texts.doesNotGrow("poll") },
        { isMet: growth("epoll") <= STAYS_TIMES, otherwise: texts.grows("epoll") },
      ],
    };
  },
);

/** Connects at most `wanted` clients, as many as fit into a queue. */
function connectIdle(loopback: Loopback, wanted: number): number[] {
  const listening = loopback.listen(CLIENTS_PER_LISTENER);
  const count = Math.min(wanted, CLIENTS_PER_LISTENER);
  return Array.from({ length: count }, () => loopback.connect(listening));
}

/** A turn of a loop. @returns how many it found ready */
type Turn = () => number;

function measureCalls(
  loopback: Loopback,
  active: readonly Pair[],
  idle: readonly number[],
): Row[] {
  const watched = [...idle, ...active.map(({ server }) => server)];
  const epoll = new EpollInstance(loopback.calls);
  try {
    const turns: Record<CallName, Turn> = {
      select: selectTurn(loopback, watched),
      poll: pollTurn(loopback, watched),
      epoll: epollTurn(epoll, watched),
    };
    return CALLS.map((call) => {
      const turnUs = measureTurn(loopback, active, turns[call]);
      return { idle: idle.length, call, turnUs };
    });
  } finally {
    epoll.close();
  }
}

/** The median of many turns; before each, every active client has sent something. */
function measureTurn(loopback: Loopback, active: readonly Pair[], turn: Turn): number {
  const byte = new Uint8Array(1);
  const timesMs: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    for (const { client } of active) loopback.send(client, byte);
    for (const { server } of active) loopback.wait(server, EPOLLIN, WAIT_TIMEOUT_MS);
    const beganMs = performance.now();
    const ready = turn();
    timesMs.push(performance.now() - beganMs);
    if (ready !== active.length) throw new Error(`${ready} are ready, not ${active.length}`);
    for (const { server } of active) loopback.calls.recv(server, byte, byte.length, MSG_DONTWAIT);
  }
  return quantile(timesMs.slice(WARM_UP_ROUNDS), 0.5) * 1_000;
}

function selectTurn({ calls }: Loopback, watched: readonly number[]): Turn {
  const set = new DescriptorSet(Math.max(...watched) + 1);
  return () => {
    set.clear();
    for (const descriptor of watched) set.add(descriptor);
    checked("select", calls.select(set.highest + 1, set.words, null, null, NO_TIME));
    let ready = 0;
    for (const descriptor of watched) if (set.has(descriptor)) ready++;
    return ready;
  };
}

function pollTurn({ calls }: Loopback, watched: readonly number[]): Turn {
  // `struct pollfd`: the descriptor, what is asked for, and above it what is reported.
  const list = Int32Array.from(watched.flatMap((descriptor) => [descriptor, EPOLLIN]));
  return () => {
    checked("poll", calls.poll(list, watched.length, 0));
    let ready = 0;
    for (let i = 1; i < list.length; i += 2) if (list[i] >>> 16 !== 0) ready++;
    return ready;
  };
}

function epollTurn(epoll: EpollInstance, watched: readonly number[]): Turn {
  for (const descriptor of watched) {
    checked("epoll_ctl", epoll.add(descriptor, descriptor, EPOLLIN));
  }
  return () => epoll.wait(0);
}
