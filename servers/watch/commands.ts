import { parseObject } from "../../cli/json.ts";
import type { Command, Refusal } from "./frames.ts";

/** The limits of one command. */
const MAX_CLIENTS = 1_000;
const MAX_ENDED = 1_000_000;
const MAX_MS = 60_000;
const MIN_PAUSE_MS = 10;
const MAX_TEXT_LENGTH = 4_096;

/** A command was refused. */
export class RefusedCommand extends Error {
  override readonly name = "RefusedCommand";

  /** @param refusal the reason */
  constructor(readonly refusal: Refusal) {
    super(refusal.reason);
  }
}

type Fields = NonNullable<ReturnType<typeof parseObject>>;

/**
 * Parses a command that a page has sent.
 *
 * @throws {RefusedCommand} when it is not a command, or a number is out of range
 */
export function parseCommand(json: string): Command {
  const fields = parseObject(json) ?? {};
  const { do: what, on, how, text } = fields;
  const number = (name: string, min: number, max: number) => wholeOf(fields, name, min, max);
  switch (what) {
    case "open":
      return { do: what, count: number("count", 1, MAX_CLIENTS) };
    case "talk": {
      if (typeof on !== "boolean" || typeof text !== "string") break;
      checkRange("text", text.length, 0, MAX_TEXT_LENGTH);
      return { do: what, on, everyMs: number("everyMs", MIN_PAUSE_MS, MAX_MS), text };
    }
    case "read":
      if (typeof on !== "boolean") break;
      return { do: what, on };
    case "end":
      if (how !== "half-close" && how !== "reset" && how !== "close") break;
      return { do: what, how, count: number("count", 1, MAX_ENDED) };
    case "simulate-cost": {
      const [sleepMs, cpuMs] = [number("sleepMs", 0, MAX_MS), number("cpuMs", 0, MAX_MS)];
      return { do: what, sleepMs, cpuMs };
    }
    case "block":
      return { do: what, ms: number("ms", 1, MAX_MS) };
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
