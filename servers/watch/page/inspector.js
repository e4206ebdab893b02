/**
 * What the pointer does in the lanes: it asks what a bar is, follows a client, zooms and moves.
 *
 * @module
 */

import { element, setText } from "./dom.js";
import { Gestures } from "./gestures.js";
import { clientAt, Words } from "./inspected.js";
import { digitsOf, relativeTime } from "./moment.js";
import { Throttle } from "./pace.js";
import { peerOf } from "./shares.js";

/** Space between the pointer and what is said of it, in pixels. */
const TIP_GAP = 14;
/** The line on the followed client changes this often. */
const FOLLOWED_MS = 250;
/** So near to the cursor, the pointer is on it, as a part of the width: it need not be hit. */
const ON_CURSOR = 0.03;

/** The lanes, and what the pointer adds to them. */
export class Inspector {
  /** Contains the canvas. */
  element;
  /** Says what the client does that is followed. */
  followed;
  #canvas;
  #picture;
  #timeline;
  #texts;
  #words;
  /** For the eyes: what is said of a client that is followed says the same. */
  #lineTime = element("span", {});
  #line = element(
    "div",
    { class: "pointer-line", hidden: true, "aria-hidden": "true" },
    this.#lineTime,
  );
  #tip = element("div", { class: "tip", hidden: true, "aria-hidden": "true" });
  #said = element("span", {});
  #unfollow;
  #throttle = new Throttle(FOLLOWED_MS);
  /** Where the pointer is, in CSS pixels within the canvas. */
  #pointer;
  #hasPointed = false;
  #drawn;

  /**
   * @param {HTMLCanvasElement} canvas of the lanes
   * @param options `picture` is the {@linkcode LanePicture} on it, `timeline` the page's time, `texts`
   *   those of the page, `laneName(lane)` names a lane, and `waitsIn` the call that waits for all clients
   */
  constructor(canvas, { picture, timeline, texts, laneName, waitsIn }) {
    this.#canvas = canvas;
    this.#picture = picture;
    this.#timeline = timeline;
    this.#texts = texts;
    const secondsAt = (timeMs) => timeline.secondsAt(timeMs);
    this.#words = new Words({ texts, laneName, waitsIn, secondsAt });
    this.element = element("div", { class: "inspected" }, canvas, this.#line, this.#tip);
    this.#unfollow = element(
      "button",
      { type: "button", hidden: true, onclick: () => timeline.follow(undefined) },
      texts.unfollow,
    );
    this.followed = element("p", { class: "followed" }, this.#unfollow, this.#said);
    new Gestures(canvas, {
      hover: (pointer) => this.#pointer = pointer,
      click: ({ x, y }) => this.#click(x, y),
      drag: (fromX, toX) => timeline.pan(picture.timeAt(fromX) - picture.timeAt(toX)),
      zoom: (factor, x) => timeline.zoom(factor, this.#aroundMs(x)),
      reset: () => timeline.resetZoom(),
    });
  }

  /** Draws what the pointer is on. @param {import("./shown.js").Shown} shown */
  draw(history, shown) {
    this.#drawn = { history, shown };
    this.#drawPointer(history, shown);
    this.#drawFollowed(history, shown);
  }

  /** The time to zoom around: that of the cursor if the pointer is on it, so that it is still followed. */
  #aroundMs(x) {
    const { atMs, fromMs, toMs } = this.#drawn.shown;
    const timeMs = this.#picture.timeAt(x);
    return Math.abs(timeMs - atMs) < (toMs - fromMs) * ON_CURSOR ? atMs : timeMs;
  }

  #click(x, y) {
    const hit = this.#picture.at(x, y);
    if (hit !== undefined && hit.client !== 0) this.#timeline.follow(hit.client, hit.peer);
    const timeMs = this.#picture.timeAt(x);
    if (timeMs !== undefined) this.#timeline.point(timeMs);
  }

  #drawPointer(history, { pointerMs, fromMs, toMs, zeroMs }) {
    const { x, y } = this.#pointer ?? {};
    if (x !== undefined) {
      this.#timeline.pointAt(this.#picture.timeAt(x));
      this.#hasPointed = true;
    } else if (this.#hasPointed) {
      this.#timeline.pointAt(undefined);
      this.#hasPointed = false;
    }
    const lineX = pointerMs === undefined ? undefined : this.#picture.xOf(pointerMs);
    setHidden(this.#line, lineX === undefined);
    if (lineX !== undefined) {
      this.#line.style.transform = `translateX(${Math.round(lineX)}px)`;
      this.#line.classList.toggle("late", lineX > this.#canvas.clientWidth / 2);
      const seconds = (pointerMs - zeroMs) / 1_000; // it may be before the server's start
      setText(this.#lineTime, relativeTime(seconds, digitsOf(toMs - fromMs)));
    }
    const hit = x === undefined ? undefined : this.#picture.at(x, y);
    setHidden(this.#tip, hit === undefined);
    this.#canvas.classList.toggle("hit", hit !== undefined && hit.client !== 0);
    if (hit === undefined) return;
    // The pointer may be on what came after the cursor's time.
    const knownMs = Number.isFinite(hit.untilMs) ? hit.untilMs : toMs;
    setText(this.#tip, this.#words.of(history, hit, knownMs).join("\n"));
    this.#placeTip(x, y);
  }

  /** Beside the pointer, where there is more room. */
  #placeTip(x, y) {
    const { clientWidth, clientHeight } = this.#canvas;
    const { offsetWidth, offsetHeight } = this.#tip;
    const left = x > clientWidth / 2 ? x - TIP_GAP - offsetWidth : x + TIP_GAP;
    const top = y > clientHeight / 2 ? y - TIP_GAP - offsetHeight : y + TIP_GAP;
    const inside = Math.max(0, Math.min(left, clientWidth - offsetWidth));
    this.#tip.style.transform = `translate(${Math.round(inside)}px, ${Math.round(top)}px)`;
  }

  /** Says what the followed client does: what the pointer would say of it. */
  #drawFollowed(history, { followed, atMs }) {
    if (!this.#throttle.isDue(history, followed, atMs)) return;
    this.#unfollow.hidden = followed === undefined;
    const { inspect, followedIs, gone } = this.#texts;
    if (followed === undefined) return setText(this.#said, inspect.hint);
    const hit = clientAt(history, followed, atMs);
    const peer = hit?.peer ?? (peerOf(history, followed) || `${followed}`);
    const said = hit === undefined ? gone : this.#words.of(history, hit, atMs).slice(1).join(" · ");
    setText(this.#said, `${followedIs.replace("{peer}", peer)} ${said}`);
  }
}

function setHidden(one, isHidden) {
  if (one.hidden !== isHidden) one.hidden = isHidden;
}
