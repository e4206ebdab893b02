/**
 * A line of what is measured: the backlog, the returns of the waiting call, what holds the server up.
 *
 * @module
 */

import { element, setText, shownNumber } from "./dom.js";
import { fill } from "./fill.js";
import { indexAt, isSampled } from "./history.js";
import { Throttle } from "./pace.js";

/** Rates are computed over this many samples. */
const SPAN = 10;
/** A loop with a higher latency is held up. */
const HELD_UP_MS = 250;
const REDRAW_MS = 250;
/** An older list of the clients in the backlog is shown with its age. */
const STALE_MS = 1_000;

/** The facts of one server. */
export class Facts {
  element = element("p", { class: "facts" });
  #texts;
  #waitsIn;
  #announce;
  /** Whether the server was held up at the last announcement. */
  #isHeldUp = false;
  #throttle = new Throttle(REDRAW_MS);

  /**
   * @param {string} waitsIn the call that waits for many sockets
   * @param {(text: string) => void} announce announces when the server is held up, and goes on
   */
  constructor(texts, waitsIn, announce) {
    this.#texts = texts;
    this.#waitsIn = waitsIn;
    this.#announce = announce;
  }

  /** Shows the facts of a time. */
  draw({ samples }, { atMs }) {
    const index = indexAt(samples, atMs);
    const last = samples[index].frame;
    if (!this.#throttle.isDue(last)) return;
    const texts = this.#texts;
    const facts = this.#heldUp(last);
    this.#say(facts[0]);
    const { backlog, totals } = last;
    if (backlog !== null) facts.push(texts.inBacklog.replace("#", shownNumber(backlog)));
    if (last.backlogAgeMs > STALE_MS) {
      facts.push(texts.olderPeers.replace("#", shownNumber(last.backlogAgeMs / 1_000, 1)));
    }
    if (isSampled(last)) facts.push(sampledFact(last.messages, texts));
    facts.push(...this.#wakeUps(last, samples[Math.max(0, index - SPAN)].frame));
    if (totals.refused > 0) facts.push(texts.refused.replace("#", shownNumber(totals.refused)));
    setText(this.element, facts.join(" · "));
  }

  #heldUp({ settings, loopLatencyMs }) {
    const { heldUp, blocked } = this.#texts;
    const facts = settings.heldMs > 0 ? [heldUp] : [];
    if (loopLatencyMs > HELD_UP_MS) facts.push(blocked.replace("#", shownNumber(loopLatencyMs)));
    return facts;
  }

  /** How often the waiting call returns, and how many sockets it scans and finds ready. */
  #wakeUps(last, before) {
    const texts = this.#texts;
    const wakeUps = last.totals.wakeUps - before.totals.wakeUps;
    if (wakeUps <= 0) return [];
    const seconds = (last.timeMs - before.timeMs) / 1_000;
    const average = (name) => shownNumber((last.totals[name] - before.totals[name]) / wakeUps, 1);
    const perSecond = shownNumber(wakeUps / seconds);
    const [scanned, ready] = [average("scanned"), average("ready")];
    const said = this.#waitsIn === "-" ? texts.rounds : texts.returned;
    return [fill(said, { call: this.#waitsIn, perSecond, scanned, ready })];
  }

  /** Announces when the server is held up or goes on, but not each number. */
  #say(heldUp) {
    const isHeldUp = heldUp !== undefined;
    if (isHeldUp !== this.#isHeldUp) this.#announce(heldUp ?? this.#texts.runs);
    this.#isHeldUp = isHeldUp;
  }
}

function sampledFact({ all, traced }, texts) {
  const values = { all, told: traced, more: all - traced };
  const shown = Object.entries(values).map(([name, value]) => [name, shownNumber(value)]);
  return fill(texts.sampled, Object.fromEntries(shown));
}
