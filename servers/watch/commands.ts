import type { Command } from "./frames.ts";

/** The most that one command may ask for. */
const MOST_CLIENTS = 1_000;
const LONGEST_MS = 60_000;
const LEAST_PAUSE_MS = 10;
const LONGEST_TEXT = 4_096;

type Fields = Readonly<Record<string, unknown>>;

/** Reads a command as it was sent. @returns `undefined` when it is none, or asks for too much */
export function parseCommand(json: string): Command | undefined {
  let fields: unknown;
  try {
    fields = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof fields !== "object" || fields === null) return undefined;
  return readCommand(fields as Fields); // of an object, any property may be asked for
}

function readCommand({ do: what, on, how, count, everyMs, text, ...fields }: Fields):
  | Command
  | undefined {
  switch (what) {
    case "open":
      return isWhole(count, 1, MOST_CLIENTS) ? { do: what, count } : undefined;
    case "talk":
      if (typeof on !== "boolean" || !isWhole(everyMs, LEAST_PAUSE_MS, LONGEST_MS)) {
        return undefined;
      }
      if (typeof text !== "string" || text.length > LONGEST_TEXT) return undefined;
      return { do: what, on, everyMs, text };
    case "read":
      return typeof on === "boolean" ? { do: what, on } : undefined;
    case "end":
      if (how !== "half-close" && how !== "reset" && how !== "close") return undefined;
      return isWhole(count, 1, 1_000_000) ? { do: what, how, count } : undefined;
    case "burden": {
      const { sleepMs, cpuMs } = fields;
      if (!isWhole(sleepMs, 0, LONGEST_MS) || !isWhole(cpuMs, 0, LONGEST_MS)) return undefined;
      return { do: what, sleepMs, cpuMs };
    }
    case "hold":
      return isWhole(fields.ms, 1, LONGEST_MS) ? { do: what, ms: fields.ms } : undefined;
    default:
      return undefined;
  }
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}
