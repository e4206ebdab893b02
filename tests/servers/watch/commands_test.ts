import { parseCommand, RefusedCommand } from "../../../servers/watch/commands.ts";
import type { Refusal } from "../../../servers/watch/frames.ts";
import { assertEquals, assertThrows } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

const COMMANDS = [
  { do: "open", count: 1_000 },
  { do: "talk", on: true, everyMs: 500, text: "hello" },
  { do: "read", on: false },
  { do: "end", how: "reset", count: 1 },
  { do: "simulate-cost", sleepMs: 100, cpuMs: 0 },
  { do: "block", ms: 1_000 },
];

for (const command of COMMANDS) {
  Deno.test(`parseCommand() takes ${JSON.stringify(command)}, and nothing that is with it`, () => {
    assertEquals<unknown>(parseCommand(JSON.stringify({ ...command, more: 1 })), command);
  });
}

const NO_COMMAND = { reason: "no-command" } as const;
const NO_TEXT = { reason: "out-of-range", field: "text", min: 0, max: 4_096 } as const;

function outOf(field: string, min: number, max: number): Refusal {
  return { reason: "out-of-range", field, min, max };
}

const REFUSED: readonly [json: string, refusal: Refusal][] = [
  ["", NO_COMMAND],
  ["null", NO_COMMAND],
  ["[]", NO_COMMAND],
  ['"open"', NO_COMMAND],
  ['{"do":"leave"}', NO_COMMAND],
  ['{"do":"open"}', outOf("count", 1, 1_000)],
  ['{"do":"open","count":0}', outOf("count", 1, 1_000)],
  ['{"do":"open","count":1001}', outOf("count", 1, 1_000)],
  ['{"do":"open","count":1.5}', outOf("count", 1, 1_000)],
  ['{"do":"open","count":"1"}', outOf("count", 1, 1_000)],
  ['{"do":"talk","on":1,"everyMs":500,"text":""}', NO_COMMAND],
  ['{"do":"talk","on":true,"everyMs":1,"text":""}', outOf("everyMs", 10, 60_000)],
  [`{"do":"talk","on":true,"everyMs":500,"text":"${"x".repeat(4_097)}"}`, NO_TEXT],
  ['{"do":"read","on":"yes"}', NO_COMMAND],
  ['{"do":"end","how":"kill","count":1}', NO_COMMAND],
  ['{"do":"simulate-cost","sleepMs":-1,"cpuMs":0}', outOf("sleepMs", 0, 60_000)],
  ['{"do":"simulate-cost","sleepMs":90000,"cpuMs":0}', outOf("sleepMs", 0, 60_000)],
  ['{"do":"simulate-cost","sleepMs":null,"cpuMs":0}', outOf("sleepMs", 0, 60_000)],
  ['{"do":"simulate-cost","sleepMs":0}', outOf("cpuMs", 0, 60_000)],
  ['{"do":"block","ms":60001}', outOf("ms", 1, 60_000)],
];

for (const [json, refusal] of REFUSED) {
  Deno.test(`parseCommand() refuses ${json.slice(0, 60)}, and says why`, () => {
    const error = assertThrows(() => parseCommand(json), RefusedCommand);
    assertEquals<Refusal>(error.refusal, refusal);
  });
}
