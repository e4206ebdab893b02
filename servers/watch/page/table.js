/**
 * The table behind the picture: who does what now, for those who cannot see it.
 *
 * @module
 */

import { element } from "./dom.js";
import { STATES } from "./history.js";
import { AtMostEvery } from "./pace.js";

const MOST_CLIENTS = 100;
const REDRAW_MS = 1_000;

/** A row for each client, and a sum of those in each state. */
export class ClientTable {
  element;
  #texts;
  #laneName;
  #body = element("tbody");
  #sums = element("p", { class: "sums" });
  #turn = new AtMostEvery(REDRAW_MS);

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
  }

  draw(history) {
    if (!this.#turn.isDue()) return;
    this.#sums.textContent = STATES.map((state, number) => [state, history.counts[number]])
      .filter(([, count]) => count > 0)
      .map(([state, count]) => `${this.#texts.states[state]}: ${count}`)
      .join(", ");
    if (!this.element.open) return;
    const rows = [];
    for (const { peer, lane, states } of history.clients) {
      if (rows.length === MOST_CLIENTS) break;
      const state = this.#texts.states[STATES[states.at(-1)]];
      rows.push(element(
        "tr",
        {},
        element("td", {}, peer),
        element("td", {}, state),
        element("td", {}, this.#laneName(lane)),
      ));
    }
    this.#body.replaceChildren(...rows);
  }
}
