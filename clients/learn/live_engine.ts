import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import type { Frame, Hello } from "../../servers/watch/frames.ts";
import type { Chapter } from "./chapter.ts";
import { Engine } from "./page/engine.js";
import { actionsOf } from "./page/steps.js";
import { Stage } from "./stage.ts";

/** Gets what happens on the stage, in its order. */
export interface Witness {
  readonly onHello?: (hello: Hello) => void;
  readonly onFrame?: (frame: Frame) => void;
  readonly onLine?: (line: string) => void;
}

/** An engine of this process with a stage of its own. */
export interface LiveEngine extends AsyncDisposable {
  readonly engine: Engine;
}

/**
 * Prepares a chapter. Nothing runs before a method of the engine is called.
 *
 * @param chapter to go through
 * @param witness gets everything before the engine does
 * @param language in which commands print
 * @param messages for errors
 */
export function prepareLive(
  chapter: Chapter,
  witness: Witness,
  language: Language,
  messages: Messages,
): LiveEngine {
  let unfollow = () => {};
  const stage = new Stage(
    {
      onServer(run, hello) {
        unfollow();
        witness.onHello?.(hello);
        unfollow = run.subscribe((frame) => {
          witness.onFrame?.(frame);
          engine.apply(frame);
        });
      },
      onLine(line) {
        witness.onLine?.(line);
        engine.print(line);
      },
      onLost: (reason) => engine.lose(reason),
    },
    language,
    messages,
  );
  const engine = new Engine(chapter, {
    begin: () => Promise.resolve(),
    perform: (step, action) => stage.perform(actionsOf(chapter.steps[step])[action]),
    goOn: () => {},
  });
  return {
    engine,
    async [Symbol.asyncDispose]() {
      unfollow();
      await stage[Symbol.asyncDispose]();
    },
  };
}
