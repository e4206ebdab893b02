/**
 * What a chapter of the course is: data. The engine starts its servers, sends its commands, and judges
 * the answers by what was measured.
 *
 * @module
 */

import type { Language } from "../../cli/language.ts";
import type { ModelName } from "../../servers/context/context.ts";
import type { Call, Command } from "../../servers/watch/frames.ts";
import type { Condition } from "./measure.ts";

/** In both languages. Paragraphs are parted by an empty line; `code` is in backticks. */
export type Text = Readonly<Record<Language, string>>;

/** A chapter, with all that it does. */
export interface Chapter {
  /** Part of the addresses of its steps: the third of `select` is `#select/3`. */
  readonly id: string;
  readonly title: Text;
  /** How long it takes, 5 to 10. */
  readonly minutes: number;
  readonly steps: readonly Step[];
  /** Commands for two terminals. They become the last step. */
  readonly tryIt: readonly TryIt[];
}

/** A command that the reader may run. */
export interface TryIt {
  readonly command: string;
  readonly says: Text;
}

/** A server as `serve` starts it. */
export interface StageServer {
  readonly model: ModelName;
  /** Such as `["--sockets", "libc"]` and `["--sleep", "300"]`. */
  readonly flags: readonly string[];
}

/** What happens on the stage. */
export type Action =
  /** Starts a server, and ends the former one. */
  | { readonly do: "serve"; readonly server: StageServer }
  | Command
  /** Waits until it holds. When it does not within the time, the step says so, and goes on. */
  | {
    readonly do: "until";
    readonly is: Condition | readonly Condition[];
    readonly withinMs: number;
  }
  /** Runs `playground` with these, and shows what it prints. `{address}` is the server's. */
  | { readonly do: "run"; readonly args: readonly string[] };

/** A part of the picture that a step can point at. */
export type Part =
  /** Lane 0 is the server's own. */
  | `lane:${number}`
  | "workers"
  | "queue"
  | "backlog"
  | `client:${number}`
  | "scan"
  | "code"
  | "log"
  | "charts"
  | "facts"
  | "clients";

/** A step of a chapter. */
export type Step =
  | { readonly kind: "read"; readonly text: Text }
  | DoStep
  | PredictStep
  /** Points at a part of the picture. */
  | { readonly kind: "observe"; readonly text: Text; readonly at: Part }
  /** Marks the lines of a call in the code page. */
  | { readonly kind: "explain"; readonly text: Text; readonly code?: Call }
  | CheckStep
  /** Runs `playground` with these arguments: `lab` and the name of an experiment. */
  | { readonly kind: "experiment"; readonly args: readonly string[]; readonly text: Text };

/** Something is done. */
export interface DoStep {
  readonly kind: "do";
  readonly text: Text;
  readonly actions: readonly Action[];
  /**
   * With `reader`, the page offers each action as a button, and the reader may use the controls of the
   * view as well; its `until` actions say when it is done.
   */
  readonly by: "course" | "reader";
  /** Shows it ten or a hundred times slower. */
  readonly slow?: 10 | 100;
}

/** A question about what is going to happen. */
export interface PredictStep {
  readonly kind: "predict";
  readonly question: Text;
  readonly answers: readonly Answer[];
  /** They come after the choice. */
  readonly actions: readonly Action[];
}

/** A question about what has happened since the last *serve* or *predict*. */
export interface CheckStep {
  readonly kind: "check";
  readonly question: Text;
  readonly answers: readonly Answer[];
}

/** An answer to choose. Of the answers to a question exactly one may hold. */
export interface Answer {
  readonly text: Text;
  /** Several conditions must all hold. */
  readonly when: Condition | readonly Condition[];
  /** `{name}` is replaced by that measure: "select looked at {scannedPerReturn} sockets". */
  readonly because: Text;
}
