/**
 * Tables that are kept as an array for each column, in the order of time: `times` is one of the columns.
 * Tens of thousands of rows cost no objects that way.
 *
 * @module
 */

/**
 * Adds a row.
 *
 * @param {Record<string, unknown[]>} columns
 * @param {readonly string[]} names of the columns, in the order of the row
 * @param {readonly unknown[]} row
 */
export function addRow(columns, names, row) {
  names.forEach((name, i) => columns[name].push(row[i]));
}

/**
 * Forgets the rows before a time, except the last of them, which holds until then.
 *
 * @param {Record<string, unknown[]>} columns
 * @param {readonly string[]} names of all columns
 * @param {number} beforeMs
 */
export function forgetRows(columns, names, beforeMs) {
  const { times } = columns;
  const old = lastUntil(times.length, beforeMs, (i) => times[i]);
  if (old > 0) { for (const name of names) columns[name].splice(0, old); }
}

/**
 * Leaves one row for each slice of the time: that with the heaviest state in it. The last row stays.
 *
 * @param {{ times: number[], states: number[] }} columns
 * @param {readonly number[]} weights of the states
 * @param {number} slices how many
 */
export function coarsen({ times, states }, weights, slices) {
  const last = times.length - 1;
  const sliceMs = (times[last] - times[0]) / slices;
  let kept = 0;
  for (let i = 1; i <= last; i++) {
    if (i === last || times[i] - times[kept] >= sliceMs) {
      kept++;
      [times[kept], states[kept]] = [times[i], states[i]];
    } else if (weights[states[i]] > weights[states[kept]]) states[kept] = states[i];
  }
  times.length = states.length = kept + 1;
}

/**
 * Finds the last row that is not later than a time.
 *
 * @param {number} count how many rows there are
 * @param {number} timeMs
 * @param {(index: number) => number} timeOf the time of a row
 * @returns {number} its index; 0 if all are later
 */
export function lastUntil(count, timeMs, timeOf) {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (timeOf(middle) <= timeMs) low = middle;
    else high = middle - 1;
  }
  return low;
}
