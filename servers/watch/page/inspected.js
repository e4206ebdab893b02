/**
 * What the pointer is on, or what a followed client does, in words.
 *
 * @module
 */

import { messagesOf, quoted } from "./bytes.js";
import { shownNumber } from "./dom.js";
import { hitOf } from "./hits.js";
import { relativeTime, shownSpan } from "./moment.js";

/** What has to do with a message. */
const BUSY = ["served", "asleep", "blocked", "recv", "handle", "sleep", "send"];

/** @typedef {import("./hits.js").Hit} Hit */

/**
 * A client at a time, as if the pointer were on it.
 *
 * @param {number} client its number
 * @returns {Hit | undefined} `undefined` while it is not there
 */
export function clientAt(history, client, timeMs) {
  for (const bar of barsAt(history, timeMs)) {
    if (bar.client === client) return hitOf(history, bar, timeMs);
  }
  return undefined;
}

/** The first of the clients at a time, by their numbers. @returns {Hit[]} */
export function firstClientsAt(history, timeMs, max) {
  return [...barsAt(history, timeMs)].sort((one, other) => one.client - other.client)
    .slice(0, max).map((bar) => hitOf(history, bar, timeMs));
}

function* barsAt({ lanes }, timeMs) {
  for (const { bars } of lanes.values()) {
    for (const bar of bars) if (bar.times[0] <= timeMs && bar.endMs > timeMs) yield bar;
  }
}

/** Says what is at a place. */
export class Words {
  #texts;
  #laneName;
  #waitsIn;
  #secondsAt;
  /** What was said of the bytes of a piece last: looking for them takes longer than the rest. */
  #kept = { key: "", newest: undefined, lines: [] };

  /**
   * @param options `texts` of the page, `laneName(lane)` names a lane, `waitsIn` is the call that waits for
   *   all clients, and `secondsAt(timeMs)` the time since the server's start
   */
  constructor({ texts, laneName, waitsIn, secondsAt }) {
    this.#texts = texts;
    this.#laneName = laneName;
    this.#waitsIn = waitsIn;
    this.#secondsAt = secondsAt;
  }

  /**
   * Whose it is, what it does, for how long, and which bytes.
   *
   * @param {Hit} hit
   * @param {number} nowMs until then is known: what is not over by then goes on
   * @returns {string[]} lines
   */
  of(history, hit, nowMs) {
    return [
      this.#who(hit),
      this.#texts.inspect.doing.replace("{does}", this.does(hit))
        .replace("{howLong}", this.#howLong(hit, nowMs)),
      ...this.#bytes(history, hit),
    ];
  }

  /** What a client or a lane does. */
  does({ state, activity }) {
    const { states, does } = this.#texts;
    return activity === undefined ? states[state] : does[activity].replace("{call}", this.#waitsIn);
  }

  #who({ client, peer, lane }) {
    const of = this.#texts.inspect.client.replace("{peer}", peer);
    return client === 0 ? this.#laneName(lane) : `${of} · ${this.#laneName(lane)}`;
  }

  #howLong({ fromMs, untilMs }, nowMs) {
    const { lasted, lasts } = this.#texts.inspect;
    const isOver = untilMs <= nowMs;
    const ms = Math.max(0, (isOver ? untilMs : nowMs) - fromMs);
    const moment = relativeTime(this.#secondsAt(fromMs), ms < 100 ? 6 : 3);
    return (isOver ? lasted : lasts).replace("{time}", shownSpan(ms)).replace("{moment}", moment);
  }

  #bytes(history, { client, state, activity, fromMs, untilMs }) {
    if (client === 0 || !BUSY.includes(activity ?? state)) return [];
    const [key, newest] = [`${client} ${fromMs} ${untilMs}`, history.samples.at(-1)];
    if (this.#kept.key !== key || this.#kept.newest !== newest) {
      this.#kept = { key, newest, lines: this.#messages(history, client, fromMs, untilMs) };
    }
    return this.#kept.lines;
  }

  #messages(history, client, fromMs, untilMs) {
    const { inspect } = this.#texts;
    const { received, sent, more } = messagesOf(history, client, fromMs, untilMs);
    const say = (message, withText, withoutText) => {
      if (message === undefined) return;
      const { bytes, text } = message;
      const said = text === undefined ? withoutText : withText;
      const shown = text === undefined ? "" : quoted(text, bytes);
      // What a client sent is put in last, so that nothing in it is replaced.
      lines.push(said.replace("{bytes}", shownNumber(bytes)).replace("{text}", () => shown));
    };
    const lines = [];
    say(received, inspect.received, inspect.receivedCount);
    if (more > 0) lines.push(inspect.more.replace("{count}", shownNumber(more)));
    say(sent, inspect.sent, inspect.sentCount);
    return lines;
  }
}
