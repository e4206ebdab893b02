import { parseCommand } from "../servers/watch/commands.ts";
import { assertEquals } from "./harness/assert.ts";
import "./harness/sanitizers.ts";

const COMMANDS = [
  { do: "open", count: 1_000 },
  { do: "talk", on: true, everyMs: 500, text: "hello" },
  { do: "read", on: false },
  { do: "end", how: "reset", count: 1 },
  { do: "burden", sleepMs: 100, cpuMs: 0 },
  { do: "hold", ms: 1_000 },
];

for (const command of COMMANDS) {
  Deno.test(`parseCommand() takes ${JSON.stringify(command)}, and nothing that is with it`, () => {
    assertEquals<unknown>(parseCommand(JSON.stringify({ ...command, more: 1 })), command);
  });
}

const NONE = [
  "",
  "null",
  "[]",
  '"open"',
  '{"do":"leave"}',
  '{"do":"open"}',
  '{"do":"open","count":0}',
  '{"do":"open","count":1001}',
  '{"do":"open","count":1.5}',
  '{"do":"open","count":"1"}',
  '{"do":"talk","on":1,"everyMs":500,"text":""}',
  '{"do":"talk","on":true,"everyMs":1,"text":""}',
  `{"do":"talk","on":true,"everyMs":500,"text":"${"x".repeat(4_097)}"}`,
  '{"do":"read","on":"yes"}',
  '{"do":"end","how":"kill","count":1}',
  '{"do":"burden","sleepMs":-1,"cpuMs":0}',
  '{"do":"burden","sleepMs":0}',
  '{"do":"hold","ms":60001}',
];

for (const json of NONE) {
  Deno.test(`parseCommand() takes no ${json.slice(0, 60)}`, () => {
    assertEquals(parseCommand(json), undefined);
  });
}
