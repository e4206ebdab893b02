/**
 * Makes elements from text, never from markup: what clients sent appears as it is.
 *
 * @module
 */

/**
 * Makes an element.
 *
 * @param {string} name
 * @param {Record<string, unknown>} properties of the element; `class`, `for`, `role`, `aria-…` and
 *   `data-…` are attributes
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

/** A color of the style sheet, for the current color scheme. */
export function colorOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Matches while the dark color scheme is in use. */
export const darkScheme = matchMedia("(prefers-color-scheme: dark)");

const numberFormats = new Map();

/** Formats a number in the page's language. */
export function shownNumber(value, digits = 0) {
  const { lang } = document.documentElement;
  const key = `${lang} ${digits}`;
  let format = numberFormats.get(key);
  if (format === undefined) { // making one takes longer than the rest of a drawing
    const all = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    numberFormats.set(key, format = new Intl.NumberFormat(lang, all));
  }
  return format.format(value);
}

/** Sets the text of an element. The same text again causes no layout. */
export function setText(shown, text) {
  if (shown.textContent !== text) shown.textContent = text;
}

const clockFormats = new Map();

/** Formats a time of day in the page's language, with all digits, so that its width is constant. */
export function clockTime(timeMs) {
  const { lang } = document.documentElement;
  let format = clockFormats.get(lang);
  if (format === undefined) {
    const digits = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
    clockFormats.set(lang, format = new Intl.DateTimeFormat(lang, digits));
  }
  return format.format(timeMs);
}
