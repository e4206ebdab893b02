/**
 * The picture as a table, for screen readers.
 *
 * @module
 */

import { element } from "./dom.js";
import { clientsAt, sampleAt, STATES } from "./history.js";
import { Throttle } from "./pace.js";

const MAX_CLIENTS = 100;
const REDRAW_MS = 1_000;

/** A row for each client, and the number of clients in each state. */
export class ClientTable {
  element;
  #texts;
  #laneName;
  #body = element("tbody");
  #sums = element("p", { class: "sums" });
  #throttle = new Throttle(REDRAW_MS);
  /** How often it was opened: opening it draws it, even while the page is paused. */
  #opened = 0;

  constructor(texts, laneName) {
    this.#texts = texts;
    this.#laneName = laneName;
    const heads = [texts.client, texts.state, texts.lane].map((head) =>
      element("th", { scope: "col" }, head)
    );
    this.element = element(
      "details",
      { class: "clients" },
      element("summary", {}, texts.asTable),
      this.#sums,
      element(
        "table",
        {},
        element("caption", {}, texts.clientsNow),
        element("thead", {}, element("tr", {}, ...heads)),
        this.#body,
      ),
    );
    this.element.addEventListener("toggle", () => this.#opened++);
  }

  /** Shows the clients at a time. @param {import("./shown.js").Shown} shown */
  draw(history, { atMs }) {
    if (!this.element.open) return;
    const { counts, frame } = sampleAt(history.samples, atMs);
    if (!this.#throttle.isDue(history, frame, this.#opened)) return;
    this.#sums.textContent = STATES.map((state, number) => [state, counts[number]])
      .filter(([, count]) => count > 0)
      .map(([state, count]) => `${this.#texts.states[state]}: ${count}`)
      .join(", ");
    const rows = clientsAt(history, frame.timeMs).slice(0, MAX_CLIENTS);
    this.#body.replaceChildren(...rows.map(({ peer, state, lane }) =>
      element(
        "tr",
        {},
        element("td", {}, peer),
        element("td", {}, this.#texts.states[STATES[state]]),
        element("td", {}, this.#laneName(lane)),
      )
    ));
  }
}
