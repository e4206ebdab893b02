/**
 * The controls: clients connect, talk and leave; the handler gets slower; the server stops for a second.
 *
 * @module
 */

import { sendCommand } from "./connection.js";
import { element, shownNumber } from "./dom.js";

const OPEN_COUNTS = [1, 10, 100, 1_000];
const BLOCK_MS = 1_000;
const ALL_CLIENTS = 1_000_000;

/** The controls, as a group of forms and buttons. */
export class Controls {
  element;
  #texts;
  #token;
  #status = element("output", { class: "status" });
  #synthetic = element("span", { class: "synthetic" });
  #talk;
  #read;
  #sleepMs = number(0, 0, 60_000);
  #cpuMs = number(0, 0, 60_000);
  /** The last frame that was shown. */
  #shown;

  /** @param {string} token of the view; without it the controls are disabled */
  constructor(texts, token) {
    this.#texts = texts;
    this.#token = token;
    this.element = element(
      "fieldset",
      { class: "controls", disabled: token === "" },
      element("legend", {}, texts.controls),
      this.#coming(),
      this.#talking(),
      this.#leaving(),
      this.#simulatedCost(),
      this.#button(texts.block, { do: "block", ms: BLOCK_MS }),
      this.#synthetic,
      this.#status,
    );
    if (token === "") this.#status.textContent = texts.noToken;
  }

  /** Shows the settings and the clients as a frame reports them. */
  show(frame) {
    if (frame === this.#shown) return; // there are fewer frames than drawings
    this.#shown = frame;
    const { synthetic, settings } = frame;
    const shown = `${this.#texts.opened} ${shownNumber(synthetic.open)}`;
    if (this.#synthetic.textContent !== shown) this.#synthetic.textContent = shown;
    setUnlessUsed(this.#talk, "checked", synthetic.talking);
    setUnlessUsed(this.#read, "checked", !synthetic.reading);
    setUnlessUsed(this.#sleepMs, "valueAsNumber", settings.sleepMs);
    setUnlessUsed(this.#cpuMs, "valueAsNumber", settings.cpuMs);
  }

  #coming() {
    const buttons = OPEN_COUNTS.map((count) =>
      this.#button(`+${shownNumber(count)}`, { do: "open", count })
    );
    return group(this.#texts.open, ...buttons);
  }

  #talking() {
    const text = element("input", { type: "text", value: "hello", size: 8, maxLength: 200 });
    const everyMs = number(500, 10, 60_000);
    const send = () =>
      this.#send({
        do: "talk",
        on: this.#talk.checked,
        everyMs: everyMs.valueAsNumber,
        text: text.value,
      });
    this.#talk = checkbox(send);
    this.#read = checkbox(() => this.#send({ do: "read", on: !this.#read.checked }));
    for (const field of [text, everyMs]) {
      field.addEventListener("change", () => this.#talk.checked && send());
    }
    return group(
      this.#texts.talk,
      labelled(this.#texts.talkOn, this.#talk),
      labelled(this.#texts.message, text),
      labelled(this.#texts.every, everyMs),
      labelled(this.#texts.readNothing, this.#read),
    );
  }

  #leaving() {
    const end = (how) => this.#button(this.#texts[how], { do: "end", how, count: ALL_CLIENTS });
    return group(this.#texts.leave, end("half-close"), end("close"), end("reset"));
  }

  #simulatedCost() {
    const send = () =>
      this.#send({
        do: "simulate-cost",
        sleepMs: this.#sleepMs.valueAsNumber,
        cpuMs: this.#cpuMs.valueAsNumber,
      });
    for (const field of [this.#sleepMs, this.#cpuMs]) field.addEventListener("change", send);
    return group(
      this.#texts.simulatedCost,
      labelled(this.#texts.sleep, this.#sleepMs),
      labelled(this.#texts.burn, this.#cpuMs),
    );
  }

  #button(text, command) {
    return element("button", { type: "button", onclick: () => this.#send(command) }, text);
  }

  async #send(command) {
    this.#status.textContent = await sendCommand(command, this.#token, this.#texts);
  }
}

function group(title, ...content) {
  return element("span", { role: "group", "aria-label": title }, `${title} `, ...content);
}

/** A checkbox stands before its text, other fields after it. */
function labelled(text, field) {
  const isChecked = field.type === "checkbox";
  return element("label", {}, ...(isChecked ? [field, ` ${text}`] : [`${text} `, field]));
}

/** Sets a field, unless the user is editing it. */
function setUnlessUsed(field, property, value) {
  if (document.activeElement !== field && field[property] !== value) field[property] = value;
}

function checkbox(onchange) {
  return element("input", { type: "checkbox", onchange });
}

function number(value, min, max) {
  return element("input", { type: "number", valueAsNumber: value, min, max, required: true });
}
