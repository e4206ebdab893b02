import type { Loop } from "../../servers/coroutines/gevent/mod.ts";

/** Where a demo plays: what it prints on, and whose time it takes. */
export interface Stage {
  print(line: string): void;
  /** How often each of its players prints. */
  readonly rounds: number;
  /** How long a player sleeps after a line. */
  readonly pauseMs: number;
  /** Puts the whole thread to sleep, as `time.sleep` does in Python. */
  sleepThread(ms: number): void;
  /** Where a hub waits. */
  readonly loop: Loop;
}

/** A piece that is played on a {@linkcode Stage}. */
export type Demo = (stage: Stage) => void | Promise<void>;
