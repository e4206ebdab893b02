/**
 * The times of which it is not known what most clients did.
 *
 * @module
 */

import { indexAt } from "./history.js";

/**
 * The times of frames with more messages than were traced of them: a client that is drawn as waiting may
 * have been served.
 *
 * @param {import("./history.js").History["samples"]} samples
 * @param {number} fromMs
 * @param {number} toMs
 * @returns {{ fromMs: number, toMs: number }[]} in the order of time, none beside another
 */
export function unknownSpans(samples, fromMs, toMs) {
  const spans = [];
  for (let i = Math.max(1, indexAt(samples, fromMs)); i < samples.length; i++) {
    const { frame: { timeMs, messages } } = samples[i];
    const beginMs = samples[i - 1].frame.timeMs;
    if (beginMs >= toMs) break;
    if (timeMs <= fromMs || messages.all <= 2 * messages.traced) continue;
    if (spans.at(-1)?.toMs === beginMs) spans.at(-1).toMs = timeMs;
    else spans.push({ fromMs: beginMs, toMs: timeMs });
  }
  return spans;
}
