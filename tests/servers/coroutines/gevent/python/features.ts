/**
 * The scenarios by feature, each of which has a file of the same name in Python and one of what that
 * printed.
 *
 * @module
 */

import {
  ClockLoop,
  Hub,
  type Loop,
  SocketLoop,
} from "../../../../../servers/coroutines/gevent/mod.ts";
import { DenoSockets } from "../../../../../servers/sockets/deno/sockets.ts";
import { UNOBSERVED } from "../../../../../servers/sockets/observer.ts";
import type { Sockets } from "../../../../../servers/sockets/interface.ts";
import { events } from "./events.ts";
import { greenlets } from "./greenlets.ts";
import { joining } from "./joining.ts";
import { locals } from "./locals.ts";
import { locks } from "./locks.ts";
import { pools } from "./pools.ts";
import { queues } from "./queues.ts";
import { type Say, type Scenarios, show } from "./scenarios.ts";
import { streams } from "./streams.ts";
import { timeouts } from "./timeouts.ts";
import { turns } from "./turns.ts";

const REPORTS = { failed() {}, held() {} };

function on(loop: Loop, scenarios: Scenarios, say: Say): Promise<unknown> {
  return new Hub(loop, REPORTS).run(() => scenarios(say));
}

/** What needs nothing but time, which may be that of a test. */
function onClock(scenarios: Scenarios): (say: Say, clock: Loop) => Promise<unknown> {
  return (say, clock) => on(clock, scenarios, say);
}

/** What also needs threads, which take the time that they take. */
const withThreads = (say: Say) => on(new ClockLoop(), locals, say);

/** What needs sockets, of either kind. */
async function onSockets(say: Say, sockets: Sockets): Promise<void> {
  const loop = new SocketLoop(sockets);
  await new Hub(loop, REPORTS).run(() => streams(say, loop, sockets));
  sockets.stopListening();
  await sockets.allClosed();
}

/** Each prints its lines. */
const FEATURES: Readonly<Record<string, (say: Say, clock: Loop) => Promise<unknown>>> = {
  events: onClock(events),
  greenlets: onClock(greenlets),
  joining: onClock(joining),
  locals: withThreads,
  locks: onClock(locks),
  pools: onClock(pools),
  queues: onClock(queues),
  streams: (say) => onSockets(say, new DenoSockets(UNOBSERVED)),
  timeouts: onClock(timeouts),
  turns: onClock(turns),
};

/** The names of the features. */
export const featureNames: readonly string[] = Object.keys(FEATURES);

/** The lines that the scenarios of a feature print, as those in Python do. */
export function linesOf(feature: string, clock: Loop = new ClockLoop()): Promise<string[]> {
  return linesSaid((say) => FEATURES[feature](say, clock));
}

/** {@linkcode linesOf} `streams`, over other sockets than Deno's. */
export function streamLinesOver(sockets: Sockets): Promise<string[]> {
  return linesSaid((say) => onSockets(say, sockets));
}

async function linesSaid(run: (say: Say) => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  await run((scenario, ...values) =>
    void lines.push(`${scenario}: ${values.map(show).join(", ")}`)
  );
  return lines;
}

/** What Python printed, and the versions that it did so with. */
export async function expectedOf(feature: string): Promise<{ versions: string; lines: string[] }> {
  const text = await Deno.readTextFile(new URL(`expected/${feature}.txt`, import.meta.url));
  const [versions, ...lines] = text.trimEnd().split("\n");
  return { versions, lines };
}
