/**
 * What Python's gevent does in the scenarios of `python/`, read off the version that each file in
 * `python/expected/` names. `deno task compare:gevent` runs them in Python again.
 *
 * @module
 */

import { assertEquals, assertMatch } from "../../../harness/assert.ts";
import { ManualClock } from "../../../harness/manual_clock.ts";
import { test } from "../../../harness/test.ts";
import { expectedOf, featureNames, linesOf } from "./python/features.ts";

for (const feature of featureNames) {
  test(`gevent: ${feature} as in Python`, async () => {
    const { versions, lines } = await expectedOf(feature);
    assertMatch(versions, /^gevent \d+\.\d+\.\d+, greenlet \d+\.\d+\.\d+$/);
    assertEquals(await linesOf(feature, new ManualClock()), lines);
  });
}
