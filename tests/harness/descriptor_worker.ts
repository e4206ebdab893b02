/**
 * A thread that opens and closes the same descriptor over and over, as far as a table of descriptors
 * can tell.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { DescriptorTable } from "../../servers/sockets/libc/descriptor_table.ts";

/** Places in the memory that the thread shares with its test. */
export const PLACE = {
  /** 1 while the descriptor is open: from before it is added until after it is removed. */
  isOpen: 0,
  /** How often it was closed. */
  rounds: 1,
  /** Set by the test to end the thread. */
  stop: 2,
};

/** What the thread is given. */
export interface DescriptorWork {
  descriptors: SharedArrayBuffer;
  shared: SharedArrayBuffer;
  fd: number;
}

self.onmessage = ({ data }: MessageEvent<DescriptorWork>) => {
  const { descriptors, fd } = data;
  const table = new DescriptorTable(descriptors);
  const shared = new Int32Array(data.shared);
  while (Atomics.load(shared, PLACE.stop) === 0) {
    Atomics.store(shared, PLACE.isOpen, 1);
    table.add(fd);
    table.setListener(fd);
    table.setListener(undefined);
    table.remove(fd);
    Atomics.store(shared, PLACE.isOpen, 0);
    table.released();
    Atomics.add(shared, PLACE.rounds, 1);
  }
  self.postMessage("stopped");
};
