/**
 * The choice of the speed of time.
 *
 * @module
 */

import { element } from "./dom.js";
import { SPEEDS } from "./shown.js";

/** A list of speeds with its name before it. */
export class SpeedChoice {
  element;
  #select = element("select");

  /** @param {string} name of the choice @param {(speed: number) => void} onChosen */
  constructor(name, onChosen) {
    for (const one of SPEEDS) {
      this.#select.append(element("option", { value: valueOf(one) }, nameOf(one)));
    }
    this.speed = 1;
    this.#select.addEventListener("change", () => onChosen(parseFloat(this.#select.value)));
    this.element = element("label", { class: "speed" }, `${name} `, this.#select);
  }

  /** Shows a speed. */
  set speed(speed) {
    const value = valueOf(speed);
    if (this.#select.value !== value) this.#select.value = value;
  }
}

/** A speed as people say it: "1/10 ×". */
export function nameOf(speed) {
  return speed < 1 ? `1/${1 / speed} ×` : valueOf(speed);
}

function valueOf(speed) {
  return `${speed} ×`;
}
