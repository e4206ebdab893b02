/**
 * The thread that sends what other threads have answered, on the system's sockets.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import type { SenderSetup } from "../../context/protocol.ts";
import { COUNTER, openCounters } from "../../metrics/counters.ts";
import { openMemory } from "../../metrics/memory.ts";
import { NOTHING_RARE } from "../../metrics/rare_recorder.ts";
import { Recorder } from "../../metrics/recorder.ts";
import { TraceWriter } from "../../metrics/trace.ts";
import { sendStage } from "../../pipeline.ts";
import { ReceiveBuffer } from "../../sockets/libc/connected_socket.ts";
import { DescriptorTable } from "../../sockets/libc/descriptor_table.ts";
import { makeAnotherInterruptible } from "../../system/this_thread.ts";
import { systemCalls } from "../../system/system_calls.ts";
import { RingSender } from "./sender.ts";

self.onmessage = ({ data: { wanted, stats, trace, descriptors } }: MessageEvent<SenderSetup>) => {
  const memory = openMemory(stats);
  const counters = openCounters(memory, wanted.number);
  const table = new DescriptorTable(descriptors);
  const sender: RingSender = new RingSender(wanted, {
    calls: systemCalls(counters.subarray(COUNTER.systemCalls)),
    observer: new Recorder(memory, new TraceWriter(openMemory(trace)), NOTHING_RARE, wanted.number),
    table,
    thread: makeAnotherInterruptible(),
    get turn() {
      return sender.turn;
    },
    wake() {},
    interruptWait() {},
    buffer: new ReceiveBuffer(0),
    released() {},
    linger() {},
  });
  sender.begun();
  sendStage(sender);
};
