/**
 * Presentation mode: the picture fills the screen, in letters that people read from far away, and the
 * controls are in a drawer.
 *
 * @module
 */

import { element } from "./dom.js";

/** Begins and ends with a button or a key, see keys.js. So does the drawer. */
export class Presentation {
  /** The button that begins it, and those that are shown while it lasts. */
  button;
  corner;
  #texts;
  #announce;
  #drawer;

  /** @param {(text: string) => void} announce announces changes to screen readers */
  constructor({ presentation }, announce) {
    this.#texts = presentation;
    this.#announce = announce;
    const press = (text, name, onclick) => {
      const key = { class: `icon ${name}`, "aria-keyshortcuts": name === "drawer" ? "C" : "F" };
      return element("button", { type: "button", ...key, onclick }, text);
    };
    this.button = press(presentation.begin, "begin", () => this.begin());
    this.#drawer = press(presentation.drawer, "drawer", () => this.toggleDrawer());
    this.#drawer.setAttribute("aria-expanded", "false");
    this.corner = element(
      "div",
      { class: "corner" },
      this.#drawer,
      press(presentation.end, "end", () => this.end()),
    );
    document.addEventListener("fullscreenchange", () => {
      if (document.fullscreenElement === null) this.end();
    });
  }

  get isOn() {
    return document.documentElement.classList.contains("presenting");
  }

  toggle() {
    if (this.isOn) this.end();
    else this.begin();
  }

  /** Fills the screen; where the browser does not let it, the window. */
  async begin() {
    if (this.isOn) return;
    this.#show(true);
    this.#announce(this.#texts.begun);
    try {
      await document.documentElement.requestFullscreen?.();
    } catch {
      // The browser, its user or a frame around the page does not allow it.
    }
  }

  end() {
    if (!this.isOn) return;
    this.#openDrawer(false);
    this.#show(false);
    this.#announce(this.#texts.ended);
    this.button.focus();
    if (document.fullscreenElement !== null) document.exitFullscreen();
  }

  #show(isOn) {
    document.documentElement.classList.toggle("presenting", isOn);
    for (const line of document.querySelectorAll(".code .line.current")) {
      const box = line.closest("pre");
      box.scrollTop = line.offsetTop - box.offsetTop - box.clientHeight / 3;
    }
  }

  toggleDrawer() {
    if (this.isOn) this.#openDrawer(!document.documentElement.classList.contains("with-drawer"));
  }

  #openDrawer(isOpen) {
    document.documentElement.classList.toggle("with-drawer", isOpen);
    this.#drawer.setAttribute("aria-expanded", String(isOpen));
  }
}
