/**
 * Gathers its memory, and forks children, one after another, and has each collect garbage: a process of its
 * own, because V8 has to be started for it. Prints how many bytes it gathered, how many are resident of memory of
 * which one page was used, and how many children ended with each exit status.
 *
 * @module
 */

import { exitNow, fork } from "../../../servers/system/fork.ts";
import { gatherPages } from "../../../servers/system/gathered_pages.ts";
import { residentRanges } from "../../../servers/system/memory_ranges.ts";
import { mapPages, memoryAt } from "../../../servers/system/mmap.ts";
import { endOf } from "../../../servers/system/spawn.ts";

const [children, statusWanted] = Deno.args.map(Number);
/** A child that has not ended after so many looks, of at least a millisecond each, hangs. */
const LOOKS = 30_000;

/** As the stack of a thread has; the system puts so much at the border of a huge page. */
const UNUSED_BYTES = 4_194_304;

const sleeper = new Int32Array(new SharedArrayBuffer(4));
const ended: Record<string, number> = {};
const almostUnused = mapPages(UNUSED_BYTES);
new Uint8Array(memoryAt(almostUnused, UNUSED_BYTES))[0] = 1;
makeGarbage(2_000); // so that there are objects in all kinds of memory
const gatheredBytes = Number(gatherPages());
const residentBytes = Number(
  residentRanges().find(({ address }) => address === almostUnused)?.residentBytes,
);
for (let i = 0; i < children; i++) {
  makeGarbage(20); // so that forks come while V8 has something to do
  const pid = fork();
  if (pid === 0) exitNow(makeGarbage(2_000) > 0 ? statusWanted : 1);
  const status = statusOf(pid);
  ended[status] = (ended[status] ?? 0) + 1;
}
console.log(JSON.stringify({ ended, gatheredBytes, residentBytes }));

function makeGarbage(objects: number): number {
  let length = 0;
  for (let i = 0; i < objects; i++) {
    length += JSON.stringify({ i, list: new Array(50).fill(i) }).length;
  }
  return length;
}

function statusOf(pid: number): string {
  for (let look = 0; look < LOOKS; look++) {
    const end = endOf(pid);
    if (end !== undefined) return end.signal ?? String(end.code);
    Atomics.wait(sleeper, 0, 0, 1);
  }
  Deno.kill(pid, "SIGKILL");
  return "hangs";
}
