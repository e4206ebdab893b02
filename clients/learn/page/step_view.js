/**
 * A step of a chapter: its text, what it does, and its question.
 *
 * @module
 */

import { element } from "../../../servers/watch/page/dom.js";
import { fill } from "../../../servers/watch/page/fill.js";
import { actionsOf } from "./steps.js";
import { inline, paragraphs } from "./markup.js";
import { measuresOf, withValues } from "./measures.js";
import { actionWords, measuredWords } from "./words.js";

/** @typedef {import("../chapter.ts").Step} Step */
/** @typedef {{ kind: "try", tryIt: import("../chapter.ts").Chapter["tryIt"] }} Try */

/**
 * What a step needs of the page.
 *
 * @typedef {object} Host
 * @property {object} texts of the course
 * @property {import("./engine.js").Engine} engine of the chapter
 * @property {boolean} isRecorded
 * @property {(answer: number) => void} answer an answer was chosen
 * @property {() => void} again the run is wanted once more
 * @property {() => void} experiment the experiment is wanted
 * @property {() => void} skip the rest of the run is wanted at once
 */

/** Shows one step. */
export class StepView {
  element;
  #step;
  #index;
  #host;
  #chosen;
  /** What changes while the step is shown. */
  #changing = element("div", { class: "changing" });
  #verdict = element("div", { class: "verdict", role: "status", tabIndex: -1 });
  #shown = "";
  #radios = [];
  #submit;

  /**
   * @param {Step | Try} step
   * @param {number} index
   * @param {number | undefined} chosen the answer that was chosen before
   * @param {Host} host
   */
  constructor(step, index, chosen, host) {
    this.#step = step;
    this.#index = index;
    this.#host = host;
    this.#chosen = chosen;
    this.element = element(
      "div",
      { class: `content ${step.kind}` },
      element("h3", { class: "kind" }, host.texts.kinds[step.kind]),
      ...this.#content(),
      this.#changing,
      this.#verdict,
    );
    this.update();
  }

  /** Selects an answer, for a key. @returns whether there is such an answer */
  select(index) {
    const radio = this.#radios[index];
    if (radio === undefined || radio.disabled) return false;
    radio.click();
    radio.focus();
    return true;
  }

  /** Shows what the engine knows by now. */
  update() {
    if (this.#step.kind === "try") return;
    const { engine } = this.#host;
    const result = engine.results[this.#index];
    const truth = engine.trueAnswer(this.#index);
    const shown = JSON.stringify([result, truth, this.#chosen, engine.valuesOf(this.#index)]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    this.#changing.replaceChildren(...this.#changes(result));
    this.#verdict.replaceChildren(...this.#judgement(result, truth));
    for (const radio of this.#radios) radio.disabled = this.#chosen !== undefined;
    if (this.#submit) this.#submit.hidden = this.#chosen !== undefined;
    if (focused !== null) this.#keepFocus(focused);
  }

  /** What had the focus may be gone. Then what takes its place gets it, or what came of it. */
  #keepFocus(focused) {
    if (focused.isConnected && !focused.disabled && !focused.hidden) return;
    const does = focused.getAttribute("data-does");
    const successor = does && this.element.querySelector(`[data-does="${does}"]`);
    (successor || this.#verdict).focus({ preventScroll: true });
  }

  #content() {
    const step = this.#step;
    switch (step.kind) {
      case "predict":
      case "check":
        return [...paragraphs(this.#of(step.question)), this.#answers(step)];
      case "try":
        return [
          element("p", {}, this.#host.texts.tryText),
          ...step.tryIt.map((one) => this.#try(one)),
        ];
      default:
        return paragraphs(this.#of(step.text));
    }
  }

  #answers({ kind, question, answers }) {
    const { texts } = this.#host;
    this.#radios = answers.map((_, i) =>
      element("input", { type: "radio", name: "answer", value: String(i), required: true })
    );
    if (this.#chosen !== undefined && this.#radios[this.#chosen]) {
      this.#radios[this.#chosen].checked = true;
    }
    this.#submit = element("button", { type: "submit", class: "primary" }, texts.choose);
    return element(
      "form",
      { onsubmit: (event) => this.#onSubmit(event) },
      element(
        "fieldset",
        {},
        element("legend", { class: "unseen" }, this.#of(question)),
        ...answers.map(({ text }, i) =>
          element("label", {}, this.#radios[i], element("span", {}, ...inline(this.#of(text))))
        ),
      ),
      ...(kind === "predict" ? [element("p", { class: "hint" }, texts.predictHint)] : []),
      this.#submit,
    );
  }

  #onSubmit(event) {
    event.preventDefault();
    const chosen = this.#radios.findIndex(({ checked }) => checked);
    if (chosen < 0) return;
    this.#chosen = chosen;
    this.#host.answer(chosen);
    this.update();
  }

  #try({ command, says }) {
    return element(
      "div",
      { class: "command" },
      element("pre", { tabIndex: 0 }, element("code", {}, command)),
      element("p", {}, ...inline(this.#of(says))),
    );
  }

  /** What the step does, and what came of it. */
  #changes(result) {
    const { texts, isRecorded } = this.#host;
    const step = this.#step;
    if (step.kind === "experiment") return this.#experiment(result);
    if (step.kind !== "do" && step.kind !== "predict") return [];
    if (step.kind === "predict" && this.#chosen === undefined) return [];
    const items = step.actions.map((action, i) => this.#action(action, i, result));
    const made = [element("ol", { class: "doings" }, ...items), ...this.#printed(result)];
    if (isRecorded && result.state === "running" && !result.isAsked) {
      made.push(this.#button("skip", texts.skip, this.#host.skip));
    }
    return [...made, ...this.#faults(result)];
  }

  #action(action, i, result) {
    const { texts, engine } = this.#host;
    const isDone = result.state === "done" || result.action > i;
    const isCurrent = result.state === "running" && result.action === i;
    const state = isDone ? "done" : isCurrent ? "current" : "coming";
    const words = actionWords(action, texts, document.documentElement.lang);
    const isAsked = isCurrent && result.isAsked;
    const press = isAsked
      ? [" ", this.#button("press", texts.actions.press, () => engine.press(), "primary")]
      : [];
    return element(
      "li",
      { class: state, ...(isCurrent ? { "aria-current": "step" } : {}) },
      words,
      ...press,
    );
  }

  #experiment(result) {
    const { texts, isRecorded, experiment } = this.#host;
    const command = actionWords(actionsOf(this.#step)[0], texts, document.documentElement.lang);
    const made = [element("p", { class: "hint" }, command)];
    if (result.state === "running") made.push(element("p", { class: "hint" }, texts.running));
    else {
      const first = isRecorded ? texts.experimentRecorded : texts.runExperiment;
      const text = result.state === "none" ? first : texts.again;
      made.push(this.#button("experiment", text, experiment, "primary"));
    }
    return [...made, ...this.#printed(result), ...this.#faults(result)];
  }

  #printed({ lines }) {
    if (lines.length === 0) return [];
    return [element("pre", { class: "printed", tabIndex: 0 }, lines.join("\n"))];
  }

  #faults({ failure, late }) {
    const { texts } = this.#host;
    const said = [];
    if (failure !== "") said.push(fill(texts.failed, { reason: failure }));
    for (const i of late) {
      const { withinMs } = actionsOf(this.#step)[i];
      said.push(fill(texts.late, { seconds: withinMs / 1_000 }));
    }
    const shown = said.map((text) => element("p", { class: "lost", role: "alert" }, text));
    if (said.length > 0) shown.push(this.#button("again", texts.again, this.#host.again));
    return shown;
  }

  /** Who is right, by what was measured. */
  #judgement({ state }, truth) {
    const step = this.#step;
    if (step.kind !== "predict" && step.kind !== "check") return [];
    if (this.#chosen === undefined) return [];
    const { texts, engine } = this.#host;
    const isOver = step.kind === "check" ? !engine.isBusy : state === "done" || state === "failed";
    if (!isOver) return [element("p", { class: "hint" }, texts.measuring)];
    const values = engine.valuesOf(this.#index);
    const isMeasured = Object.keys(values).length > 0;
    if (truth === undefined) {
      const said = element(
        "p",
        { class: "undecided" },
        isMeasured ? texts.undecided : texts.unmeasured,
      );
      const again = this.#button("again", texts.again, this.#host.again);
      return [said, ...(isMeasured ? this.#measured(step.answers, values) : []), again];
    }
    const isRight = truth === this.#chosen;
    const { lang } = document.documentElement;
    const { text, because } = step.answers[truth];
    const whyNot = step.answers[this.#chosen]?.because;
    return [
      element("p", { class: isRight ? "right" : "wrong" }, isRight ? texts.right : texts.wrong),
      ...(isRight || whyNot === undefined ? [] : [
        ...paragraphs(withValues(this.#of(whyNot), values, lang)),
        element("p", {}, texts.isTrue, element("q", {}, ...inline(this.#of(text)))),
      ]),
      ...paragraphs(withValues(this.#of(because), values, lang)),
      ...this.#measured(step.answers, values),
    ];
  }

  #measured(answers, values) {
    const { texts, isRecorded } = this.#host;
    const { lang } = document.documentElement;
    const words = measuredWords(measuresOf(answers), values, texts, lang);
    return [
      element("p", { class: "hint" }, isRecorded ? texts.measuredThen : texts.measured),
      element("ul", { class: "measured" }, ...words.map((one) => element("li", {}, one))),
    ];
  }

  #button(does, text, onclick, look = "") {
    return element("button", { type: "button", class: look, "data-does": does, onclick }, text);
  }

  #of(text) {
    return text[document.documentElement.lang];
  }
}
