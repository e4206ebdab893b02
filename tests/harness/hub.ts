import type { Body } from "../../servers/coroutines/gevent/greenlet.ts";
import { Hub, type Loop } from "../../servers/coroutines/gevent/hub.ts";
import type { Coroutine } from "../../servers/coroutines/gevent/park.ts";
import { ManualClock } from "./manual_clock.ts";

/** What a hub has reported, in lines of text. */
export interface HubRun {
  readonly hub: Hub;
  readonly reports: string[];
}

/** A hub that keeps what it reports. */
export function makeHub(loop: Loop): HubRun {
  const reports: string[] = [];
  const hub = new Hub(loop, {
    failed: (greenlet, error) => reports.push(`${greenlet} failed: ${error.message}`),
    held: (greenlet, heldMs) => reports.push(`${greenlet} held ${heldMs} ms`),
  });
  return { hub, reports };
}

/** Runs `body` in a greenlet of a new hub, on a clock of its own. @returns what the hub reported */
export async function runOnClock(body: Body<[ManualClock], void>): Promise<string[]> {
  const clock = new ManualClock();
  const { hub, reports } = makeHub(clock);
  await hub.run(body, clock);
  return reports;
}

/** What `waiting` throws. */
export function* thrownBy(waiting: Coroutine<unknown>): Coroutine<Error> {
  try {
    yield* waiting;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("it threw nothing");
}
