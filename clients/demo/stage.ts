import type { Loop } from "../../servers/coroutines/gevent/mod.ts";

/** The output and the clock of a demo. */
export interface Stage {
  /** Prints one line. */
  print(line: string): void;
  /** How many lines each player prints. */
  readonly rounds: number;
  /** How long a player sleeps after a line, in milliseconds. */
  readonly pauseMs: number;
  /** Puts the whole thread to sleep, as `time.sleep` does in Python. */
  sleepThread(ms: number): void;
  /** Where a hub waits. */
  readonly loop: Loop;
}

/** A demo. It runs to its end on a {@linkcode Stage}, and throws what fails. */
export type Demo = (stage: Stage) => void | Promise<void>;
