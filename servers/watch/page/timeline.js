/**
 * The time that all parts of the page show: the present, or a moment of the past.
 *
 * @module
 */

import { clockTime, element, setText } from "./dom.js";
import { clientsAt } from "./history.js";
import { digitsOf, MomentInAddress, relativeTime, shownSpan, wantedMoment } from "./moment.js";
import { ShownTime } from "./shown.js";
import { nameOf, SpeedChoice } from "./speeds.js";

/** The slider follows the present in steps of this length. Each step causes a layout. */
const FOLLOW_MS = 250;
const SLOW_SHARE = 0.2;

/** Buttons, a slider and a speed for the one time of the page. */
export class Timeline {
  element;
  /** Called with a moment that cannot be shown, and the first and the last that can, in seconds. */
  onMissed = () => {};
  #time;
  #texts;
  #isLive;
  #announce;
  #pause = this.#button("", () => this.toggle());
  #present = this.#button("", () => this.toPresent());
  #slider = element("input", { type: "range", min: 0, max: 1, step: "any" });
  #moment = element("span", { class: "moment" });
  #speed;
  #startMs = 0;
  #endMs = 0;
  #players = [];
  #tickMs = performance.now();
  #shownMs = -Infinity;
  #address = new MomentInAddress();
  /** The moment to go to as soon as a time can be shown, in seconds after the start. */
  #wanted = wantedMoment();

  /**
   * @param {boolean} isLive whether servers run; otherwise a recording is played
   * @param {(text: string) => void} announce announces changes to screen readers
   */
  constructor(texts, isLive, announce) {
    this.#time = new ShownTime(isLive);
    this.#texts = texts;
    this.#isLive = isLive;
    this.#announce = announce;
    this.#slider.setAttribute("aria-label", texts.time);
    this.#slider.addEventListener("input", () => this.seek(this.#slider.valueAsNumber));
    this.#pause.textContent = texts.pause;
    this.#present.textContent = texts.toPresent;
    this.#speed = new SpeedChoice(texts.speed, (speed) => this.setSpeed(speed));
    this.element = element(
      "div",
      { class: "timeline" },
      this.#pause,
      this.#stepButton("‹", texts.previousEvent, ",", -1),
      this.#stepButton("›", texts.nextEvent, ".", 1),
      this.#slider,
      this.#moment,
      this.#speed.element,
      ...(isLive ? [this.#present] : []),
    );
    this.#address.follow((seconds) => this.#wanted = seconds);
  }

  /** What the page shows. @returns {import("./shown.js").Shown} */
  get shown() {
    return this.#time.shown;
  }

  /** Whether time stands still. */
  get isPaused() {
    return this.#time.isPaused;
  }

  /** Whether the past is shown: what is known of it is kept. */
  get isPast() {
    return this.#isLive ? !this.#time.isPresent : this.isPaused;
  }

  /** How much of their time throttles take, see {@linkcode hurry}: in slow motion, parts agree. */
  get throttling() {
    return this.isPaused ? 0 : this.#time.speed < 1 ? SLOW_SHARE : 1;
  }

  /** Pauses or goes on. */
  toggle() {
    this.#change((time) => time.toggle());
  }

  /** Shows a time, and pauses there. */
  seek(timeMs) {
    this.#change((time) => time.seek(timeMs));
  }

  /** Moves the cursor by a part of what is shown: a second of the usual fifteen. */
  seekBy(parts) {
    this.seek(this.shown.atMs + parts * this.#time.spanMs / 15);
  }

  /** Puts the cursor at a time, unless the present is followed. */
  point(timeMs) {
    this.#change((time) => time.point(timeMs));
  }

  /** Goes to the next event of any server, or to the previous one. @param {1 | -1} direction */
  step(direction) {
    const { atMs } = this.shown;
    const times = this.#players.map((player) =>
      direction > 0 ? player.nextEventMs(atMs) : player.previousEventMs(atMs)
    ).filter((timeMs) => timeMs >= this.#startMs && timeMs <= this.#endMs);
    if (times.length === 0) return this.#announce(this.#texts.noEvent);
    const timeMs = direction > 0 ? Math.min(...times) : Math.max(...times);
    this.#change((time) => time.stepTo(timeMs));
    this.#announce(relativeTime(this.secondsAt(this.shown.atMs), 6));
  }

  /** The first moment that can be shown. */
  toStart() {
    this.seek(this.#startMs);
  }

  /** The present, or the end of a recording. */
  toPresent() {
    this.#change((time) => time.toPresent());
  }

  /** Sets the speed of time. */
  setSpeed(speed) {
    this.#change((time) => time.setSpeed(speed));
    this.#announce(this.#texts.speedIs.replace("{speed}", nameOf(this.#time.speed)));
  }

  /** @param {1 | -1} direction faster or slower */
  changeSpeed(direction) {
    this.setSpeed(this.#time.speedAfter(direction));
  }

  /** @param {number} factor of the span @param {number} [aroundMs] what stays where it is */
  zoom(factor, aroundMs) {
    this.#change((time) => time.zoom(factor, aroundMs));
  }

  /** Says how much is shown, after a key has changed that. */
  announceSpan() {
    const span = shownSpan(this.#time.spanMs);
    this.#announce(this.#texts.shownSpan.replace("{span}", span));
  }

  /** Moves what is shown, and pauses. */
  pan(byMs) {
    this.#change((time) => time.pan(byMs));
  }

  resetZoom() {
    this.#change((time) => time.resetZoom());
  }

  /** Follows a client, or none. @param {number | undefined} client @param {string} [peer] */
  follow(client, peer) {
    if (client === this.#time.followed) return;
    this.#time.followed = client;
    const { followed, followsNobody } = this.#texts;
    this.#announce(client === undefined ? followsNobody : followed.replace("{peer}", peer));
  }

  /** Follows the next of the clients that are there. */
  followNext() {
    const { atMs, toMs, followed = -Infinity } = this.shown;
    const clients = this.#players.flatMap((player) =>
      clientsAt(player.historyAt(toMs, this.isPast), atMs)
    );
    const next = clients.find(({ client }) => client > followed) ?? clients[0];
    if (next === undefined) this.#announce(this.#texts.followsNobody);
    else this.follow(next.client, next.peer);
  }

  /** The pointer is at a time, or at none. */
  pointAt(timeMs) {
    this.#time.pointerMs = timeMs;
  }

  /**
   * Advances the time, unless it is paused.
   *
   * @param {number} startMs the first time that can be shown
   * @param {number} endMs the last time that can be shown
   * @param {number} zeroMs the start of the server, from which moments are counted
   * @param {boolean} isPresent whether `endMs` is the present
   * @param players of all that is shown
   */
  tick(startMs, endMs, zeroMs, isPresent, players) {
    const nowMs = performance.now();
    const elapsedMs = nowMs - this.#tickMs;
    this.#tickMs = nowMs;
    this.#players = players;
    [this.#startMs, this.#endMs] = [startMs, endMs];
    this.#time.zeroMs = zeroMs;
    const wasPaused = this.isPaused;
    this.#time.pass(elapsedMs, startMs, endMs);
    if (wasPaused !== this.isPaused) this.#sayPace();
    this.#goToWanted();
    if (nowMs - this.#shownMs >= FOLLOW_MS) {
      this.#show(nowMs, isPresent && this.#time.isPresent);
    }
    const { atMs } = this.shown;
    this.#address.show(this.isPaused ? this.secondsAt(atMs) : undefined, this.#digits);
  }

  /** A time as seconds after the server's start. */
  secondsAt(timeMs) {
    return Math.max(0, timeMs - this.#time.zeroMs) / 1_000;
  }

  /** Goes to the moment that the address names. */
  #goToWanted() {
    if (this.#wanted === undefined) return;
    const timeMs = this.#time.zeroMs + this.#wanted * 1_000;
    const [from, to] = [this.#startMs, this.#endMs].map((end) => this.secondsAt(end));
    // The address has whole milliseconds.
    const isMissed = timeMs < this.#startMs - 1 || timeMs > this.#endMs + 1;
    this.onMissed(isMissed ? this.#wanted : undefined, from, to);
    this.seek(timeMs);
    this.#time.isAtEvent = Number(this.#wanted.toFixed(3)) !== this.#wanted; // which has microseconds
    this.#wanted = undefined;
  }

  /** Does something to the time. What people did is shown at once, and a change of its pace is said. */
  #change(work) {
    const wasPaused = this.isPaused;
    work(this.#time);
    if (wasPaused !== this.isPaused) this.#sayPace();
    this.#shownMs = -Infinity;
  }

  #sayPace() {
    const { paused, over, goesOn } = this.#texts;
    this.#announce(this.isPaused ? this.#time.isOver ? over : paused : goesOn);
    if (!this.isPaused) this.onMissed(undefined);
    this.#shownMs = -Infinity;
  }

  get #digits() {
    return this.#time.isAtEvent ? 6 : digitsOf(this.#time.spanMs);
  }

  #show(nowMs, isPresent) {
    const { pause, resume, again, present } = this.#texts;
    const { atMs } = this.shown;
    const { isPaused, isOver, speed, isPresent: isFollowed } = this.#time;
    setText(this.#pause, isPaused ? isOver ? again : resume : pause);
    setProperty(this.#slider, "min", String(this.#startMs));
    setProperty(this.#slider, "max", String(this.#endMs));
    setProperty(this.#slider, "value", String(atMs));
    this.#speed.speed = speed;
    // It keeps its place, so that nothing moves when it comes.
    const visibility = isFollowed ? "hidden" : "visible";
    setProperty(this.#present.style, "visibility", visibility);
    const moment = relativeTime(this.secondsAt(atMs), isPresent ? 1 : this.#digits);
    const ago = `−${((this.#endMs - atMs) / 1_000).toFixed(1)} s`;
    const shown = isPresent ? `${present} ${moment}` : `${moment} (${clockTime(atMs)}, ${ago})`;
    setText(this.#moment, shown);
    if (this.#slider.getAttribute("aria-valuetext") !== shown) {
      this.#slider.setAttribute("aria-valuetext", shown);
    }
    this.#shownMs = nowMs;
  }

  #button(text, onclick) {
    return element("button", { type: "button", onclick }, text);
  }

  #stepButton(sign, name, key, direction) {
    const button = this.#button(sign, () => this.step(direction));
    button.classList.add("step");
    button.title = `${name} (${key})`;
    button.setAttribute("aria-label", name);
    button.setAttribute("aria-keyshortcuts", key);
    return button;
  }
}

function setProperty(field, name, value) {
  if (field[name] !== value) field[name] = value;
}
