/**
 * What the page shows at a moment, and the hands that move it: keys, a pointer, fingers.
 *
 * @module
 */

import type { CDPSession } from "playwright-core";
import { assert, assertLess } from "./assert.ts";
import type { Browser, Page } from "./browser.ts";
import { eventually } from "./eventually.ts";

/** A key has moved the time when the page has been drawn so many times. */
const MAX_LOOKS = 20;

export interface Look {
  readonly atMs: number;
  /** The time after the start that is written beside the slider, in milliseconds, and that start. */
  readonly moment: number;
  readonly zero: number;
  readonly lane: string;
  readonly code: readonly string[];
  /** The time of the last line of the log. */
  readonly logged: number;
  /** How many charts have a cursor. */
  readonly cursors: number;
}

/** What the page shows, once it is drawn. */
export async function look(page: Page): Promise<Look> {
  const seen = await page.evaluate<Omit<Look, "zero">>(LOOK);
  return { ...seen, zero: await zeroOf(page) };
}

const LOOK = `(async () => {
  const draws = () => Number(document.documentElement.dataset.draws);
  const texts = (what) => [...document.querySelectorAll(what)].map((one) => one.textContent);
  const ms = (text) => Number(/\\+([\\d,.\\u202f]+)/.exec(text)[1].replace(/[,\\u202f]/g, "")) * 1_000;
  const enough = draws() + 3;
  const sinceMs = performance.now();
  while (draws() < enough) {
    if (performance.now() - sinceMs > 30_000) throw new Error("the page is not drawn any more");
    await new Promise(requestAnimationFrame);
  }
  const last = [...document.querySelectorAll(".log li")].at(-1);
  return {
    atMs: document.querySelector(".timeline input[type=range]").valueAsNumber,
    moment: ms(texts(".moment")[0]),
    lane: texts("ul.lane-texts li")[0] ?? "",
    code: texts(".line.current"),
    logged: last === undefined ? 0 : ms(last.dataset.time),
    cursors: document.querySelectorAll(".chart-cursor:not([hidden])").length,
  };
})()`;

/** When the server started, from which moments count. */
async function zeroOf(page: Page): Promise<number> {
  zeros.set(page, zeros.get(page) ?? await startedMs(page));
  return zeros.get(page) ?? 0;
}

const zeros = new WeakMap<Page, number>();

/** The server tells it first. */
async function startedMs(page: Page): Promise<number> {
  return await page.evaluate<number>(`new Promise((resolve) => {
    const socket = new WebSocket("ws://" + location.host + "/frames");
    socket.onmessage = ({ data }) => {
      socket.close();
      resolve(JSON.parse(data).hellos[0].startedMs);
    };
  })`);
}

/** Presses a key that moves the time, and looks when it has moved. */
export async function pressAndLook(
  page: Page,
  key: string,
  before: Look | undefined,
): Promise<Look> {
  await page.keyboard.press(key);
  for (let i = 0; i < MAX_LOOKS; i++) {
    const seen = await look(page);
    if (seen.moment !== before?.moment) return seen; // a slider has a hundredth of a millisecond
  }
  throw new Error(`${key} does not move the time from ${JSON.stringify(before)}`);
}

/** Goes to the last line of the log: a busy machine may have paused the page when that is long past. */
export async function toLastLine(page: Page): Promise<void> {
  const { logged } = await look(page);
  await page.evaluate(`location.hash = "#t=${(logged + 1) / 1_000}"`); // which has been rounded
  await eventually(async () => assertNear((await look(page)).moment, logged, 2));
}

/** How fast time passes on the page. */
export async function pace(page: Page): Promise<number> {
  return await page.evaluate<number>(PACE);
}

const PACE = `new Promise((resolve) => {
  const slider = document.querySelector(".timeline input[type=range]");
  let [value, first] = [undefined, undefined];
  const look = () => {
    const at = slider.valueAsNumber;
    const now = performance.now();
    if (value !== undefined && at !== value) {
      first ??= { at, now };
      if (now - first.now > 2_500) return resolve((at - first.at) / (now - first.now));
    }
    value = at;
    requestAnimationFrame(look);
  };
  look();
})`;

export async function lanesBox(page: Page) {
  await page.evaluate("scrollTo(0, 0)");
  const box = await page.locator("canvas.lanes").boundingBox();
  assert(box !== null);
  return box;
}

/** Points at a part of the width of the lanes. @returns the time that is under the pointer */
export async function pointAt(page: Page, part: number) {
  const { x, y, width } = await lanesBox(page);
  await page.mouse.move(x + part * (width - 4), y + 3);
  await look(page);
  return { y: y + 3, timeMs: await pointedTime(page) };
}

/** The time that is written at the line under the pointer. */
export async function pointedTime(page: Page): Promise<number> {
  const text = await page.locator(".pointer-line span").textContent() ?? "";
  return Number(text.replace("−", "-").replace(/[^-\d.]/g, "")) * 1_000;
}

/** The time from the left to the right edge of the lanes. Left of the axis, all times are its first. */
export async function spanOf(page: Page): Promise<number> {
  const [last, first] = [await pointAt(page, 1), await pointAt(page, 0)];
  return last.timeMs - first.timeMs;
}

/** Looks in the lanes for a place of which something is said. */
export async function findTip(page: Page, wanted: RegExp) {
  const { x, y, width, height } = await lanesBox(page);
  for (let top = y + 60; top < y + height - 20; top += 12) {
    for (let left = x + width - 3; left > x + width / 3; left -= 30) {
      await page.mouse.move(left, top);
      const text = await page.evaluate<string>(TIP);
      if (wanted.test(text)) return { x: left, y: top, text };
    }
  }
  throw new Error(`nothing is ${wanted}`);
}

/** What is said of the place that the pointer is on: a page draws that next. */
const TIP = `(async () => {
  const { dataset } = document.documentElement;
  const before = dataset.draws;
  while (dataset.draws === before) await new Promise(requestAnimationFrame);
  const tip = document.querySelector(".tip");
  return tip.hidden ? "" : tip.innerText;
})()`;

/** Has `work` done with a page on a phone, and what touches it. */
export async function withPhone(
  browser: Browser,
  work: (page: Page, touch: CDPSession) => Promise<void>,
): Promise<void> {
  const viewport = { width: 390, height: 844 };
  const context = await browser.newContext({ viewport, hasTouch: true, isMobile: true });
  try {
    const page = await context.newPage();
    await work(page, await context.newCDPSession(page));
  } finally {
    await context.close();
  }
}

/** Moves fingers over the lanes, each from one part of the width to another. */
export async function swipe(
  page: Page,
  touch: CDPSession,
  fingers: readonly (readonly [from: number, to: number])[],
): Promise<void> {
  const { x, y, width } = await lanesBox(page);
  const at = (share: number) =>
    fingers.map(([from, to], id) => ({
      x: Math.round(x + (from + (to - from) * share) * width),
      y: Math.round(y + 20),
      id,
    }));
  const send = (type: "touchStart" | "touchMove" | "touchEnd", share: number) =>
    touch.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: type === "touchEnd" ? [] : at(share),
    });
  await send("touchStart", 0);
  for (let step = 1; step <= 8; step++) await send("touchMove", step / 8);
  await send("touchEnd", 1);
}

/** The time between two places of the lanes, by tapping at them. */
export async function tappedSpan(page: Page): Promise<number> {
  const times = [];
  for (const part of [0.5, 0.9]) {
    const { x, y, width } = await lanesBox(page);
    await page.touchscreen.tap(x + part * width, y + 5);
    await look(page);
    times.push(await pointedTime(page));
  }
  return times[1] - times[0];
}

/** Checks that two numbers differ by at most `by`. */
export function assertNear(actual: number, expected: number, by: number): void {
  assertLess(Math.abs(actual - expected), by + 1e-6, `${actual} is not near ${expected}`);
}
