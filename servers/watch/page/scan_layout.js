/**
 * Where the cells of a scan are: as large as all of them fit, in rows.
 *
 * @module
 */

/** Sides of cells with the gap after them, in CSS pixels, beside letters of the usual size or smaller. */
const PITCHES = [28, 24, 20, 16, 12, 10, 8, 6, 5, 4, 3];
const USUAL_SIZE = 13;
/** Cells with a name, by the size of the letters. */
const NAMED = { width: 6.2, height: 2.6 };

/**
 * Places cells.
 *
 * @param {number} sockets how many there are
 * @param {{ left: number, top: number, width: number, height: number }} box in CSS pixels
 * @param {number} size of the letters
 * @returns {{ count: number, each: number, columns: number, wide: number, pitch: number, left: number,
 *   top: number, isLabelled: boolean }} `each` is how many sockets a cell stands for
 */
export function placeCells(sockets, { left, top, width, height }, size) {
  const fit = (wide, high) => {
    const columns = Math.max(1, Math.floor(width / wide));
    return { columns, capacity: columns * Math.max(1, Math.floor(height / high)) };
  };
  const place = { left, top: top + 1 };
  const [named, high] = [Math.round(NAMED.width * size), Math.round(NAMED.height * size)];
  const large = fit(named, high);
  if (sockets <= large.capacity && high <= height) {
    const shape = { columns: large.columns, wide: named, pitch: high, isLabelled: true };
    return { ...place, ...shape, count: sockets, each: 1 };
  }
  const larger = PITCHES.map((one) => Math.round(one * Math.max(1, size / USUAL_SIZE)));
  const pitch = [...larger, ...PITCHES].find((one) => {
    return fit(one, one).capacity >= sockets && one <= height;
  }) ?? PITCHES.at(-1);
  const { columns, capacity } = fit(pitch, pitch);
  const each = Math.max(1, Math.ceil(sockets / capacity));
  const shape = { columns, wide: pitch, pitch, isLabelled: false };
  return { ...place, ...shape, count: Math.ceil(sockets / each), each };
}
