/**
 * The messages of a client, and their bytes as text.
 *
 * @module
 */

import { indexAt } from "./history.js";

/** A record has the first bytes of a message, so many at most. */
const SHOWN_BYTES = 48;
/** How far back the message is looked for that a handler works on. */
const MAX_FRAMES = 400;
/** Times of records and of what lanes do may differ by this much. */
const TOLERANCE_MS = 1;

/** @typedef {{ bytes: number, text: string | undefined }} Message */

/**
 * What a client and the server have said to each other around a piece of a bar.
 *
 * @param {import("./history.js").History} history
 * @param {number} client its number
 * @param {number} fromMs when the piece began
 * @param {number} untilMs when it ended
 * @returns {{ received: Message | undefined, sent: Message | undefined, more: number }}
 *   `received` is the message that is worked on, `sent` what was sent within the piece, with the text of
 *   the first of it, and `more` the number of messages that were received within it beside the first
 */
export function messagesOf(history, client, fromMs, untilMs) {
  const { samples } = history;
  let [received, sent, within] = [undefined, undefined, 0];
  const last = Math.min(samples.length - 1, indexAt(samples, untilMs + TOLERANCE_MS) + 1);
  for (let i = last; i >= Math.max(0, last - MAX_FRAMES); i--) {
    const { timeMs: frameMs, transfers = [], texts = [] } = samples[i].frame;
    for (const [timeMs, who, , receivedBytes, sentBytes] of transfers.toReversed()) {
      if (who !== client || timeMs > untilMs + TOLERANCE_MS) continue;
      const isWithin = timeMs >= fromMs - TOLERANCE_MS;
      const text = texts.find(([ofMs, of]) => ofMs === timeMs && of === client)?.[2];
      if (isWithin && sentBytes > 0) sent = { bytes: (sent?.bytes ?? 0) + sentBytes, text };
      if (receivedBytes === 0) continue;
      if (isWithin) within++;
      if (isWithin || received === undefined) {
        received = { bytes: receivedBytes, text };
      }
    }
    if (received !== undefined && frameMs < fromMs - TOLERANCE_MS) break;
  }
  return { received, sent, more: Math.max(0, within - 1) };
}

/**
 * Shows text that a client sent in quotes, with control characters as escapes, as the log does.
 *
 * @param {number} bytes how many there were: of more than `text` has, an ellipsis says so
 */
export function quoted(text, bytes) {
  const shown = JSON.stringify(text).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  // What is no UTF-8 becomes longer in it.
  const isCut = bytes > SHOWN_BYTES || new TextEncoder().encode(text).length < bytes;
  return isCut ? `${shown}…` : shown;
}
