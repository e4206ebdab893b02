/**
 * Pictures of lanes, drawn as SVG without a browser.
 *
 * @module
 */

import "./fake_dom.ts";
import { en } from "../../cli/messages/en/mod.ts";
import type { Frame } from "../../servers/watch/frames.ts";
import { SvgSurface } from "../../servers/watch/page/canvas_surface.js";
import { History } from "../../servers/watch/page/history.js";
import { laneLabels } from "../../servers/watch/page/lane_labels.js";
import { LanePicture } from "../../servers/watch/page/lanes.js";
import { FakeRun } from "./fake_run.ts";

export const WIDTH = 800;
export const START_MS = 1_000_000;

const run = new FakeRun();
const texts = {
  ...en.watch.page,
  ...en.watchLanes,
};

/** A history of one frame, after a second in which nothing has happened. */
export function historyOf(parts: Partial<Frame>): History {
  const history = new History();
  history.apply(run.frame({ timeMs: START_MS, isWhole: true }));
  history.apply(run.frame({ timeMs: START_MS + 1_000, ...parts }));
  return history;
}

/** The picture of a span, with all that was drawn. */
export function draw(
  history: History,
  of: { fromMs?: number; spanMs?: number; atMs?: number; worker?: string; waitsIn?: string } = {},
) {
  const { fromMs = START_MS, spanMs = 1_000, worker = "loop", waitsIn = "select" } = of;
  const { atMs = fromMs + spanMs } = of;
  const hello = { model: "select", worker, waitsIn };
  const labels = laneLabels(
    hello,
    texts,
    () => history.pids,
    (timeMs: number) => (timeMs - START_MS) / 1_000,
  );
  const surface = new SvgSurface(WIDTH);
  const picture = new LanePicture(surface, labels);
  const shown = {
    ...{ fromMs, toMs: fromMs + spanMs, atMs, zeroMs: START_MS },
    ...{ isPaused: false, speed: 1, followed: undefined, pointerMs: undefined },
  };
  const isDetailed = picture.draw(history, shown);
  const { markup } = surface.context;
  return { picture, markup, isDetailed, rects: rectsOf(markup), texts: textsOf(markup) };
}

/** The columns of a handler that works for less than a pixel at a time. */
export function workOf(rects: readonly Rect[]): Rect[] {
  const work = rects.filter(({ fill }) => fill === "served");
  return work.flatMap((rect) =>
    Array.from({ length: rect.width }, (_, i) => ({ ...rect, x: rect.x + i, width: 1 }))
  );
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill: string;
}

function rectsOf(markup: string): Rect[] {
  const all = markup.matchAll(
    /<rect x="(.*?)" y="(.*?)" width="(.*?)" height="(.*?)" fill="(.*?)"/g,
  );
  return [...all].map(([, x, y, width, height, fill]) => {
    return { x: Number(x), y: Number(y), width: Number(width), height: Number(height), fill };
  });
}

function textsOf(markup: string): string[] {
  return [...markup.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text);
}
