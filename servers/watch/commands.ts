import type { Command, Refusal } from "./frames.ts";

/** The most that one command may ask for. */
const MAX_CLIENTS = 1_000;
const MAX_ENDED = 1_000_000;
const LONGEST_MS = 60_000;
const MIN_PAUSE_MS = 10;
const LONGEST_TEXT = 4_096;

/** A command that is not obeyed, and why. */
export class RefusedCommand extends Error {
  override readonly name = "RefusedCommand";

  constructor(readonly refusal: Refusal) {
    super(refusal.reason);
  }
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a command as it was sent.
 *
 * @throws {RefusedCommand} when it is none, or asks for too much
 */
export function parseCommand(json: string): Command {
  let fields: unknown;
  try {
    fields = JSON.parse(json);
  } catch {
    throw new RefusedCommand({ reason: "no-command" });
  }
  if (typeof fields !== "object" || fields === null) {
    throw new RefusedCommand({ reason: "no-command" });
  }
  return readCommand(fields as Fields); // of an object, any property may be asked for
}

function readCommand(fields: Fields): Command {
  const { do: what, on, how, text } = fields;
  const number = (name: string, min: number, max: number) => wholeOf(fields, name, min, max);
  switch (what) {
    case "open":
      return { do: what, count: number("count", 1, MAX_CLIENTS) };
    case "talk": {
      if (typeof on !== "boolean" || typeof text !== "string") break;
      checkRange("text", text.length, 0, LONGEST_TEXT);
      return { do: what, on, everyMs: number("everyMs", MIN_PAUSE_MS, LONGEST_MS), text };
    }
    case "read":
      if (typeof on !== "boolean") break;
      return { do: what, on };
    case "end":
      if (how !== "half-close" && how !== "reset" && how !== "close") break;
      return { do: what, how, count: number("count", 1, MAX_ENDED) };
    case "burden": {
      const [sleepMs, cpuMs] = [number("sleepMs", 0, LONGEST_MS), number("cpuMs", 0, LONGEST_MS)];
      return { do: what, sleepMs, cpuMs };
    }
    case "hold":
      return { do: what, ms: number("ms", 1, LONGEST_MS) };
  }
  throw new RefusedCommand({ reason: "no-command" });
}

/** A page sends `null` for a number that it could not read. */
function wholeOf(fields: Fields, name: string, min: number, max: number): number {
  const value = fields[name];
  return checkRange(name, Number.isInteger(value) ? Number(value) : NaN, min, max);
}

function checkRange(field: string, value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  throw new RefusedCommand({ reason: "out-of-range", field, min, max });
}
