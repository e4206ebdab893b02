/**
 * The controls: clients connect, talk and leave; the handler gets slower; the server stops for a second.
 *
 * @module
 */

import { sendCommand } from "./connection.js";
import { element, setText, shownNumber } from "./dom.js";
import { fill } from "./fill.js";
import { makePopover } from "./popover.js";

const OPEN_COUNTS = [1, 10, 100, 1_000];
const BLOCK_MS = 1_000;
const ALL_CLIENTS = 1_000_000;

/** The controls, as a toolbar whose groups say in words what is set. */
export class Controls {
  element;
  #texts;
  #token;
  #status = element("output", { class: "status" });
  #synthetic = element("span", { class: "synthetic" });
  #talk = checkbox();
  #read = checkbox();
  #message = element("input", { type: "text", value: "hello", size: 8, maxLength: 200 });
  #everyMs = number(500, 10, 60_000);
  #sleepMs = number(0, 0, 60_000);
  #cpuMs = number(0, 0, 60_000);
  /** What the clients do, and what the handler does, in words. */
  #does = element("span");
  #costs = element("span");
  /** The last frame that was shown. */
  #shown;
  /** How many commands are on their way. Until the server has them, its frames have the old settings. */
  #unanswered = 0;
  /** When the server carried out the last command. Frames of before have the old settings, too. */
  #answeredMs = 0;

  /** @param {string} token of the view; without it the controls are disabled */
  constructor(texts, token) {
    this.#texts = texts;
    this.#token = token;
    this.element = element(
      "fieldset",
      { class: "controls", disabled: token === "" },
      element("legend", { class: "unseen" }, texts.controls),
      this.#coming(),
      this.#talking(),
      this.#simulatedCost(),
      this.#button(texts.block, { do: "block", ms: BLOCK_MS }),
      this.#status,
    );
    if (token === "") this.#status.textContent = texts.noToken;
    this.#sayClients(0);
    this.#sayTalk();
    this.#sayCost({ sleepMs: 0, cpuMs: 0 });
  }

  /** Shows the settings and the clients as a frame reports them. */
  show(frame) {
    if (frame === this.#shown) return; // there are fewer frames than drawings
    this.#shown = frame;
    const { synthetic, settings } = frame;
    this.#sayClients(synthetic.open);
    if (this.#unanswered === 0 && frame.timeMs > this.#answeredMs) this.#setFields(frame);
    this.#sayTalk();
    this.#sayCost(settings);
  }

  #setFields({ synthetic, settings }) {
    setUnlessUsed(this.#talk, "checked", synthetic.talking);
    setUnlessUsed(this.#read, "checked", !synthetic.reading);
    setUnlessUsed(this.#sleepMs, "valueAsNumber", settings.sleepMs);
    setUnlessUsed(this.#cpuMs, "valueAsNumber", settings.cpuMs);
  }

  /** Opens clients, and lets them talk. */
  async open(count) {
    await this.#send({ do: "open", count });
    await this.#sendTalk(true);
  }

  #sayClients(count) {
    const { one, other } = this.#texts.opened;
    setText(this.#synthetic, `${shownNumber(count)} ${count === 1 ? one : other}`);
  }

  #sayTalk() {
    const { says, saysUnread } = this.#texts;
    const values = { text: this.#message.value, ms: shownNumber(this.#everyMs.valueAsNumber || 0) };
    setText(this.#does, fill(this.#read.checked ? saysUnread : says, values));
  }

  #sayCost({ sleepMs, cpuMs }) {
    const { answersAtOnce, sleeps, burns } = this.#texts;
    const said = [];
    if (sleepMs > 0) said.push(fill(sleeps, { ms: shownNumber(sleepMs) }));
    if (cpuMs > 0) said.push(fill(burns, { ms: shownNumber(cpuMs) }));
    setText(this.#costs, said.join(", ") || answersAtOnce);
  }

  #coming() {
    const { open, leave, leaveHow } = this.#texts;
    const buttons = OPEN_COUNTS.map((count) =>
      this.#button(`+${shownNumber(count)}`, { do: "open", count })
    );
    const choices = Object.entries(leaveHow).map(([how, says]) =>
      element(
        "p",
        { class: "choice" },
        this.#button(this.#texts[how], { do: "end", how, count: ALL_CLIENTS }),
        element("span", {}, says),
      )
    );
    const leaving = makePopover([leave], leave, choices);
    for (const { firstElementChild } of choices) {
      firstElementChild.addEventListener("click", () => leaving.panel.hidePopover());
    }
    return group(open, this.#synthetic, ...buttons, leaving.button, leaving.panel);
  }

  #talking() {
    const { doing, talkOn, message, every, readNothing } = this.#texts;
    const send = () => this.#sendTalk(this.#talk.checked);
    this.#talk.className = "switch";
    this.#talk.addEventListener("change", send);
    this.#read.addEventListener("change", () => {
      this.#sayTalk();
      this.#send({ do: "read", on: !this.#read.checked });
    });
    for (const field of [this.#message, this.#everyMs]) {
      field.addEventListener("change", () => {
        this.#sayTalk();
        if (this.#talk.checked) send();
      });
    }
    const { button, panel } = makePopover([this.#does], doing, [
      labelled(message, this.#message),
      labelled(every, this.#everyMs),
      labelled(readNothing, this.#read),
    ]);
    return group(doing, labelled(talkOn, this.#talk), button, panel);
  }

  async #sendTalk(on) {
    const [everyMs, text] = [this.#everyMs.valueAsNumber, this.#message.value];
    await this.#send({ do: "talk", on, everyMs, text });
  }

  #simulatedCost() {
    const { simulatedCost, sleep, burn } = this.#texts;
    const send = () =>
      this.#send({
        do: "simulate-cost",
        sleepMs: this.#sleepMs.valueAsNumber,
        cpuMs: this.#cpuMs.valueAsNumber,
      });
    for (const field of [this.#sleepMs, this.#cpuMs]) field.addEventListener("change", send);
    const { button, panel } = makePopover([this.#costs], simulatedCost, [
      labelled(sleep, this.#sleepMs),
      labelled(burn, this.#cpuMs),
    ]);
    return group(simulatedCost, element("span", {}, simulatedCost), button, panel);
  }

  #button(text, command) {
    return element("button", { type: "button", onclick: () => this.#send(command) }, text);
  }

  async #send(command) {
    this.#unanswered++;
    const { says, timeMs = 0 } = await sendCommand(command, this.#token, this.#texts);
    this.#status.textContent = says;
    this.#answeredMs = Math.max(this.#answeredMs, timeMs);
    this.#unanswered--;
  }
}

function group(title, ...content) {
  return element("div", { role: "group", "aria-label": title }, ...content);
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

function checkbox() {
  return element("input", { type: "checkbox" });
}

function number(value, min, max) {
  return element("input", { type: "number", valueAsNumber: value, min, max, required: true });
}
