/**
 * Says in words what a step does and what was measured, for the page and for the terminal.
 *
 * @module
 */

import { fill } from "../../../servers/watch/page/fill.js";
import { shownValue } from "./measures.js";

/** @typedef {typeof import("../../../cli/messages/en/learn.ts").enLearn.page} Texts */
/** @typedef {import("../chapter.ts").Action} Action */

const ALL_CLIENTS = 1_000;

/**
 * What an action does.
 *
 * @param {Action} action
 * @param {Texts} texts
 * @param {string} language
 * @returns {string}
 */
export function actionWords(action, { actions, measures }, language) {
  switch (action.do) {
    case "serve": {
      const { model, flags } = action.server;
      return fill(actions.serve, { command: command(["serve", model, ...flags]) });
    }
    case "run":
      return fill(actions.run, { command: command(action.args) });
    case "open":
      return action.count === 1 ? actions.openOne : fill(actions.open, action);
    case "talk":
      return action.on ? fill(actions.talk, action) : actions.silence;
    case "read":
      return action.on ? actions.read : actions.readNothing;
    case "end": {
      const count = action.count >= ALL_CLIENTS ? actions.all : action.count;
      return fill(actions[action.how], { count });
    }
    case "simulate-cost": {
      const { sleepMs, cpuMs } = action;
      const [idle, computing] = sleepMs > 0
        ? [actions.sleeps, actions.cost]
        : [actions.costsNothing, actions.computes];
      return fill(cpuMs > 0 ? computing : idle, action);
    }
    case "block":
      return fill(actions.block, action);
    case "until": {
      const conditions = [action.is].flat().map(({ measure, is, than, times = 1 }) => {
        const other = typeof than === "number"
          ? shownValue(measure, than * times, language)
          : `${times === 1 ? "" : `${times} × `}${measures[than]}`;
        return `${measures[measure]} ${SIGNS[is]} ${other}`;
      });
      return fill(actions.until, { conditions: conditions.join(actions.and) });
    }
  }
}

const SIGNS = { "=": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥" };

/** A command as a shell reads it. @param {readonly string[]} args */
export function command(args) {
  return ["playground", ...args].map((arg) => /^[\w./:=,-]+$/.test(arg) ? arg : `'${arg}'`).join(
    " ",
  );
}

/**
 * What was measured: a line for each measure.
 *
 * @param {readonly import("../measure.ts").Measure[]} names
 * @param {import("./measures.js").Values} values
 * @param {Texts} texts
 * @param {string} language
 */
export function measuredWords(names, values, { measures, measure }, language) {
  return names.map((name) => {
    return fill(measure, {
      name: measures[name],
      value: shownValue(name, values[name], language),
    });
  });
}
