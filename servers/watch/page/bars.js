/**
 * The bars of the clients on the lanes.
 *
 * @module
 */

import { pieceAt, STATES, WEIGHT } from "./history.js";

const WAITING = STATES.indexOf("waiting");

/** Draws bars on a surface, see canvas_surface.js. */
export class BarPainter {
  #surface;

  constructor(surface) {
    this.#surface = surface;
  }

  /**
   * Draws a client: a thin line for its whole time, and blocks for the states other than waiting. Of
   * several pieces in one pixel, the heaviest is drawn.
   *
   * @param {{ fromMs: number, toMs: number }[]} unknown see unknown.js
   */
  draw({ times, states, endMs }, { top: rowTop, height: rowHeight }, scale, unknown) {
    const { context, fills, ratio } = this.#surface;
    const { fromMs, toMs } = scale;
    const [top, height] = rowHeight > 6 ? [rowTop + 2, rowHeight - 4] : [rowTop, rowHeight];
    const pixel = 1 / ratio;
    const thin = Math.max(1, Math.round(height / 3));
    const begin = scale.xOf(times[0]);
    context.fillStyle = fills.color("waiting");
    const lineTop = top + Math.round((height - thin) / 2);
    context.fillRect(
      ...[begin, lineTop],
      ...[Math.max(pixel, scale.xOf(Math.min(endMs, toMs)) - begin), thin],
    );
    for (const span of unknown) {
      const from = scale.xOf(Math.max(span.fromMs, times[0], fromMs));
      const width = scale.xOf(Math.min(span.toMs, endMs, toMs)) - from;
      if (width <= 0) continue;
      context.fillStyle = fills.of("unknown", width);
      context.fillRect(from, top, width, height);
    }
    let [heavy, heavyX] = [0, -1];
    for (let i = pieceAt(times, fromMs); i < times.length && times[i] <= toMs; i++) {
      if (states[i] === WAITING) continue;
      const x = scale.xOf(times[i]);
      const until = scale.xOf(Math.min(i + 1 < times.length ? times[i + 1] : endMs, toMs));
      const weight = WEIGHT[states[i]];
      if (until - x < pixel && x === heavyX && weight <= heavy) continue;
      const from = x === heavyX && weight < heavy ? x + pixel : x;
      const width = Math.max(pixel, until - from);
      context.fillStyle = fills.of(STATES[states[i]], width);
      context.fillRect(from, top, width, height);
      [heavy, heavyX] = [weight, x];
    }
  }
}

/** The port of the client in a row: its address is mostly the same. */
export function portOf({ bars }) {
  const { peer } = bars.at(-1);
  return peer.slice(peer.lastIndexOf(":"));
}
