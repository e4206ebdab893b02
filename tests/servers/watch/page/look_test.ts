/**
 * The looks of the page: for color-blind people, and on any screen.
 *
 * @module
 */

import { assert, assertEquals, assertGreater, assertLess } from "../../../harness/assert.ts";
import { browserTest } from "../../../harness/browser.ts";
import { contrast, type Sight, SIGHTS, unlikeness } from "../../../harness/colors.ts";
import { FakePage, seenLater } from "../../../harness/fake_page.ts";
import "../../../harness/sanitizers.ts";

const STATES = ["backlog", "queued", "waiting", "served", "asleep", "blocked"];
/** Web Content Accessibility Guidelines 2.1, AA: text, and parts of a picture. */
const TEXT_CONTRAST = 4.5;
const PICTURE_CONTRAST = 3;
/** A distance in OKLab at which neighboring areas are seen to be different. */
const MIN_UNLIKENESS = 0.1;

const styles = await Promise.all(["style", "states"].map(readStyle));
const light = Object.assign({}, ...styles.map(([light]) => light));
const dark = Object.assign({}, ...styles.map(([, dark]) => dark));

for (const [name, colors] of Object.entries({ light, dark: { ...light, ...dark } })) {
  Deno.test(`the colors for ${name} have enough contrast`, () => {
    const { background, text, accent, alert, muted, current, warm } = colors;
    for (const color of [text, accent, alert, muted]) {
      assertGreater(contrast(color, background), TEXT_CONTRAST, color);
    }
    for (const behind of [current, warm]) assertGreater(contrast(text, behind), TEXT_CONTRAST);
    for (const state of STATES) {
      assertGreater(contrast(colors[state], background), PICTURE_CONTRAST, state);
    }
  });

  for (const sight of Object.keys(SIGHTS) as Sight[]) {
    Deno.test(`the states have colors for ${name} that ${sight} sees apart`, () => {
      for (const one of STATES) {
        for (const other of STATES.slice(STATES.indexOf(one) + 1)) {
          const seen = unlikeness(colors[one], colors[other], sight);
          assertGreater(seen, MIN_UNLIKENESS, `${one} and ${other}`);
        }
      }
    });
  }
}

browserTest(
  "all that is drawn begins and ends at whole pixels, so that nothing shimmers",
  (visit) =>
    FakePage.with(visit, async (fake) => {
      await fake.publishMany(60);
      for (let i = 0; i < 10; i++) {
        await fake.publishMany(1);
        const half = await fake.page.evaluate<number>(HALF_PIXELS);
        assertEquals(half, 0);
      }
    }),
);

for (const width of [1_280, 390]) {
  browserTest(`no label is cut or squeezed on a page that is ${width} pixels wide`, (visit) => {
    const { page } = visit;
    return page.addInitScript(NOTE_LABELS).then(() => page.setViewportSize({ width, height: 800 }))
      .then(() =>
        FakePage.with(visit, async (fake) => {
          for (let i = 0; i < 80; i++) fake.publish(250);
          await seenLater(page);
          const labels = await page.evaluate<string[]>("[...labels]");
          const cut = await page.evaluate<string[]>("[...cut]");
          assertLess(5, labels.length);
          assert(labels.includes("the loop"), labels.join());
          assertEquals(cut, []);
        })
      );
  });
}

/** How many pixels of the picture are drawn in part, beside its texts. */
const HALF_PIXELS = `(() => {
  const picture = document.querySelector("canvas");
  const labels = Math.floor(picture.width / 4);
  const copy = new OffscreenCanvas(picture.width - labels, 26);
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, -labels, 0);
  const { data } = context.getImageData(0, 0, copy.width, copy.height);
  let half = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] % 255 !== 0) half++;
  return half;
})()`;

/** Notes which labels are drawn, and which of them do not fit where they are. */
const NOTE_LABELS = `(() => {
  globalThis.labels = new Set();
  globalThis.cut = new Set();
  const { prototype } = CanvasRenderingContext2D;
  const { fillText } = prototype;
  prototype.fillText = function (text, x, y, most = Infinity) {
    const { width, actualBoundingBoxAscent, actualBoundingBoxDescent } = this.measureText(text);
    const begin = { left: 0, start: 0, center: width / 2, right: width, end: width }[this.textAlign];
    const matrix = this.getTransform();
    const from = matrix.transformPoint(new DOMPoint(x - begin, y - actualBoundingBoxAscent));
    const to = matrix.transformPoint(new DOMPoint(x - begin + width, y + actualBoundingBoxDescent));
    const { width: wide, height: high } = this.canvas;
    labels.add(text);
    const fits = from.x > -1 && from.y > -1 && to.x < wide + 1 && to.y < high + 1;
    if (!fits || width > most) cut.add(text);
    return fillText.call(this, text, x, y, most);
  };
})()`;

/** The colors of a style sheet by their names, for light and for dark. */
async function readStyle(name: string): Promise<Record<string, string>[]> {
  const url = new URL(`../../../../servers/watch/page/${name}.css`, import.meta.url);
  const roots = [...(await Deno.readTextFile(url)).matchAll(/:root \{([^}]*)\}/g)];
  return roots.map(([, rules]) =>
    Object.fromEntries([...rules.matchAll(/--(\w+): (#\w+);/g)].map(([, ...pair]) => pair))
  );
}
