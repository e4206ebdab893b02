/**
 * What fork(2) copies, and when: no memory at first. Parent and child have the same pages, and the
 * first of the two to write to a page is given a copy of it.
 *
 * @module
 */

import { formatBytes } from "../../cli/bytes.ts";
import { cFunctions } from "../../servers/system/c_library.ts";
import { checked } from "../../servers/system/system_interface.ts";
import { type Chart, defineExperiment } from "./experiment.ts";
import { forkChild, waitFor } from "./forked_child.ts";
import { Loopback } from "./loopback.ts";
import { measureInOwnProcess } from "./own_process.ts";
import { memoryOf } from "./private_memory.ts";

/** What the parent has filled before it forks. */
const BLOCK_BYTES = 32_000_000;
/** To how many pages the child writes: a byte to each. */
const PAGES_WRITTEN = 2_000;
const BEFORE_FORK = 1;
const WRITTEN_LATER = 2;
/** How much more than the pages written to may be copied: the child's own stack and objects. */
const MAX_COPIED_TIMES = 3;

const c = cFunctions({ getpagesize: { parameters: [], result: "i32" } });

interface Observations {
  readonly blockBytes: number;
  readonly pageBytes: number;
  readonly pagesWritten: number;
  /** Whether the child saw after the fork what the parent had written before. */
  readonly childSawTheSame: boolean;
  /** Whether each still saw that where only the other one had written since. */
  readonly parentKeptItsBytes: boolean;
  readonly childKeptItsBytes: boolean;
  /** The private memory of the child. */
  readonly privateBytes: {
    readonly afterFork: number;
    readonly afterReading: number;
    readonly afterWriting: number;
  };
  /** How long the child took to write to all these pages for the first time, and again. */
  readonly writeMs: number;
  readonly writeAgainMs: number;
}

/** `playground lab copy-on-write` */
export const copyOnWrite = defineExperiment(
  "copy-on-write",
  (texts) => measureInOwnProcess<Observations>("copy-on-write", texts),
  (seen, texts) => {
    const { blockBytes, pageBytes, pagesWritten, privateBytes } = seen;
    const copiedBytes = privateBytes.afterWriting - privateBytes.afterReading;
    const pagesBytes = pagesWritten * pageBytes;
    const bar = (label: string, value: number) => ({ label, value, shown: formatBytes(value) });
    const chart: Chart = {
      scale: "linear",
      bars: [
        bar(texts.afterFork, privateBytes.afterFork),
        bar(texts.afterReading(formatBytes(blockBytes)), privateBytes.afterReading),
        bar(texts.afterWriting(pagesWritten), privateBytes.afterWriting),
      ],
    };
    const areSeparate = seen.parentKeptItsBytes && seen.childKeptItsBytes;
    return {
      lines: [
        texts.privateMemory(formatBytes(blockBytes)),
        chart,
        texts.copied(pagesWritten, formatBytes(copiedBytes), pageBytes),
        texts.time(seen.writeMs * 1_000 / pagesWritten, seen.writeAgainMs * 1_000 / pagesWritten),
        ...(areSeparate ? [texts.separate] : []),
      ],
      expectations: [
        { isMet: seen.childSawTheSame, otherwise: texts.notTheSame },
        { isMet: areSeparate, otherwise: texts.notSeparate },
        { isMet: privateBytes.afterReading < blockBytes / 2, otherwise: texts.copiedAtOnce },
        {
          isMet: copiedBytes >= pagesBytes / 2 && copiedBytes <= MAX_COPIED_TIMES * pagesBytes,
          otherwise: texts.notByPages,
        },
      ],
    };
  },
);

/** What the child says: whether it saw the old bytes, and how long it took, in milliseconds. */
const REPLY = new Float64Array(3);
const REPLY_BYTES = new Uint8Array(REPLY.buffer);
const STEP = new Uint8Array(1);

/** Forks, and has the child read, write, and read again, one step at a time. */
export function measureCopies(): Observations {
  const pageBytes = c().getpagesize();
  const block = new Uint8Array(BLOCK_BYTES).fill(BEFORE_FORK);
  using loopback = new Loopback();
  const { client, server } = loopback.unixPair();
  const pid = forkChild([server], () => playChild(loopback, server, block, pageBytes));
  loopback.close(server);
  try {
    const step = () => {
      loopback.send(client, STEP);
      checked("recv", loopback.calls.recv(client, REPLY_BYTES, REPLY_BYTES.length, 0));
      return { sawOld: REPLY[0] === 1, firstMs: REPLY[1], againMs: REPLY[2] };
    };
    const privateBytes = () => memoryOf(pid).privateBytes;
    step(); // it has started
    const afterFork = privateBytes();
    const reading = step();
    const afterReading = privateBytes();
    const writing = step();
    const afterWriting = privateBytes();
    const parentKeptItsBytes = areAll(block, BEFORE_FORK);
    writeToPages(secondHalf(block), pageBytes);
    const again = step();
    return {
      blockBytes: BLOCK_BYTES,
      pageBytes,
      pagesWritten: PAGES_WRITTEN,
      childSawTheSame: reading.sawOld,
      parentKeptItsBytes,
      childKeptItsBytes: again.sawOld,
      privateBytes: { afterFork, afterReading, afterWriting },
      writeMs: writing.firstMs,
      writeAgainMs: writing.againMs,
    };
  } finally {
    loopback.close(client);
    waitFor(pid);
  }
}

/** The child: what it does at each step. It ends when the parent closes the connection. */
function playChild(
  loopback: Loopback,
  descriptor: number,
  block: Uint8Array,
  pageBytes: number,
): number {
  const steps = [
    () => {},
    () => {
      REPLY[0] = Number(areAll(block, BEFORE_FORK));
    },
    () => {
      REPLY[1] = writeToPages(block, pageBytes);
      REPLY[2] = writeToPages(block, pageBytes);
    },
    () => {
      REPLY[0] = Number(areAll(secondHalf(block), BEFORE_FORK));
    },
  ];
  for (const step of steps) {
    if (checked("recv", loopback.calls.recv(descriptor, STEP, STEP.length, 0)) === 0) return 1;
    step();
    loopback.send(descriptor, REPLY_BYTES);
  }
  return loopback.calls.recv(descriptor, STEP, STEP.length, 0);
}

function areAll(bytes: Uint8Array, value: number): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== value) return false;
  return true;
}

/** The child writes in the first half, and the parent here. */
function secondHalf(block: Uint8Array): Uint8Array {
  return block.subarray(block.length / 2);
}

/** Writes a byte to each of the first pages. @returns how long that took, in milliseconds */
function writeToPages(bytes: Uint8Array, pageBytes: number): number {
  const beganMs = performance.now();
  for (let page = 0; page < PAGES_WRITTEN; page++) bytes[page * pageBytes] = WRITTEN_LATER;
  return performance.now() - beganMs;
}
