/**
 * The steps of a chapter: what they do, and what came of it.
 *
 * @module
 */

/** @typedef {import("../chapter.ts").Action} Action */
/** @typedef {import("../chapter.ts").Step} Step */

/**
 * What is known of a step.
 *
 * @typedef {object} Result
 * @property {"none" | "running" | "done" | "failed"} state
 * @property {number} action the index of the action in progress, or of the next one
 * @property {boolean} isAsked whether the reader is to do that action
 * @property {number[]} late the indices of the `until` actions that did not come true in time
 * @property {import("./measures.js").Values} values what was measured when it was done
 * @property {string[]} lines what was printed
 * @property {string} failure why it failed, for people
 */

/** What is known of a step before it. @returns {Result} */
export function noResult() {
  return {
    state: "none",
    action: 0,
    isAsked: false,
    late: [],
    values: {},
    lines: [],
    failure: "",
  };
}

/** The actions of a step, if it has any. @param {Step} step @returns {readonly Action[]} */
export function actionsOf(step) {
  if (step.kind === "do" || step.kind === "predict") return step.actions;
  return step.kind === "experiment" ? [{ do: "run", args: step.args }] : [];
}

/** Whether a step begins with a server of its own. */
export function serves(step) {
  return actionsOf(step).some((action) => action.do === "serve");
}
