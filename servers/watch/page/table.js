/**
 * The picture as a table, for screen readers, and for those who want numbers.
 *
 * @module
 */

import { element, setText } from "./dom.js";
import { sampleAt, STATES } from "./history.js";
import { firstClientsAt } from "./inspected.js";
import { shownSpan } from "./moment.js";
import { Throttle } from "./pace.js";

const MAX_CLIENTS = 100;
const REDRAW_MS = 1_000;

/** A row for each client, and the number of clients in each state. */
export class ClientTable {
  element;
  #texts;
  #laneName;
  #timeline;
  #body = element("tbody");
  #sums = element("p", { class: "sums" });
  #throttle = new Throttle(REDRAW_MS);
  /** The rows by the numbers of their clients: a row that stays keeps the focus. */
  #rows = new Map();
  /** How often it was opened: opening it draws it, even while the page is paused. */
  #opened = 0;

  constructor(texts, laneName, timeline) {
    this.#texts = texts;
    this.#laneName = laneName;
    this.#timeline = timeline;
    const heads = [texts.client, texts.state, texts.lane, texts.age].map((head) =>
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
  draw(history, { atMs, followed }) {
    if (!this.element.open) return;
    if (!this.#throttle.isDue(history, atMs, followed, this.#opened)) return;
    const { counts } = sampleAt(history.samples, atMs);
    this.#sums.textContent = STATES.map((state, number) => [state, counts[number]])
      .filter(([, count]) => count > 0)
      .map(([state, count]) => `${this.#texts.states[state]}: ${count}`)
      .join(", ");
    const clients = firstClientsAt(history, atMs, MAX_CLIENTS);
    const rows = new Map(clients.map((hit) => [hit.client, this.#rowOf(hit, atMs, followed)]));
    this.#rows = rows;
    const shown = [...rows.values()];
    const isSame = shown.length === this.#body.childElementCount &&
      shown.every((row, index) => row === this.#body.children[index]);
    if (!isSame) this.#body.replaceChildren(...shown);
  }

  #rowOf({ client, peer, state, activity, lane, fromMs }, atMs, followed) {
    const row = this.#rows.get(client) ?? this.#newRow(client, peer);
    const age = shownSpan(Math.max(0, atMs - fromMs));
    const does = activity === undefined ? this.#texts.states[state] : this.#texts.does[activity];
    const cells = [does, this.#laneName(lane), age];
    cells.forEach((text, index) => setText(row.children[index + 1], text));
    const isFollowed = client === followed;
    row.classList.toggle("of-followed", isFollowed);
    row.querySelector("button").setAttribute("aria-pressed", String(isFollowed));
    return row;
  }

  #newRow(client, peer) {
    const follow = element("button", {
      type: "button",
      onclick: ({ currentTarget }) => {
        const isFollowed = currentTarget.getAttribute("aria-pressed") === "true";
        this.#timeline.follow(isFollowed ? undefined : client, peer);
      },
    }, peer);
    const cells = [follow, "", "", ""].map((content) => element("td", {}, content));
    return element("tr", {}, ...cells);
  }
}
