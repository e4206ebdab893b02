/**
 * Children in accept with a lock around it and without, from one child to fifty: the comparison of chapter
 * 30 of Stevens' "UNIX Network Programming" on this machine.
 *
 * @module
 */

import { FileLock } from "../../servers/system/file_lock.ts";
import { createMapping } from "../../servers/system/mmap.ts";
import { openMemory } from "../../servers/metrics/memory.ts";
import { MSG_NOSIGNAL, SOCK_CLOEXEC, type SystemCalls } from "../../servers/system/system_calls.ts";
import type { LabTexts } from "../../cli/messages.ts";
import { type Chart, defineExperiment, quantile } from "./experiment.ts";
import { forkChild, waitFor } from "./forked_child.ts";
import { type Listening, Loopback } from "./loopback.ts";
import { measureInOwnProcess } from "./own_process.ts";
import { WaitingChildren } from "./waiting_children.ts";

/** How many children there are. */
const COUNTS = [1, 5, 15, 50];
/** How many clients there are at a time, and how often each connects. */
const CLIENTS = 3;
const CONNECTIONS = 40;
const ROUNDS = 3;
const BACKLOG = 128;
/** Without a lock, it may take this many times as long as with one. */
const MAX_TIMES = 1.5;
const BYTE = Uint8Array.of(1);

interface Row {
  readonly children: number;
  /** Microseconds for each connection: the median of the rounds. */
  readonly sharedUs: number;
  readonly lockUs: number;
}

interface Observations {
  readonly connections: number;
  readonly rows: readonly Row[];
}

/** `playground lab lock-or-herd` */
export const lockOrHerd = defineExperiment(
  "lock-or-herd",
  (texts) => measureInOwnProcess<Observations>("lock-or-herd", texts),
  ({ connections, rows }, texts) => {
    const times = sum(rows.map(({ lockUs }) => lockUs)) / sum(rows.map(({ sharedUs }) => sharedUs));
    return {
      lines: [texts.connections(connections), chart(rows, texts), texts.times(times)],
      expectations: [{ isMet: 1 / times <= MAX_TIMES, otherwise: texts.lockIsFaster }],
    };
  },
);

function chart(rows: readonly Row[], texts: LabTexts["experiments"]["lock-or-herd"]): Chart {
  const bars = rows.flatMap(({ children, sharedUs, lockUs }) => [
    { label: texts.shared(children), value: sharedUs, shown: texts.us(sharedUs) },
    { label: texts.lock(children), value: lockUs, shown: texts.us(lockUs) },
  ]);
  return { scale: "linear", bars };
}

/** Measures each number of children, with and without the lock in turn. */
export function compareLocks(): Observations {
  return { connections: CLIENTS * CONNECTIONS, rows: COUNTS.map(compare) };
}

function compare(children: number): Row {
  const lock = new FileLock();
  using loopback = new Loopback();
  loopback.closeLater(lock.descriptor);
  using without = new Served(loopback, children, undefined);
  using withLock = new Served(loopback, children, lock);
  const sharedUs: number[] = [];
  const lockUs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    sharedUs.push(without.usPerConnection());
    lockUs.push(withLock.usPerConnection());
  }
  return { children, sharedUs: quantile(sharedUs, 0.5), lockUs: quantile(lockUs, 0.5) };
}

/** Children that serve a listener. Dispose of them. */
class Served implements Disposable {
  readonly #loopback: Loopback;
  readonly #listening: Listening;
  readonly #children: WaitingChildren;

  constructor(loopback: Loopback, count: number, lock: FileLock | undefined) {
    const { calls } = loopback;
    const listening = loopback.listen(BACKLOG);
    const kept = [listening.descriptor, ...(lock === undefined ? [] : [lock.descriptor])];
    this.#loopback = loopback;
    this.#listening = listening;
    this.#children = new WaitingChildren(count, kept, () => serve(calls, listening, lock));
  }

  usPerConnection(): number {
    this.#children.untilAsleep();
    const ms = timeOfClients(this.#loopback, this.#listening);
    return ms * 1_000 / (CLIENTS * CONNECTIONS);
  }

  [Symbol.dispose](): void {
    this.#children[Symbol.dispose]();
  }
}

/** What each child does, for ever: Stevens' serv02, and with a lock serv03. */
function serve(calls: SystemCalls, { descriptor }: Listening, lock: FileLock | undefined): never {
  const buffer = new Uint8Array(1);
  for (;;) {
    while (lock?.take() === false);
    const client = calls.accept4(descriptor, null, null, SOCK_CLOEXEC);
    lock?.release();
    while (calls.recv(client, buffer, 1, 0) > 0) calls.send(client, buffer, 1, MSG_NOSIGNAL);
    calls.close(client);
  }
}

/** @returns from when the first client begins until the last one ends, in milliseconds */
function timeOfClients(loopback: Loopback, listening: Listening): number {
  const sizeBytes = 2 * CLIENTS * Float64Array.BYTES_PER_ELEMENT;
  const { descriptor, address } = createMapping(sizeBytes);
  loopback.calls.close(descriptor); // the memory stays
  const times = new Float64Array(openMemory({ address, sizeBytes }));
  const pids = Array.from({ length: CLIENTS }, (_, client) =>
    forkChild([], () => {
      times[2 * client] = performance.now();
      for (let i = 0; i < CONNECTIONS; i++) exchange(loopback, listening);
      times[2 * client + 1] = performance.now();
      return 0;
    }));
  for (const pid of pids) waitFor(pid);
  const begins = times.filter((_, index) => index % 2 === 0);
  return Math.max(...times) - Math.min(...begins);
}

/** Connects, sends a byte, and has it back. */
function exchange(loopback: Loopback, listening: Listening): void {
  const descriptor = loopback.connect(listening);
  loopback.send(descriptor, BYTE);
  loopback.calls.recv(descriptor, new Uint8Array(1), 1, 0);
  loopback.close(descriptor);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
