/**
 * What the colors and patterns of the picture mean.
 *
 * @module
 */

import { element } from "./dom.js";
import { swatch } from "./fills.js";
import { ACTIVITIES, STATES } from "./history.js";

const ENDS = ["closed", "ended"];

/** The entries of the legend of clients: the name of a fill, and what it means. */
export function stateEntries({ states }) {
  return STATES.filter((state) => !ENDS.includes(state)).map((state) => [state, states[state]]);
}

/** The entries of the legend of a server's lanes. @param labels see lane_labels.js */
export function activityEntries(labels) {
  return ACTIVITIES.filter((name) => !ENDS.includes(name))
    .map((name) => [name, labels.activity(name)]);
}

/** A legend. @param {string} title @param {[name: string, text: string][]} entries */
export function legend(title, entries) {
  const items = entries.map(([name, text]) => element("li", {}, swatch(name), text));
  return element("ul", { class: "legend", "aria-label": title }, ...items);
}
