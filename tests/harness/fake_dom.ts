/**
 * What the pictures of the page need of a browser, so that they are drawn without one: colors, and widths
 * of texts. Import this before a module of the page.
 *
 * @module
 */

/** Each letter is this wide, in any font. */
const LETTER_WIDTH = 6;

const context = { measureText: (text: string) => ({ width: LETTER_WIDTH * text.length }) };

Object.assign(globalThis, {
  matchMedia: () => ({ matches: false, addEventListener() {} }),
  document: {
    documentElement: { lang: "en" },
    createElement: () => ({ getContext: () => context, setAttribute() {}, append() {} }),
  },
  // A color is what it is called: a test sees what was drawn.
  getComputedStyle: () => ({ getPropertyValue: (name: string) => name.slice("--".length) }),
});
