import { nextSendMs } from "../../../clients/watch/synthetic_clients.ts";
import { assert } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

const EVERY_MS = 500;
const SINCE_MS = 1_234.5;

Deno.test("clients speak one after another, also after all of them were late", () => {
  for (const count of [2, 3, 4, 5, 50]) {
    for (const nowMs of [SINCE_MS, SINCE_MS + 20, SINCE_MS + 7_777]) {
      const times = Array.from({ length: count }, (_, number) => {
        return nextSendMs(number, EVERY_MS, SINCE_MS, nowMs);
      }).sort((one, other) => one - other);
      assert(times.every((timeMs) => timeMs > nowMs && timeMs <= nowMs + EVERY_MS), `${times}`);
      const gapsMs = times.map((timeMs, i) => {
        return (i + 1 < count ? times[i + 1] : times[0] + EVERY_MS) - timeMs;
      });
      assert(Math.min(...gapsMs) > EVERY_MS / count / 3, `${gapsMs}`);
    }
  }
});
