/**
 * The picture beside the steps: the live view of the server on the stage.
 *
 * @module
 */

import { announce } from "../../../servers/watch/page/announcer.js";
import { Controls } from "../../../servers/watch/page/controls.js";
import { element } from "../../../servers/watch/page/dom.js";
import { Keys } from "../../../servers/watch/page/keys.js";
import { drawRepeatedly, hurry } from "../../../servers/watch/page/pace.js";
import { LivePlayer } from "../../../servers/watch/page/player.js";
import { RunView } from "../../../servers/watch/page/run_view.js";
import { shownUntil } from "../../../servers/watch/page/shown.js";
import { Timeline } from "../../../servers/watch/page/timeline.js";

/** Plays frames of a recording as they come. That none come is no fault. */
class RecordedPlayer extends LivePlayer {
  get isStopped() {
    return false;
  }
}

/** Shows one server at a time. */
export class Picture {
  element = element("div", { class: "beside" });
  /** The time, and the controls of the server. */
  dock;
  /** The dialog that lists the keys of the view. */
  keys;
  #texts;
  #isRecorded;
  #timeline;
  /** What is said while there is no server. */
  #absent = element("p", { class: "absent" });
  #controls;
  #hello;
  #view;
  #player;
  #part;
  #call;

  /**
   * @param {object} texts of the view, with those of the course as `learn`
   * @param {boolean} isRecorded whether the frames are those of a recording
   */
  constructor(texts, isRecorded) {
    this.#texts = texts;
    this.#isRecorded = isRecorded;
    this.#timeline = new Timeline(texts, true, announce);
    this.keys = new Keys(texts, this.#timeline).element;
    this.dock = element("section", { class: "dock", "aria-label": texts.controls });
    this.clear();
    drawRepeatedly(
      () => this.#draw(),
      () => this.#player === undefined ? [] : [this.#player],
      () => this.#timeline.isPast,
    );
  }

  /** Shows no server. */
  clear() {
    this.#view = this.#player = this.#hello = undefined;
    this.say(this.#texts.learn.noServerYet);
    this.element.replaceChildren(this.#absent);
    this.dock.hidden = true;
  }

  /** What is said while there is no server. @param {string} text */
  say(text) {
    this.#absent.textContent = text;
  }

  /** The stage is there, so that the controls work. @param {string} key for commands; "" for none */
  control(key) {
    this.#controls = key === "" ? undefined : new Controls(this.#texts, key);
    this.dock.replaceChildren(this.#timeline.element, this.#controls?.element ?? "");
  }

  /** A server has started. @param {object} hello */
  begin(hello) {
    this.#timeline.toPresent();
    this.dock.hidden = false;
    this.#hello = hello;
    this.#player = this.#isRecorded ? new RecordedPlayer(this.#texts) : new LivePlayer(this.#texts);
    this.#view = new RunView(hello, this.#texts, {
      run: 0,
      isLive: !this.#isRecorded,
      timeline: this.#timeline,
    });
    this.element.replaceChildren(this.#view.element);
    this.#point();
  }

  /** @param {object} frame */
  apply(frame) {
    this.#player?.apply(frame);
  }

  /** Lets time pass slowly, or as it does. @param {number | undefined} times how much slower */
  slow(times) {
    if (times === undefined) this.#timeline.toPresent();
    else this.#timeline.setSpeed(1 / times);
  }

  /** The server has ended. */
  lose() {
    this.#player?.lose();
  }

  /**
   * Points at a part of the picture, and marks the lines of a call.
   *
   * @param {string | undefined} part
   * @param {string | undefined} call
   */
  point(part, call) {
    this.#part = part;
    this.#call = call;
    this.#point();
  }

  #point() {
    if (this.#view === undefined) return;
    this.#view.pointAt(this.#part);
    const pages = this.#view.element.querySelectorAll(".source pre");
    let first;
    for (const [file, { lines }] of this.#hello.source.entries()) {
      const shown = pages[file]?.querySelectorAll(".line") ?? [];
      for (const [i, line] of shown.entries()) {
        const isMeant = lines[this.#call]?.includes(i + 1) ?? false;
        line.classList.toggle("meant", isMeant);
        if (isMeant) first ??= line;
      }
    }
    const box = first?.closest("pre");
    if (box) box.scrollTop = first.offsetTop - box.offsetTop - box.clientHeight / 3;
  }

  #draw() {
    const player = this.#player;
    if (player === undefined || player.startMs === 0) return;
    const zeroMs = this.#hello.startedMs ?? player.startMs;
    this.#timeline.tick(player.startMs, player.endMs, zeroMs, !player.isStopped, [player]);
    const { isPast, throttling } = this.#timeline;
    hurry(throttling);
    const shown = shownUntil(this.#timeline.shown, player.endMs);
    this.#view.draw(player.historyAt(shown.toMs, isPast), shown, player);
    if (player.newest !== undefined) this.#controls?.show(player.newest);
  }
}
