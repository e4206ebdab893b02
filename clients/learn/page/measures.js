/**
 * Takes the measures of measure.ts from the history of a run. Pure functions, for the page, the terminal
 * and the tests, live and recorded.
 *
 * @module
 */

import {
  ACTIVITIES,
  clientsAt,
  indexAt,
  sampleAt,
  STATES,
} from "../../../servers/watch/page/history.js";

/** @typedef {import("../measure.ts").Measure} Measure */
/** @typedef {import("../measure.ts").Condition} Condition */
/** @typedef {Partial<Record<Measure, number>>} Values each measure that could be taken */
/** @typedef {import("../../../servers/watch/frames.ts").Frame} Frame */

/** Usage of the CPU is measured twice a second: within less there is nothing to compare. */
const MIN_CPU_MS = 500;
const BYTES_PER_KB = 1_000;
const MS_PER_SECOND = 1_000;

/** With how many digits after the point a measure is shown; with none by default. */
const DIGITS = /** @type {Partial<Record<Measure, number>>} */ ({
  returnsPerSecond: 1,
  scannedPerReturn: 1,
  readyPerReturn: 1,
  cpuPercent: 1,
  memoryMb: 1,
  systemCallsPerMessage: 1,
  seconds: 1,
});

/** The shares of the time of lane 0, and the activity that each is of. */
const SHARES = /** @type {const} */ ({
  waitShare: "wait",
  acceptShare: "accept",
  recvShare: "recv",
  handleShare: "handle",
  sleepShare: "sleep",
});

/**
 * Takes all measures of a span of time.
 *
 * @param {import("../../../servers/watch/page/history.js").History} history
 * @param {number} fromMs
 * @param {number} toMs
 * @returns {Values}
 */
export function takeMeasures(history, fromMs, toMs) {
  const { samples } = history;
  if (samples.length === 0) return {};
  /** @type {Frame} */
  const before = sampleAt(samples, fromMs).frame;
  /** @type {Frame} */
  const after = sampleAt(samples, toMs).frame;
  /** @type {Frame[]} */
  const frames = samples.slice(indexAt(samples, fromMs), indexAt(samples, toMs) + 1)
    .map(({ frame }) => frame);
  return known({
    ...presentAt(history, toMs),
    ...lanesWithin(history, fromMs, toMs),
    ...answersWithin(history, frames, fromMs, toMs),
    ...countedBetween(before, after),
    ...usedBetween(before, after, clientsAt(history, before.timeMs).length, {
      clients: clientsAt(history, toMs).length,
    }),
    ...sharesWithin(history, fromMs, toMs),
    seconds: (toMs - fromMs) / MS_PER_SECOND,
    loopLatencyMs: largest(frames.flatMap(({ loopLatencyMs }) => loopLatencyMs ?? [])),
  });
}

/** Without the measures that could not be taken. */
function known(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));
}

function presentAt(history, toMs) {
  const present = clientsAt(history, toMs);
  const inState = (state) => present.filter((one) => STATES[one.state] === state).length;
  return {
    clients: present.length,
    ...Object.fromEntries(
      ["waiting", "backlog", "queued", "asleep", "blocked"].map((state) => [state, inState(state)]),
    ),
  };
}

/** The lanes that had a client. Those with a negative number are the backlog and the queue. */
function lanesWithin({ lanes, pids }, fromMs, toMs) {
  const used = [...lanes].filter(([lane, { bars }]) =>
    lane >= 0 && bars.some(({ times, endMs }) => times[0] <= toMs && endMs > fromMs)
  );
  const processes = new Set(
    used.filter(([lane]) => pids.has(lane)).map(([lane]) => pids.get(lane)),
  );
  return { lanes: used.length, processes: processes.size };
}

/** How many clients were answered, and how long one was not. */
function answersWithin({ lanes }, frames, fromMs, toMs) {
  /** @type {Map<number, number[]>} */
  const answers = new Map();
  for (const { transfers = [] } of frames) {
    for (const [timeMs, client, , , sentBytes] of transfers) {
      if (sentBytes === 0 || timeMs < fromMs || timeMs > toMs) continue;
      const times = answers.get(client);
      if (times === undefined) answers.set(client, [timeMs]);
      else times.push(timeMs);
    }
  }
  const stays = new Map();
  for (const { client, times, endMs } of [...lanes.values()].flatMap(({ bars }) => bars)) {
    if (times[0] > toMs || endMs <= fromMs) continue;
    const { since, until } = stays.get(client) ?? { since: Infinity, until: -Infinity };
    stays.set(client, { since: Math.min(since, times[0]), until: Math.max(until, endMs) });
  }
  const waits = [...stays].flatMap(([client, { since, until }]) => {
    const times = (answers.get(client) ?? []).toSorted((one, other) => one - other);
    const ends = [Math.max(since, fromMs), ...times, Math.min(until, toMs)];
    return ends.slice(1).map((timeMs, i) => timeMs - ends[i]);
  });
  return { served: answers.size, longestWaitMs: largest(waits) };
}

/**
 * @param {Frame} before
 * @param {Frame} after
 */
function countedBetween(before, after) {
  /** @param {keyof Frame["totals"]} name */
  const counted = (name) => (after.totals[name] ?? 0) - (before.totals[name] ?? 0);
  const [returns, scanned, ready] = [counted("wakeUps"), counted("scanned"), counted("ready")];
  const [messages, systemCalls] = [counted("recvs"), counted("systemCalls")];
  return {
    returns,
    returnsPerSecond: returns / (after.timeMs - before.timeMs) * MS_PER_SECOND,
    scannedPerReturn: scanned / returns,
    readyPerReturn: ready / returns,
    inVain: scanned - ready,
    messages,
    systemCallsPerMessage: systemCalls > 0 ? systemCalls / messages : NaN,
    refused: counted("refused") + counted("shed"),
  };
}

/**
 * @param {Frame} before
 * @param {Frame} after
 * @param {number} clientsBefore
 * @param {{ clients: number }} now
 */
function usedBetween(before, after, clientsBefore, { clients }) {
  const cpuMs = after.measuredMs - before.measuredMs;
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  const memory = after.memoryBytes - before.memoryBytes;
  const more = clients - clientsBefore;
  return {
    cpuPercent: cpuMs >= MIN_CPU_MS ? cpuSeconds * 100_000 / cpuMs : NaN,
    memoryMb: after.memoryBytes / BYTES_PER_KB / BYTES_PER_KB,
    memoryPerClientKb: more > 0 ? memory / BYTES_PER_KB / more : NaN,
  };
}

/** The shares of the time of which it is known what the lane did. */
function sharesWithin({ phases }, fromMs, toMs) {
  const { times, activities } = phases.get(0) ?? { times: [], activities: [] };
  const spentMs = ACTIVITIES.map(() => 0);
  for (const [i, activity] of activities.entries()) {
    const ms = Math.min(times[i + 1] ?? toMs, toMs) - Math.max(times[i], fromMs);
    if (ms > 0) spentMs[activity] += ms;
  }
  const known = spentMs.filter((_, i) => ACTIVITIES[i] !== "untraced" && ACTIVITIES[i] !== "ended");
  const allMs = known.reduce((sum, ms) => sum + ms, 0);
  return Object.fromEntries(
    Object.entries(SHARES).map(([measure, activity]) => {
      return [measure, spentMs[ACTIVITIES.indexOf(activity)] / allMs * 100];
    }),
  );
}

/** `NaN` for none. */
function largest(numbers) {
  return numbers.length === 0 ? NaN : numbers.reduce((one, other) => Math.max(one, other));
}

/**
 * Whether all conditions hold. One of which a measure could not be taken does not.
 *
 * @param {Condition | readonly Condition[]} conditions
 * @param {Values} values
 */
export function holds(conditions, values) {
  return [conditions].flat().every(({ measure, is, than, times = 1 }) => {
    const one = values[measure];
    const other = typeof than === "number" ? than : values[than];
    return one !== undefined && other !== undefined && COMPARE[is](one, other * times);
  });
}

/** @type {Record<Condition["is"], (one: number, other: number) => boolean>} */
const COMPARE = {
  "=": (one, other) => one === other,
  "!=": (one, other) => one !== other,
  "<": (one, other) => one < other,
  "<=": (one, other) => one <= other,
  ">": (one, other) => one > other,
  ">=": (one, other) => one >= other,
};

/**
 * The index of the only answer that holds; `undefined` when none does, or several do, because something
 * disturbed the measurement.
 *
 * @param {readonly import("../chapter.ts").Answer[]} answers
 * @param {Values} values
 */
export function trueAnswer(answers, values) {
  const holding = answers.flatMap(({ when }, i) => holds(when, values) ? [i] : []);
  return holding.length === 1 ? holding[0] : undefined;
}

/**
 * All measures that answers or conditions are judged by.
 *
 * @param {readonly { when: Condition | readonly Condition[] }[]} answers
 * @returns {Measure[]}
 */
export function measuresOf(answers) {
  const names = answers.flatMap(({ when }) => [when].flat()).flatMap(({ measure, than }) => {
    return typeof than === "number" ? [measure] : [measure, than];
  });
  return [...new Set(names)];
}

/**
 * A number as it is shown.
 *
 * @param {Measure} measure
 * @param {number | undefined} value
 * @param {string} language
 */
export function shownValue(measure, value, language) {
  if (value === undefined) return "–";
  return value.toLocaleString(language, { maximumFractionDigits: DIGITS[measure] ?? 0 });
}

/**
 * A text with the measures that it names in braces.
 *
 * @param {string} text
 * @param {Values} values
 * @param {string} language
 */
export function withValues(text, values, language) {
  return text.replace(/\{(\w+)\}/g, (_, name) => shownValue(name, values[name], language));
}
