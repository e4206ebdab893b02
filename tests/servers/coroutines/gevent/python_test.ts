/**
 * What Python's gevent does in the scenarios of `python/`, read off the version that each file in
 * `python/expected/` names. `deno task compare:gevent` runs them in Python again.
 *
 * @module
 */

import { UNOBSERVED } from "../../../../servers/sockets/observer.ts";
import {
  createDescriptorMemory,
  DescriptorTable,
} from "../../../../servers/sockets/libc/descriptor_table.ts";
import { LibcSockets } from "../../../../servers/sockets/libc/sockets.ts";
import { hasSystemCalls } from "../../../../servers/system/system_calls.ts";
import { assertEquals, assertMatch } from "../../../harness/assert.ts";
import { ManualClock } from "../../../harness/manual_clock.ts";
import { test } from "../../../harness/test.ts";
import { expectedOf, featureNames, linesOf, streamLinesOver } from "./python/features.ts";

for (const feature of featureNames) {
  test(`gevent: ${feature} as in Python`, async () => {
    const { versions, lines } = await expectedOf(feature);
    assertMatch(versions, /^gevent \d+\.\d+\.\d+, greenlet \d+\.\d+\.\d+$/);
    assertEquals(await linesOf(feature, new ManualClock()), lines);
  });
}

test("gevent: streams as in Python, on the system's sockets", async () => {
  const table = new DescriptorTable(createDescriptorMemory(65_536));
  const { lines } = await expectedOf("streams");
  assertEquals(await streamLinesOver(new LibcSockets(UNOBSERVED, table, 1_024)), lines);
}, { ignore: !hasSystemCalls() });
