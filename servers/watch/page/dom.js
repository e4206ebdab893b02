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

/** Whether the colors are those for dark. */
export const darkScheme = matchMedia("(prefers-color-scheme: dark)");

/** A number as people of this language write it. */
export function shownNumber(value, digits = 0) {
  return value.toLocaleString(document.documentElement.lang, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** Sets the text of an element, unless it is the same: then nothing is laid out anew. */
export function setText(shown, text) {
  if (shown.textContent !== text) shown.textContent = text;
}

const clockFormats = new Map();

/** A time of day as people of this language write it, with all digits, so that it is always as wide. */
export function clockTime(timeMs) {
  const { lang } = document.documentElement;
  let format = clockFormats.get(lang);
  if (format === undefined) { // to make one takes longer than all else in a drawing
    const digits = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
    clockFormats.set(lang, format = new Intl.DateTimeFormat(lang, digits));
  }
  return format.format(timeMs);
}
