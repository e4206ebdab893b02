/**
 * The rings that a program shares with the system, without any socket.
 *
 * @module
 */

import { createWaker, quiet, wake } from "../../../servers/system/eventfd.ts";
import { IoUring } from "../../../servers/system/io_uring.ts";
import { type IoUringCalls, ioUringCalls } from "../../../servers/system/io_uring_calls.ts";
import { ioUringRefusal } from "../../../servers/system/io_uring_refusal.ts";
import { ProvidedBuffers } from "../../../servers/system/provided_buffers.ts";
import { ERRNO, SystemCallError } from "../../../servers/system/system_interface.ts";
import {
  AF_UNIX,
  hasSystemCalls,
  MSG_DONTWAIT,
  SOCK_SEQPACKET,
  systemCalls,
} from "../../../servers/system/system_calls.ts";
import { assert, assertEquals, assertGreaterOrEqual, assertThrows } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

const ignore = !hasSystemCalls();
const calls = hasSystemCalls() ? systemCalls() : undefined!;
if (!ignore) new IoUring(calls, 1).close(); // opens all libraries before the tests that would have to close them
const POLLIN = 1;
const KIND = 7;

/** Registers a test with a ring that is closed after it. */
function testRing(name: string, entries: number, fn: (ring: IoUring) => void): void {
  Deno.test({
    name,
    ignore,
    fn() {
      const ring = new IoUring(calls, entries);
      try {
        fn(ring);
      } finally {
        ring.close();
      }
    },
  });
}

/** Calls of a system that has no ring to give. */
function refusing(errno: number): IoUringCalls {
  return { ...ioUringCalls(new Float64Array(1)), setup: () => -errno };
}

function pairOf(): [near: number, far: number] {
  const pair = new Int32Array(2);
  assertEquals(calls.socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
  return [pair[0], pair[1]];
}

function resultsOf(ring: IoUring): [kind: number, fd: number, result: number][] {
  const results: [number, number, number][] = [];
  while (ring.next()) results.push([ring.kind, ring.fd, ring.result]);
  return results;
}

testRing("a request comes back with its kind, its descriptor and its result", 8, (ring) => {
  const waker = createWaker(calls);
  ring.prepPollMultishot(KIND, waker, POLLIN);
  ring.enter(0, 0);
  assertEquals(resultsOf(ring), []);
  wake(calls, waker);
  ring.enter(1, -1);
  assertEquals(resultsOf(ring), [[KIND, waker, POLLIN]]);
  quiet(calls, waker);
  wake(calls, waker); // it goes on by itself
  ring.enter(1, -1);
  assertEquals(resultsOf(ring), [[KIND, waker, POLLIN]]);
  ring.prepCancel(KIND + 1, KIND, waker);
  ring.enter(2, -1);
  assertEquals(
    resultsOf(ring).toSorted(([a], [b]) => a - b),
    [[KIND, waker, -ERRNO.ECANCELED], [KIND + 1, waker, 0]],
  );
  calls.close(waker);
});

testRing("a wait ends when its time is over", 8, (ring) => {
  const beganMs = performance.now();
  ring.enter(1, 30);
  assertGreaterOrEqual(performance.now() - beganMs, 30);
  assertEquals(ring.next(), false);
});

testRing("more requests than places are handed over in between", 4, (ring) => {
  const REQUESTS = 50; // of which none has anything to cancel
  for (let i = 0; i < REQUESTS; i++) ring.prepCancel(KIND, KIND, 1_000_000 + i);
  const results = [];
  while (results.length < REQUESTS) {
    ring.enter(1, 5_000);
    const more = resultsOf(ring);
    assert(more.length > 0, `${results.length} of ${REQUESTS}`);
    results.push(...more);
  }
  assertEquals(results.map(([, fd]) => fd), results.map((_, i) => 1_000_000 + i));
  assertEquals(new Set(results.map(([, , result]) => result)), new Set([-ERRNO.ENOENT]));
});

testRing(
  "the system takes the buffers that it is given, and more when small messages are short of them",
  8,
  (ring) => {
    const buffers = new ProvidedBuffers(ring, 16_384);
    const [near, far] = pairOf();
    /** Receives messages until no buffer is left. */
    const exhaust = (sizeBytes: number): number[] => {
      const taken: number[] = [];
      for (;;) {
        ring.prepRecv(KIND, near, MSG_DONTWAIT);
        calls.write(far, new Uint8Array(sizeBytes), sizeBytes);
        ring.enter(1, -1);
        assert(ring.next());
        if (ring.result === -ERRNO.ENOBUFS) return taken;
        assertEquals(buffers.view(ring.buffer, ring.result).length, sizeBytes);
        taken.push(ring.buffer);
      }
    };
    const few = exhaust(10);
    assertEquals(few.length, new Set(few).size);
    buffers.provideMore();
    buffers.publish();
    const more = exhaust(10);
    assertEquals(more.length, few.length); // twice as many, of which the first are taken
    for (const buffer of [...few, ...more]) buffers.give(buffer);
    buffers.publish();
    const rest = new Uint8Array(16_384);
    while (calls.recv(near, rest, rest.length, MSG_DONTWAIT) > 0); // for which there was no buffer
    const large = exhaust(16_384);
    assertEquals(large.length, 2 * few.length);
    buffers.provideMore();
    buffers.publish();
    assertEquals(exhaust(16_384), []); // they would not fit into the cache
    buffers.give(5);
    buffers.publish();
    ring.prepRecv(KIND, near, MSG_DONTWAIT);
    ring.enter(1, -1);
    assert(ring.next());
    assertEquals(ring.buffer, 5);
    calls.close(near);
    calls.close(far);
  },
);

testRing("a buffer has one view for as many bytes", 8, (ring) => {
  const buffers = new ProvidedBuffers(ring, 1_024);
  assert(buffers.view(3, 10) === buffers.view(3, 10));
  assertEquals(
    buffers.addressOf(buffers.view(4, 1)) - buffers.addressOf(buffers.view(3, 1)),
    1_024,
  );
  assertEquals(buffers.has(new Uint8Array(3)), false);
});

for (
  const [errno, refusal] of [
    [ERRNO.ENOSYS, "absent"],
    [ERRNO.EPERM, "forbidden"],
    [ERRNO.EINVAL, "too-old"],
    [ERRNO.ENOMEM, "unlockable"],
  ] as const
) {
  Deno.test({
    name: `a system that refuses a ring with ${errno} is ${refusal}`,
    ignore,
    fn: () => assertEquals(ioUringRefusal(calls, refusing(errno)), refusal),
  });
}

Deno.test({
  name: "what has nothing to do with io_uring is no refusal",
  ignore,
  fn() {
    const refusal = () => ioUringRefusal(calls, refusing(ERRNO.EMFILE));
    assertThrows(refusal, SystemCallError, "io_uring_setup: EMFILE");
  },
});
