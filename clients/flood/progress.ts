import type { Messages } from "../../cli/messages.ts";
import type { RunningFlood } from "./running_flood.ts";
import { formatMs } from "./results.ts";

const UPDATE_MS = 200;
const encoder = new TextEncoder();

/**
 * Shows how a flood goes on in one line of the terminal, which it takes away in the end.
 *
 * @returns a function that ends it
 */
export function showProgress(flood: RunningFlood, { flood: texts }: Messages): () => void {
  if (!Deno.stderr.isTerminal()) return () => {};
  let before = 0;
  let beforeMs = performance.now();
  const timer = setInterval(() => {
    const { refused, messagesEchoed, roundTrips } = flood.measurements;
    const nowMs = performance.now();
    const line = texts.progress({
      connected: flood.connected,
      refused,
      waiting: flood.waiting,
      messagesPerSecond: Math.round((messagesEchoed - before) / (nowMs - beforeMs) * 1_000),
      latency: roundTrips.count === 0 ? "–" : formatMs(roundTrips.percentileMs(50)),
    });
    before = messagesEchoed;
    beforeMs = nowMs;
    rewriteLine(line);
  }, UPDATE_MS);
  return () => {
    clearInterval(timer);
    rewriteLine("");
  };
}

/** A line that does not fit is cut by the terminal instead of leaving pieces behind: DECAWM off. */
function rewriteLine(line: string): void {
  Deno.stderr.writeSync(encoder.encode(`\r\x1b[?7l\x1b[K${line}\x1b[?7h`));
}
