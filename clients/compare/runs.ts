/**
 * What `race --json` and `flood --json` have written, read again.
 *
 * @module
 */

import { RefusedError } from "../../cli/errors.ts";
import { isObject } from "../../cli/json.ts";
import type { Messages } from "../../cli/messages.ts";
import { systemReason } from "../../cli/system_reason.ts";

/** The newest version of either form that is known here. */
const SCHEMA = 1;

/** The figures that are compared, by the names that `--expect` has for them; what is better. */
export const COMPARED = {
  rate: "more",
  connections: "more",
  p50: "less",
  p99: "less",
  "p99.9": "less",
  cpu: "less",
  memory: "less",
} as const;

/** The name of a figure that is compared. */
export type ComparedName = keyof typeof COMPARED;

/** All names, in the order in which they are shown. */
export const COMPARED_NAMES = Object.keys(COMPARED) as ComparedName[]; // keys() forgets the names

/** Where a race has them: the percentiles are those of round trips, or of first answers. */
const IN_RACES: Readonly<Record<ComparedName, readonly string[]>> = {
  rate: ["messagesPerSecond"],
  connections: ["connectionsPerSecond"],
  p50: ["p50Ms", "firstAnswerP50Ms"],
  p99: ["p99Ms", "firstAnswerP99Ms"],
  "p99.9": ["p999Ms", "firstAnswerP999Ms"],
  cpu: ["cpuSecondsPerMillion"],
  memory: ["peakMemoryBytes"],
};

/** What went wrong in a flood. */
export const FAULTS = ["lost", "refused", "wrongBytes"] as const;

/** A value for each round, of each figure that was measured. */
export type Values = ReadonlyMap<ComparedName, readonly number[]>;

/** A race, or one or several floods of the same server. */
export interface Runs {
  readonly path: string;
  readonly kind: "race" | "flood";
  /** What a race was about; `flood` for a flood. */
  readonly discipline: string;
  /** How it was run, by the names of what was set. */
  readonly conditions: ReadonlyMap<string, string>;
  /** The servers by name, those that held the load; a flood has one, of which it knows no name. */
  readonly servers: ReadonlyMap<string, Values>;
  /** The servers that did not hold the load. */
  readonly apart: readonly string[];
  /** How much went wrong in all floods. */
  readonly faults: Readonly<Record<typeof FAULTS[number], number>>;
}

/**
 * Reads a race, or a flood; each further line of the file is one more flood of the same server.
 *
 * @throws {RefusedError} when the file cannot be read, or is neither
 */
export async function readRuns(path: string, messages: Messages): Promise<Runs> {
  const { compare } = messages;
  const records = parse(await readText(path, messages));
  if (records.some(({ schema }) => typeof schema === "number" && schema > SCHEMA)) {
    throw new RefusedError(compare.newer(path));
  }
  const [first] = records;
  const runs = records.length === 1 && first.kind === "race"
    ? raceOf(path, first)
    : floodsOf(path, records);
  if (runs === undefined) throw new RefusedError(compare.neither(path));
  return runs;
}

async function readText(path: string, messages: Messages): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new RefusedError(messages.compare.cannotRead(path, systemReason(error, messages)));
  }
}

/** The object of a file, or those of its lines; none where anything else is in it. */
function parse(text: string): Readonly<Record<string, unknown>>[] {
  const values = parseJson([text]) ??
    parseJson(text.split("\n").filter((one) => one.trim() !== ""));
  return values !== undefined && values.every(isObject) ? values : [];
}

function parseJson(texts: readonly string[]): unknown[] | undefined {
  try {
    return texts.map((text) => JSON.parse(text));
  } catch {
    return undefined;
  }
}

function raceOf(path: string, record: Readonly<Record<string, unknown>>): Runs | undefined {
  const { conditions, servers, machine, versions } = record;
  if (!isObject(conditions) || !Array.isArray(servers) || !servers.every(isServer)) {
    return undefined;
  }
  const { discipline, rounds: _, ...conditioned } = conditions;
  const holding = servers.filter(({ holdsLoad }) => holdsLoad);
  return {
    path,
    kind: "race",
    discipline: String(discipline),
    conditions: new Map([
      ...textsOf(conditioned),
      ...textsOf(isObject(machine) ? machine : {}),
      ...textsOf(isObject(versions) ? versions : {}),
    ]),
    servers: new Map(holding.map(({ name, rounds }) => [
      name,
      valuesOf(rounds.map(({ figures }) => ({ ...figures, discipline })), raceValue),
    ])),
    apart: servers.filter(({ holdsLoad }) => !holdsLoad).map(({ name }) => name),
    faults: { lost: 0, refused: 0, wrongBytes: 0 },
  };
}

function raceValue(figures: Readonly<Record<string, unknown>>, name: ComparedName): unknown {
  // At a fixed rate all servers get as many messages, so the number says nothing about a server.
  if (name === "rate" && figures.discipline === "rate") return undefined;
  return IN_RACES[name].map((one) => figures[one]).find((value) => value !== undefined);
}

interface Server {
  readonly name: string;
  readonly holdsLoad: boolean;
  readonly rounds: readonly { readonly figures: Readonly<Record<string, unknown>> }[];
}

function isServer(value: unknown): value is Server {
  return isObject(value) && typeof value.name === "string" &&
    typeof value.holdsLoad === "boolean" && Array.isArray(value.rounds) &&
    value.rounds.every((round) => isObject(round) && isObject(round.figures));
}

function floodsOf(
  path: string,
  records: readonly Readonly<Record<string, unknown>>[],
): Runs | undefined {
  const isFlood = (one: Readonly<Record<string, unknown>>) =>
    typeof one.messagesPerSecond === "number" && one.roundTripMs !== undefined;
  if (records.length === 0 || !records.every(isFlood)) return undefined;
  const [{ settings }] = records;
  const { host: _, port: _port, ...conditioned } = isObject(settings) ? settings : {};
  const total = (name: string) => records.reduce((sum, one) => sum + Number(one[name] ?? 0), 0);
  return {
    path,
    kind: "flood",
    discipline: "flood",
    conditions: textsOf(conditioned),
    servers: new Map([["", valuesOf(records, floodValue)]]),
    apart: [],
    faults: { lost: total("lost"), refused: total("refused"), wrongBytes: total("wrongBytes") },
  };
}

function floodValue(record: Readonly<Record<string, unknown>>, name: ComparedName): unknown {
  if (name === "rate") return record.messagesPerSecond;
  return isObject(record.roundTripMs) ? record.roundTripMs[name] : undefined;
}

function valuesOf(
  rounds: readonly Readonly<Record<string, unknown>>[],
  valueOf: (round: Readonly<Record<string, unknown>>, name: ComparedName) => unknown,
): Values {
  const entries = COMPARED_NAMES.map((name) => {
    const values = rounds.map((round) => valueOf(round, name));
    return [name, values.filter((value) => typeof value === "number")] as const;
  });
  return new Map(entries.filter(([, { length }]) => length > 0));
}

function textsOf(values: Readonly<Record<string, unknown>>): Map<string, string> {
  return new Map(Object.entries(values).map(([name, value]) => [name, String(value)]));
}
