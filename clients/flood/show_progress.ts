import type { Messages } from "../../cli/messages.ts";
import { formatMs } from "../../cli/milliseconds.ts";
import { progressLine } from "../../cli/progress_line.ts";
import { StatusLines } from "../../cli/status_lines.ts";
import type { FloodOptions } from "./options.ts";
import { onQuitKey } from "./quit_key.ts";
import type { RunningFlood } from "./running_flood.ts";

const UPDATE_MS = 200;

/**
 * Shows in the last lines of the terminal how far a flood is and how it goes, and ends it early when `q`
 * is typed. Where there is no terminal it shows nothing and reads no key.
 *
 * @returns a function that stops this and clears the lines
 */
export function showProgress(
  flood: RunningFlood,
  { durationMs, reconnectAfter }: Pick<FloodOptions, "durationMs" | "reconnectAfter">,
  { flood: texts }: Messages,
): () => void {
  if (!Deno.stderr.isTerminal()) return () => {};
  const restoreKeys = onQuitKey(() => flood.stop());
  const lines = new StatusLines();
  const startedMs = performance.now();
  let before = { finished: 0, messagesEchoed: 0 };
  let beforeMs = startedMs;
  const timer = setInterval(() => {
    const { refused, finished, messagesEchoed, roundTrips } = flood.measurements;
    const nowMs = performance.now();
    const perSecond = (count: number) => Math.round(count / (nowMs - beforeMs) * 1_000);
    const line = texts.progress({
      connected: flood.connected,
      refused,
      waiting: flood.waiting,
      connectionsPerSecond: reconnectAfter < Infinity
        ? perSecond(finished - before.finished)
        : undefined,
      messagesPerSecond: perSecond(messagesEchoed - before.messagesEchoed),
      latency: roundTrips.count === 0 ? "–" : formatMs(roundTrips.percentileMs(50)),
    });
    before = { finished, messagesEchoed };
    beforeMs = nowMs;
    lines.draw([timeLine(nowMs - startedMs, durationMs, lines.size().columns, texts), line]);
  }, UPDATE_MS);
  return () => {
    clearInterval(timer);
    lines.clear();
    restoreKeys();
  };
}

/** What is left of the time, as a bar; what has passed, if there is no end. */
function timeLine(
  passedMs: number,
  durationMs: number,
  columns: number,
  texts: Messages["flood"],
): string {
  const facts = Deno.stdin.isTerminal() ? [texts.quitKey] : [];
  if (durationMs === Infinity) {
    return progressLine({ name: texts.passed(Math.floor(passedMs / 1_000)), facts }, columns);
  }
  const left = Math.ceil((durationMs - passedMs) / 1_000);
  const name = left > 0 ? texts.left(left) : texts.lastAnswers;
  return progressLine({ name, fraction: Math.min(1, passedMs / durationMs), facts }, columns);
}
