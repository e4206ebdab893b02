/**
 * What can be done to a server from the page: clients come, talk and go; its handler gets slower; it
 * stops for a second.
 *
 * @module
 */

import { sendCommand } from "./connection.js";
import { element, shownNumber } from "./dom.js";

const CROWDS = [1, 10, 100, 1_000];
const HOLD_MS = 1_000;
const EVERYBODY = 1_000_000;

/** The controls, as a group of forms and buttons. */
export class Controls {
  element;
  #texts;
  #token;
  #status = element("output", { class: "status" });
  #crowd = element("span", { class: "crowd" });
  #talk;
  #read;
  #sleepMs = number(0, 0, 60_000);
  #cpuMs = number(0, 0, 60_000);
  /** The frame that was shown last. */
  #shown;

  /** @param {string} token without which nothing can be done */
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
      this.#button(texts.hold, { do: "hold", ms: HOLD_MS }),
      this.#crowd,
      this.#status,
    );
    if (token === "") this.#status.textContent = texts.noToken;
  }

  /** What has become of it, by a frame. */
  show(frame) {
    if (frame === this.#shown) return; // frames come more seldom than drawings
    this.#shown = frame;
    const { crowd, settings } = frame;
    const shown = `${this.#texts.opened} ${shownNumber(crowd.open)}`;
    if (this.#crowd.textContent !== shown) this.#crowd.textContent = shown;
    setUnlessUsed(this.#talk, "checked", crowd.talking);
    setUnlessUsed(this.#read, "checked", !crowd.reading);
    setUnlessUsed(this.#sleepMs, "valueAsNumber", settings.sleepMs);
    setUnlessUsed(this.#cpuMs, "valueAsNumber", settings.cpuMs);
  }

  #coming() {
    const buttons = CROWDS.map((count) =>
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
    const end = (how) => this.#button(this.#texts[how], { do: "end", how, count: EVERYBODY });
    return group(this.#texts.leave, end("half-close"), end("close"), end("reset"));
  }

  #simulatedCost() {
    const send = () =>
      this.#send({
        do: "burden",
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

/** What is checked comes before its text, and what is filled in after it. */
function labelled(text, field) {
  const isChecked = field.type === "checkbox";
  return element("label", {}, ...(isChecked ? [field, ` ${text}`] : [`${text} `, field]));
}

/** What somebody is just typing or choosing is left alone. */
function setUnlessUsed(field, property, value) {
  if (document.activeElement !== field && field[property] !== value) field[property] = value;
}

function checkbox(onchange) {
  return element("input", { type: "checkbox", onchange });
}

function number(value, min, max) {
  return element("input", { type: "number", valueAsNumber: value, min, max, required: true });
}
