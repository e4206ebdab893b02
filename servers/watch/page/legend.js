/**
 * What the colors and patterns of the picture mean.
 *
 * @module
 */

import { element } from "./dom.js";
import { swatch } from "./fills.js";
import { ACTIVITIES, STATES } from "./history.js";

const ENDS = ["closed", "ended"];

/**
 * An entry: the name of a fill, what it means, and whether it is a call in which a lane waits.
 *
 * @typedef {[name: string, text: string, isHollow?: boolean]} Entry
 */

/** The legend of clients. @returns {Entry[]} */
export function stateEntries({ states }) {
  return STATES.filter((state) => !ENDS.includes(state)).map((state) => [state, states[state]]);
}

/** The legend of a server's lanes. @param labels see lane_labels.js @returns {Entry[]} */
export function activityEntries(labels) {
  const possible = ACTIVITIES.filter((name) => !ENDS.includes(name) && labels.isPossible(name));
  return possible.map((name) => {
    return [name, labels.activity(name), labels.waits.has(name)];
  });
}

/** A legend. @param {string} title @param {Entry[]} entries */
export function legend(title, entries) {
  const items = entries.map(([name, text, isHollow]) =>
    element("li", {}, swatch(name, isHollow), text)
  );
  return element("ul", { class: "legend", "aria-label": title }, ...items);
}
