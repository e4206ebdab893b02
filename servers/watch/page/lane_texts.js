/**
 * The lanes in words, for screen readers.
 *
 * @module
 */

import { element, setText, shownNumber } from "./dom.js";
import { fill } from "./fill.js";
import {
  ACTIVITIES,
  BACKLOG,
  indexAt,
  isSampled,
  phaseAt,
  QUEUE,
  sampleAt,
  STATES,
} from "./history.js";
import { Throttle } from "./pace.js";
import { activeLanes } from "./rows.js";
import { lastSecond, peerOf, returnsOf, sharesOf } from "./shares.js";

/** The list changes this often: it is read, and does not interrupt. */
const REDRAW_MS = 500;
const MAX_LANES = 64;
const LEAST_SHARE = 0.01;
/** A second, and a frame at each end. */
const MAX_COUNTED_MS = 2_000;

/** A list with an item for each lane: what it does now, and what it did in the last second. */
export class LaneTexts {
  element;
  #labels;
  #throttle = new Throttle(REDRAW_MS);

  /** @param texts of the page @param labels see lane_labels.js */
  constructor(texts, labels) {
    this.#labels = labels;
    this.element = element("ul", { class: "lane-texts unseen", "aria-label": texts.lanesList });
  }

  /**
   * Says what is shown.
   *
   * @param {import("./shown.js").Shown} shown
   */
  draw(history, { atMs, fromMs, toMs, isPaused }) {
    if (history.samples.length === 0) return;
    const newest = isPaused ? atMs : history.samples.at(-1);
    if (!this.#throttle.isDue(history, newest, isPaused)) return;
    const lanes = activeLanes(history, fromMs, toMs);
    const lines = lanes.slice(0, MAX_LANES).map((lane) => this.line(history, lane, atMs));
    const more = lanes.length - lines.length;
    for (const lane of [QUEUE, BACKLOG]) lines.push(...this.#held(history, lane, atMs));
    if (more > 0) lines.push(this.#labels.texts.moreLanes.replace("#", shownNumber(more)));
    while (this.element.childElementCount > lines.length) this.element.lastElementChild.remove();
    lines.forEach((line, index) => {
      const item = this.element.children[index] ?? this.element.appendChild(element("li"));
      setText(item, line);
    });
  }

  /** What a lane does at a time, in a sentence. */
  line(history, lane, atMs) {
    const { texts } = this.#labels;
    const labels = this.#labels;
    const name = labels.lane(lane);
    const phase = phaseAt(history, lane, atMs);
    if (phase === undefined) return fill(texts.unknown, { lane: name });
    if (phase.activity === "ended") {
      return fill(texts.endedAt, { lane: name, time: this.#time(phase.fromMs) });
    }
    const isLoop = labels.isLoop(lane);
    const said = fill(texts.does, { lane: name, now: labels.now(phase.activity, lane) });
    return said + this.#client(history, phase.client) +
      (isLoop ? "" : fill(texts.since, { time: this.#time(phase.fromMs) })) +
      this.#shares(history, lane, atMs) + (isLoop ? this.#returns(history, lane, atMs) : "");
  }

  /** How many clients wait in a queue, if any. */
  #held(history, lane, atMs) {
    const state = STATES.indexOf(lane === BACKLOG ? "backlog" : "queued");
    const count = sampleAt(history.samples, atMs).counts[state];
    if (count === 0) return [];
    const { oneHeld, manyHeld } = this.#labels.texts;
    const name = this.#labels.lane(lane);
    return [fill(count === 1 ? oneHeld : manyHeld, { lane: name, n: shownNumber(count) })];
  }

  /** The client that a lane is busy with, if it is with one. */
  #client(history, client) {
    const peer = client === 0 ? "" : peerOf(history, client);
    return peer === "" ? "" : fill(this.#labels.texts.ofClient, { peer });
  }

  #shares(history, lane, atMs) {
    const { texts, activity } = this.#labels;
    const { fromMs, toMs } = lastSecond(atMs);
    const shares = [...sharesOf(history.phases.get(lane), fromMs, toMs).entries()]
      .filter(([index, share]) => share > 0 && ACTIVITIES[index] !== "ended")
      .sort(([, one], [, other]) => other - one)
      .map(([index, share]) => `${activity(ACTIVITIES[index], lane)} ${percent(share, texts)}`);
    if (shares.length === 0) return "";
    return fill(texts.lastSecond, { shares: shares.join(texts.separator) });
  }

  /** Few returns that found nothing are traced, and of many others not all. All are counted, of all loops. */
  #returns(history, lane, atMs) {
    const { texts, isOnlyLoop, polls } = this.#labels;
    const { fromMs, toMs } = lastSecond(atMs);
    const all = countBetween(history, fromMs, toMs);
    const traced = isOnlyLoop ? all : returnsOf(history, lane, fromMs, toMs).length;
    if (all === undefined || traced === 0) return "";
    const [one, many] = polls ? [texts.oneRound, texts.rounds] : [texts.oneReturn, texts.returns];
    if (!isOnlyLoop && isAnySampled(history, fromMs, toMs)) {
      return fill(texts.returnsAtLeast, { n: shownNumber(traced) });
    }
    return traced === 1 ? one : fill(many, { n: shownNumber(traced) });
  }

  #time(timeMs) {
    return `+${shownNumber(this.#labels.secondsAt(timeMs), 3)} s`;
  }
}

function percent(share, texts) {
  return share < LEAST_SHARE ? texts.lessThanOne : `${Math.round(share * 100)} %`;
}

/** How often calls that wait returned; `undefined` if nothing came in between, as in a hidden page. */
function countBetween({ samples }, fromMs, toMs) {
  const [{ frame: before }, { frame: after }] = [fromMs, toMs].map((ms) => sampleAt(samples, ms));
  if (after.timeMs - before.timeMs > MAX_COUNTED_MS) return undefined;
  return after.totals.wakeUps - before.totals.wakeUps;
}

function isAnySampled({ samples }, fromMs, toMs) {
  return samples.slice(indexAt(samples, fromMs), indexAt(samples, toMs) + 2)
    .some(({ frame }) => isSampled(frame));
}
