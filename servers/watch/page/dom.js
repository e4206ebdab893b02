/**
 * Elements, made with text and never with markup: what clients sent is shown as it is.
 *
 * @module
 */

/**
 * @param {string} name
 * @param {Record<string, unknown>} properties of the element; `class`, `for`, `role` and what begins
 *   with `aria-` are attributes
 * @param {(Node | string)[]} children
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (/^(?:class|for|role|aria-.*|data-.*)$/.test(key)) made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}

/** A color of the style sheet, as it is for light or dark. */
export function colorOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** A number as people of this language write it. */
export function shownNumber(value, digits = 0) {
  return value.toLocaleString(document.documentElement.lang, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
