/**
 * The looks of the page: for color-blind people, and on any screen.
 *
 * @module
 */

import "../../../harness/fake_dom.ts";
import { PATTERNS } from "../../../../servers/watch/page/fills.js";
import type { Phase } from "../../../../servers/watch/frames.ts";
import { assert, assertEquals, assertGreater, assertLess } from "../../../harness/assert.ts";
import { drawingTest } from "../../../harness/browser.ts";
import { contrast, type Sight, SIGHTS, unlikeness } from "../../../harness/colors.ts";
import { eventually } from "../../../harness/eventually.ts";
import { FakePage, seenLater } from "../../../harness/fake_page.ts";
import "../../../harness/sanitizers.ts";

const STATES = ["backlog", "queued", "waiting", "served", "asleep", "blocked"];
/** The colors of what lanes do, each beside each. */
const ACTIVITIES = ["waiting", "accept", "recv", "served", "asleep", "send", "dispatch", "held"];
type Patterns = Readonly<Record<string, readonly number[][]>>;

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
    const { background, ground, quiet, text, accent, alert, muted, current, warm } = colors;
    for (const color of [text, accent, alert, muted]) {
      for (const behind of [background, ground]) {
        assertGreater(contrast(color, behind), TEXT_CONTRAST, `${color} on ${behind}`);
      }
    }
    assertGreater(contrast(text, quiet), TEXT_CONTRAST);
    assertGreater(contrast(colors.inverse, accent), TEXT_CONTRAST);
    for (const behind of [background, ground]) {
      assertGreater(contrast(colors.edge, behind), PICTURE_CONTRAST, behind);
    }
    for (const behind of [current, warm]) assertGreater(contrast(text, behind), TEXT_CONTRAST);
    for (const one of [...STATES, ...ACTIVITIES, "muted", "accent"]) {
      assertGreater(contrast(colors[one], background), PICTURE_CONTRAST, one);
    }
  });

  for (const sight of Object.keys(SIGHTS) as Sight[]) {
    for (const [what, names] of Object.entries({ states: STATES, activities: ACTIVITIES })) {
      Deno.test(`the ${what} have colors for ${name} that ${sight} sees apart`, () => {
        for (const one of names) {
          for (const other of names.slice(names.indexOf(one) + 1)) {
            const seen = unlikeness(colors[one], colors[other], sight);
            assertGreater(seen, MIN_UNLIKENESS, `${one} and ${other}`);
          }
        }
      });
    }
  }
}

Deno.test("what has a color has a pattern of its own as well, but for work and waits", () => {
  for (
    const names of [STATES, [
      "accept",
      "recv",
      "handle",
      "sleep",
      "send",
      "dispatch",
      "untraced",
      "held",
    ]]
  ) {
    const patterns = names.map((name) => JSON.stringify((PATTERNS as Patterns)[name]));
    const plain = names.filter((name) => !(name in PATTERNS));
    assertEquals(plain.filter((name) => !["waiting", "served", "handle"].includes(name)), []);
    assertEquals(new Set(patterns).size, names.length - plain.length + 1);
  }
});

drawingTest(
  "all that is drawn begins and ends at whole pixels, so that nothing shimmers",
  (visit) =>
    FakePage.with(visit, async (fake) => {
      await fake.publishMany(60);
      for (let i = 0; i < 10; i++) {
        fake.publish(50, { phases: phasesUntil(fake.timeMs + 50) });
        await fake.page.waitForTimeout(50);
        const half = await fake.page.evaluate<number>(HALF_PIXELS);
        assertEquals(half, 0);
      }
    }),
);

for (const width of [1_280, 390]) {
  drawingTest(`no label is cut or squeezed on a page that is ${width} pixels wide`, (visit) => {
    const { page } = visit;
    return page.addInitScript(NOTE_LABELS).then(() => page.setViewportSize({ width, height: 800 }))
      .then(() =>
        FakePage.with(visit, async (fake) => {
          for (let i = 0; i < 80; i++) fake.publish(250);
          await eventually(async () => {
            await seenLater(page);
            const labels = await page.evaluate<string[]>("[...labels]");
            assertLess(5, labels.length);
            assert(labels.includes("the loop"), labels.join());
          });
          assertEquals(await page.evaluate<string[]>("[...cut]"), []);
        })
      );
  });
}

/** What a busy loop did in the time of a frame. */
function phasesUntil(timeMs: number): Phase[] {
  const [wait, , recv, handle] = [0, 1, 2, 3];
  return Array.from({ length: 16 }, (_, i) => [timeMs - 50 + i * 3, i]).flatMap(([at, i]) =>
    [[at, 0, wait, 0], [at + 0.7, 0, recv, 1], [at + 1 + i / 10, 0, handle, 1]] as const
  );
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
