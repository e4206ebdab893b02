/**
 * What is left of a flood in a file, and how several are read and become one.
 *
 * @module
 */

import { isObject } from "../../cli/json.ts";
import { type Counts, Measurements } from "./measurements.ts";
import type { FloodSettings } from "./options.ts";
import type { Stage } from "./rate_profile.ts";

/** The version of what `flood --json` prints. It grows when a field changes its meaning or goes. */
export const SCHEMA = 1;

/** How a flood went, without what it sent. */
export interface Settings extends FloodSettings {
  readonly sockets: "deno" | "libc";
}

/** A flood that is over. */
export interface FloodRecord {
  /** When it began, in milliseconds since the epoch. */
  readonly startedMs: number;
  /** For how long messages were sent. */
  readonly elapsedMs: number;
  readonly options: Settings;
  readonly measurements: Measurements;
}

/** Several floods as one. */
export interface Merged extends FloodRecord {
  /** How long after the first the last of them began. */
  readonly spreadMs: number;
}

/** What is measured in times, by the names that files have for it. */
export const TIMES = {
  connect: "connectTimes",
  firstAnswer: "firstAnswers",
  roundTrip: "roundTrips",
  outage: "outages",
  openAge: "openAges",
  connectAge: "connectAges",
} as const;

/** The name of a kind of times. */
export type TimeName = keyof typeof TIMES;

/** All names. */
export const TIME_NAMES = Object.keys(TIMES) as TimeName[]; // keys() forgets the names

const TALLIES = ["refusedBy", "lostBy", "statuses", "firstRefusedMs", "firstLostMs"] as const;

/** The fields of a flood that {@linkcode parseRecord} reads, but for its times. */
export function recordWithoutTimes({ measurements, ...record }: FloodRecord) {
  return {
    schema: SCHEMA,
    kind: "flood",
    startedAt: new Date(record.startedMs).toISOString(),
    elapsedMs: record.elapsedMs,
    settings: settingsAsJson(record.options),
    ...measurements.counts,
    ...Object.fromEntries(TALLIES.map((name) => [name, measurements[name]])),
  };
}

/** All times of a flood, as histograms in microseconds, compressed and in base64. */
export function encodeTimes(measurements: Measurements): Record<string, string> {
  const encoded = TIME_NAMES.map((name) => [name, measurements[TIMES[name]].encode()]);
  return Object.fromEntries(encoded.filter(([, histogram]) => histogram !== ""));
}

/**
 * Reads what {@linkcode recordWithoutTimes} made, and its times if they stand beside it.
 *
 * @param json comes from outside
 * @returns the record; `"newer"` for a version that is unknown, `undefined` for anything else
 */
export function parseRecord(json: unknown): FloodRecord | "newer" | undefined {
  if (!isObject(json) || json.kind !== "flood" || typeof json.schema !== "number") return undefined;
  if (json.schema > SCHEMA) return "newer";
  const { elapsedMs, histograms = {} } = json;
  const startedMs = Date.parse(String(json.startedAt));
  const options = parseSettings(json.settings);
  if (Number.isNaN(startedMs) || !isCount(elapsedMs) || options === undefined) return undefined;
  if (!isObject(histograms)) return undefined;
  const measurements = new Measurements();
  const names = Object.keys(measurements.counts) as (keyof Counts)[]; // keys() forgets the names
  for (const name of names) {
    const { [name]: count = 0 } = json;
    if (!isCount(count)) return undefined;
    measurements[name] = count;
  }
  for (const name of TALLIES) {
    const { [name]: tally = {} } = json;
    if (!isObject(tally) || !Object.values(tally).every(isCount)) return undefined;
    Object.assign(measurements[name], tally);
  }
  for (const name of TIME_NAMES) {
    const { [name]: histogram = "" } = histograms;
    if (!addTimes(measurements, name, histogram)) return undefined;
  }
  return { startedMs, elapsedMs, options, measurements };
}

/**
 * Adds the times of a histogram in microseconds, compressed and in base64.
 *
 * @returns whether it was one, of a kind that is known
 */
export function addTimes(measurements: Measurements, name: string, histogram: unknown): boolean {
  const kind = TIME_NAMES.find((one) => one === name);
  if (kind === undefined || typeof histogram !== "string") return false;
  try {
    measurements[TIMES[kind]].addEncoded(histogram);
    return true;
  } catch {
    return false; // the package throws errors of many kinds, and strings
  }
}

/**
 * Makes one flood of several: counters are added, histograms merged. It lasted from when the first
 * began to when the last ended.
 *
 * @param records one at least
 */
export function mergeRecords(records: readonly FloodRecord[]): Merged {
  const measurements = new Measurements();
  for (const one of records) measurements.add(one.measurements);
  const starts = records.map(({ startedMs }) => startedMs);
  const startedMs = Math.min(...starts);
  return {
    measurements,
    startedMs,
    spreadMs: Math.max(...starts) - startedMs,
    elapsedMs: Math.max(...records.map((one) => one.startedMs + one.elapsedMs)) - startedMs,
    options: records.map(({ options }) => options).reduce(addSettings),
  };
}

function addSettings(one: Settings, other: Settings): Settings {
  const { totalRate = 0, stages = [] } = other;
  return {
    ...one,
    conns: one.conns + other.conns,
    rate: Math.min(one.rate, other.rate),
    reconnectAfter: Math.min(one.reconnectAfter, other.reconnectAfter),
    ...one.totalRate === undefined ? {} : { totalRate: one.totalRate + totalRate },
    ...one.stages === undefined ? {} : {
      stages: one.stages.map(({ durationMs, rate }, index) => ({
        durationMs,
        rate: rate + (stages[index]?.rate ?? 0),
      })),
    },
  };
}

/** Settings as JSON has them, which has no infinity: what is not limited is left out. */
function settingsAsJson(settings: Settings): Readonly<Record<string, unknown>> {
  const { host, port, conns, sockets, wait, rate, totalRate, stages, durationMs } = settings;
  const { reconnectAfter, reconnect, connectRate, thinkMs, http } = settings;
  const limits = Object.entries({ rate, durationMs, reconnectAfter, connectRate });
  return {
    ...{ host, port, conns, sockets, wait, totalRate, stages, reconnect, thinkMs, http },
    ...Object.fromEntries(limits.filter(([, limit]) => limit !== Infinity)),
  };
}

function parseSettings(json: unknown): Settings | undefined {
  if (!isObject(json)) return undefined;
  const { host, port, conns, sockets, wait, totalRate, stages, reconnect, http } = json;
  const { rate = Infinity, durationMs = Infinity, reconnectAfter = Infinity } = json;
  const { connectRate = Infinity, thinkMs = 0 } = json;
  if (typeof host !== "string" || (sockets !== "deno" && sockets !== "libc")) return undefined;
  if (!isCount(port) || !isCount(conns) || !isCount(rate) || !isCount(durationMs)) return undefined;
  if (!isCount(reconnectAfter) || !isCount(connectRate) || !isCount(thinkMs)) return undefined;
  return {
    ...{ host, port, conns, sockets, rate, durationMs, reconnectAfter, connectRate, thinkMs },
    ...{ connectionsEach: Infinity, settleMs: 0, warmupMs: 0, lastEchoesMs: 0 },
    wait: wait !== false,
    reconnect: reconnect === true,
    ...isCount(totalRate) ? { totalRate } : {},
    ...Array.isArray(stages) && stages.every(isStage) ? { stages } : {},
    ...typeof http === "string" ? { http } : {},
  };
}

function isStage(json: unknown): json is Stage {
  return isObject(json) && isCount(json.durationMs) && isCount(json.rate);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && value >= 0;
}
