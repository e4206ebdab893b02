import { element } from "../../../servers/watch/page/dom.js";

/**
 * The paragraphs of a text, which are parted by an empty line. What is in backticks is code.
 *
 * @param {string} text
 */
export function paragraphs(text) {
  return text.trim().split(/\n\s*\n/).map((one) => element("p", {}, ...inline(one)));
}

/** The parts of a line. @param {string} text */
export function inline(text) {
  return text.replace(/\s*\n\s*/g, " ").split("`").map((part, i) =>
    i % 2 === 1 ? element("code", {}, part) : part
  );
}
