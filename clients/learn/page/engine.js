/**
 * Goes through a chapter: performs the actions of its steps in their order, and takes the measures by
 * which answers are judged. It does the same in a page, in a terminal and for the export, on a stage that
 * is live or recorded.
 *
 * @module
 */

import { History } from "../../../servers/watch/page/history.js";
import { holds, takeMeasures, trueAnswer } from "./measures.js";
import { actionsOf, noResult, serves } from "./steps.js";

/** @typedef {import("../chapter.ts").Chapter} Chapter */
/** @typedef {import("../measure.ts").Condition} Condition */
/** @typedef {import("../../../servers/watch/frames.ts").Frame} Frame */

/**
 * Where actions happen. Frames come by {@linkcode Engine.apply}, lines by {@linkcode Engine.print}.
 *
 * @typedef {object} Stage
 * @property {(step: number) => Promise<void>} begin a step begins
 * @property {(step: number, action: number) => Promise<void>} perform does an action of a step; rejects
 *   with the reason for people when it cannot be done
 * @property {() => void} goOn frames are awaited: a recording goes on
 */

/** @typedef {{ step?: number, begin?: Place, done?: Place, until?: Place, end?: number }} Mark see recorded_stage.js */
/** @typedef {import("./recorded_stage.js").Place} Place */

/** More is forgotten: nobody takes that long for the actions of a step. */
const KEPT_MS = 180_000;
/** The frames that are awaited after the last action, so that they have all that it did. */
const SETTLE_FRAMES = 2;

/** Goes through one chapter. */
export class Engine {
  /** @type {import("./steps.js").Result[]} */
  results;
  /** Called when a result has changed. */
  onChange = () => {};
  /** Called before and after each step and each action. @type {(mark: Mark) => void} */
  onMark = () => {};
  /** The first step whose actions have not been performed. */
  #next = 0;
  /** @type {Promise<void>} */
  #work = Promise.resolve();
  #history = new History(KEPT_MS);
  /** What a step waits for is measured from here on, and what a check is judged by from there on. */
  #stepFromMs = 0;
  #checkFromMs = 0;
  /** Those that wait for a frame. @type {Set<{ onFrame: () => void, fail: (error: Error) => void }>} */
  #waiting = new Set();
  /** Lets the action go on that the reader is asked to do. */
  #press = () => {};
  #isByHand = false;
  /** Another server is being started: frames of the former one do not count. */
  #isServing = false;
  /** The step of which the reader is asked for an action. */
  #askedOf = Infinity;
  /** The step whose command prints. */
  #printing = 0;
  /** Why no more frames come; empty while they do. */
  #lost = "";

  /**
   * @param {Chapter} chapter
   * @param {Stage} stage
   */
  constructor(chapter, stage) {
    this.chapter = chapter;
    this.stage = stage;
    this.results = chapter.steps.map(noResult);
  }

  /** A frame of the server on the stage. @param {Frame} frame */
  apply(frame) {
    if (this.#isServing && !frame.isWhole) return; // the first frame of a server is whole
    this.#isServing = false;
    this.#history.apply(frame);
    for (const { onFrame } of [...this.#waiting]) onFrame();
  }

  /** The server on the stage has ended, so that no frame comes. @param {string} reason for people */
  lose(reason) {
    this.#lost = reason;
    for (const { fail } of [...this.#waiting]) fail(new Error(reason));
  }

  /** A line that a command on the stage has printed. @param {string} line */
  print(line) {
    this.results[this.#printing].lines.push(line);
    this.onChange();
  }

  /**
   * Performs all that comes before a step, and has not been performed yet. A server that a later one
   * replaces is left out, until the reader goes back to its steps. An experiment is left
   * out too: nothing depends on it.
   *
   * @param {number} end the index of the step
   * @param {{ byHand?: boolean }} [options] with `byHand` the reader is asked for the actions of the last
   *   step, see {@linkcode press}
   */
  reach(end, { byHand = false } = {}) {
    const goesOn = !byHand && end > this.#askedOf;
    if (goesOn || this.#isLeftOut(end)) this.goOnByItself();
    this.#work = this.#work.then(async () => {
      const first = this.#serverBefore(end);
      this.#next = this.#isLeftOut(end) ? Math.max(0, first) : Math.max(this.#next, first);
      while (this.#next < end) {
        const index = this.#next++;
        this.#isByHand = byHand && index === end - 1;
        if (this.chapter.steps[index].kind !== "experiment") await this.#perform(index);
      }
    });
    return this.#work;
  }

  /** The index of the last step before `end` that starts a server; -1 for none. */
  #serverBefore(end) {
    return this.chapter.steps.slice(0, end).findLastIndex(serves);
  }

  /** Whether a step before `end` was left out, because the stage was wanted for a later server. */
  #isLeftOut(end) {
    const first = Math.max(0, this.#serverBefore(end));
    return this.chapter.steps.slice(first, Math.min(end, this.#next)).some(({ kind }, i) =>
      kind !== "experiment" && this.results[first + i].state === "none"
    );
  }

  /** Whether anything is being performed. */
  get isBusy() {
    return this.results.some(({ state }) => state === "running");
  }

  /** Performs a step again, with all since the server before it was started. @param {number} index */
  again(index) {
    if (index !== this.#askedOf) this.goOnByItself();
    this.#work = this.#work.then(() => {
      this.#next = Math.max(0, this.#serverBefore(index + 1));
      for (let i = this.#next; i <= index; i++) this.results[i] = noResult();
    });
    return this.reach(index + 1);
  }

  /** Runs the experiment of a step. @param {number} index */
  experiment(index) {
    this.goOnByItself();
    this.results[index] = noResult();
    this.#work = this.#work.then(() => this.#perform(index));
    return this.#work;
  }

  /** The reader wants the action done that was asked for. */
  press() {
    this.#press();
  }

  /** The reader is asked no more. */
  goOnByItself() {
    this.#isByHand = false;
    this.#press();
  }

  /**
   * What the answers to a step are judged by: what was measured in it, or, for a check, until the last
   * step with actions.
   *
   * @param {number} index
   */
  valuesOf(index) {
    const { steps } = this.chapter;
    const last = steps.slice(0, index + 1).findLastIndex((step) =>
      step.kind === "do" || step.kind === "predict"
    );
    return this.results[last]?.values ?? {};
  }

  /** The index of the true answer to a step, see {@linkcode trueAnswer}. @param {number} index */
  trueAnswer(index) {
    const step = this.chapter.steps[index];
    if (step?.kind !== "predict" && step?.kind !== "check") return undefined;
    return trueAnswer(step.answers, this.valuesOf(index));
  }

  async #perform(index) {
    const step = this.chapter.steps[index];
    const actions = actionsOf(step);
    const result = this.results[index] = noResult();
    result.state = "running";
    this.#printing = index;
    try {
      if (step.kind !== "experiment") await this.stage.begin(index);
      this.onMark({ step: index });
      this.#stepFromMs = this.#history.nowMs;
      if (step.kind === "predict") this.#checkFromMs = this.#stepFromMs;
      for (let i = 0; i < actions.length;) {
        result.action = i;
        this.onChange();
        this.#askedOf = index;
        const asked = await this.#asked(step, i, result);
        this.#askedOf = Infinity;
        if (asked === i) await this.#do(index, i++, result);
        else i = asked;
      }
      result.action = actions.length;
      const isMeasured = step.kind !== "experiment" && actions.length > 0;
      if (isMeasured) result.values = await this.#measure();
      result.state = "done";
    } catch (error) {
      result.state = "failed";
      result.failure = error instanceof Error ? error.message : String(error);
    }
    this.onMark({ end: index });
    this.onChange();
  }

  async #do(index, i, result) {
    const action = actionsOf(this.chapter.steps[index])[i];
    if (action.do === "until") {
      this.onMark({ until: [index, i] });
      if (!await this.#until(action.is, action.withinMs)) result.late.push(i);
      return;
    }
    this.onMark({ begin: [index, i] });
    if (action.do === "serve") {
      this.#history = new History(KEPT_MS);
      this.#isServing = true;
      this.#lost = "";
    }
    await this.stage.perform(index, i);
    this.onMark({ done: [index, i] });
    if (action.do !== "serve") return;
    await this.#framesUntil(() => this.#history.samples.length > 0);
    this.#stepFromMs = this.#checkFromMs = this.#history.nowMs;
  }

  /**
   * Asks the reader for an action, where a step wants that, and waits.
   *
   * @returns {Promise<number>} the index of the action to do next: a later one, when the reader has found
   *   another way to what the step waits for
   */
  async #asked(step, i, result) {
    const actions = actionsOf(step);
    const isForReader = this.#isByHand && step.by === "reader";
    if (!isForReader || actions[i].do === "until") return i;
    const over = Promise.withResolvers();
    this.#press = () => over.resolve(i);
    result.isAsked = true;
    this.onChange();
    const goal = actions.findIndex((action, at) => at > i && action.do === "until");
    const isThere = () => goal >= 0 && this.#holdsNow(actions[goal].is);
    const onFrame = isThere() ? () => {} : () => isThere() && over.resolve(goal);
    const waiting = { onFrame, fail: over.reject };
    this.#waiting.add(waiting);
    try {
      return await over.promise;
    } finally {
      this.#waiting.delete(waiting);
      this.#press = () => {};
      result.isAsked = false;
    }
  }

  #holdsNow(conditions) {
    return holds(conditions, takeMeasures(this.#history, this.#stepFromMs, this.#history.nowMs));
  }

  /** Waits until conditions hold. @returns whether they do within the time, which is that of frames */
  async #until(conditions, withinMs) {
    const beganMs = this.#history.nowMs;
    let isMet = false;
    await this.#framesUntil(() => {
      isMet = this.#holdsNow(conditions);
      return isMet || this.#history.nowMs - beganMs >= withinMs;
    });
    return isMet;
  }

  /** Takes the measures, as soon as the frames have all that was done. */
  async #measure() {
    const { samples } = this.#history;
    if (samples.length === 0) return {}; // nothing was served
    let frames = -1;
    await this.#framesUntil(() => ++frames >= SETTLE_FRAMES);
    return takeMeasures(this.#history, this.#checkFromMs, this.#history.nowMs);
  }

  /** Waits for frames until `isEnough`, which is asked at once and after each. */
  async #framesUntil(isEnough) {
    if (isEnough()) return;
    if (this.#lost !== "") throw new Error(this.#lost);
    const { promise, resolve, reject } = Promise.withResolvers();
    const waiting = { onFrame: () => isEnough() && resolve(undefined), fail: reject };
    this.#waiting.add(waiting);
    this.stage.goOn();
    try {
      await promise;
    } finally {
      this.#waiting.delete(waiting);
    }
  }
}
