/**
 * What the browser keeps for the course. One that keeps nothing, because its user wants that, is no
 * error: then all lasts as long as the page.
 *
 * @module
 */

const PREFIX = "playground course: ";

/** What was kept under a name; `undefined` for nothing. */
export function keptAs(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a value, which JSON can hold. */
export function keep(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // See the module.
  }
}
