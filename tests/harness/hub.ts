import { type Body, type Coroutine, Hub } from "../../servers/coroutines/gevent/mod.ts";
import type { Loop, Wait } from "../../servers/coroutines/gevent/mod.ts";
import { ManualClock } from "./manual_clock.ts";

/** A hub, and what it has reported in lines of text. */
export interface HubRun {
  readonly hub: Hub;
  readonly failures: string[];
  /** On the real clock, whoever is unlucky can be among them. */
  readonly holds: string[];
}

/** A hub that keeps what it reports. */
export function makeHub(loop: Loop): HubRun {
  const failures: string[] = [];
  const holds: string[] = [];
  const hub = new Hub(loop, {
    failed: (greenlet, error) => failures.push(`${greenlet} failed: ${error.message}`),
    held: (greenlet, heldMs) => holds.push(`${greenlet} held ${heldMs} ms`),
  });
  return { hub, failures, holds };
}

/** Runs `body` in a greenlet of a new hub, on a clock of its own. */
export async function runOnClock(body: Body<[ManualClock], void>): Promise<HubRun> {
  const clock = new ManualClock();
  const run = makeHub(clock);
  await run.hub.run(body, clock);
  return run;
}

/** What `waiting` throws. */
export function* thrownBy(waiting: Wait<unknown>): Coroutine<Error> {
  try {
    yield* waiting;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("it threw nothing");
}
