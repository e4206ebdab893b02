import type { ModelName } from "../../../servers/context/context.ts";
import { hasLoop, MODEL_NAMES, modelEntry } from "../../../servers/registry.ts";
import type { Call } from "../../../servers/watch/frames.ts";
import { readModelSource } from "../../../servers/watch/model_source.ts";
import { assert, assertEquals, assertMatch } from "../../harness/assert.ts";
import { MODEL_OPTIONS } from "../../harness/model_options.ts";
import "../../harness/sanitizers.ts";

/** What each line must be about that is marked for a call, whatever it is called on. */
const ABOUT: Readonly<Record<Call, RegExp>> = {
  accept: /accept/i,
  wait: /wait|poll|select|turn|pause/,
  recv: /recv|read/i,
  handle: /chunk|message|buffer/,
  sleep: /sleep|delay|timer|due/,
  send: /send|serve|resume|write|flush/,
};

/** A model of which the view never says that it waits for all its clients at once. */
function hasNoWait(model: ModelName): boolean {
  const { servedBy, waitsIn } = modelEntry(model);
  return !(hasLoop(servedBy) || servedBy === "threads") || waitsIn === "await";
}

/** Each model, and each of its pages that a flag or the kind of sockets chooses. */
const CASES = [
  ...MODEL_NAMES.map((model) => ({
    ...{ name: model as string, model, options: MODEL_OPTIONS },
    sockets: "deno" as const,
  })),
  {
    ...{ name: "process on libc", model: "process" as const, options: MODEL_OPTIONS },
    sockets: "libc" as const,
  },
  {
    ...{ name: "epoll --oneshot", model: "epoll" as const },
    ...{ options: { ...MODEL_OPTIONS, oneshot: true }, sockets: "deno" as const },
  },
];

for (const { name, model, options, sockets } of CASES) {
  for (const [call, about] of Object.entries(ABOUT) as [Call, RegExp][]) {
    const isMade = call !== "wait" || !hasNoWait(model);
    const title = isMade ? "its lines are found" : "it has no line";
    Deno.test(`${name}, ${call}: ${title}`, async () => {
      const files = await readModelSource(model, options, sockets);
      const lines = files.flatMap(({ text, lines }) => {
        const all = text.split("\n");
        return (lines[call] ?? []).map((number) => all[number - 1].trim());
      });
      if (!isMade) return assertEquals(lines, []);
      assert(lines.length > 0, "no line of its pages is marked: see CALLS in model_source.ts");
      for (const line of lines) assertMatch(line, about);
    });
  }
}

Deno.test("the page that is shown is the one that runs", async () => {
  for (const { model, options, sockets } of CASES) {
    const [{ path, text }] = await readModelSource(model, options, sockets);
    const { name } = await modelEntry(model).load(options, sockets);
    assert(text.includes(`export async function ${name}(`), `${path} has no ${name}()`);
  }
});
