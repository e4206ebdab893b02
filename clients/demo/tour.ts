/**
 * The demo without a name: the servers of the text under the same clients, one after another.
 *
 * @module
 */

import type { ModelName } from "../../servers/context/context.ts";
import type { SocketKind } from "../../servers/context/protocol.ts";
import { modelEntry } from "../../servers/registry.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import type { ServerProcess } from "../target/server_process.ts";
import { modelEntrants } from "../race/entrants.ts";
import { isFaulty } from "../race/faults.ts";
import { type Failure, floodServer, type Heat, withServer } from "../race/heat.ts";
import { floodThreads, loadOf, serveFlags } from "../race/load.ts";
import type { Conditions, RaceProgress } from "../race/race.ts";

/** What is shown of a server. */
export interface TourRow {
  readonly name: string;
  readonly model: ModelName;
  /** What came of clients that come, ask once and go, and of those that stay. */
  readonly visits: Heat;
  readonly talk: Heat;
}

/**
 * The servers of one processor, and those that give each client a process or a thread. A terminal has no
 * room for more, and what the others gain on several processors needs another load.
 */
export const TOUR_MODELS: readonly ModelName[] = [
  ...["blocking", "process", "thread", "threadpool", "nonblocking", "select"] as const,
  ...["select-queue", "poll", "epoll", "coroutine", "greenlet", "gevent", "async"] as const,
];

/** Models of which both kinds of sockets are worth seeing: their calls cost very differently. */
const BOTH_KINDS: readonly ModelName[] = ["nonblocking", "select", "epoll"];

/** Models that never serve all at once, however long they have: waiting for that shows nothing. */
const NEVER_SERVE_ALL: readonly ModelName[] = ["blocking", "threadpool"];
const SHORT_SETTLE_MS = 300;

/** Clients that stay, and talk all at once. */
export const TALK: Conditions = {
  discipline: "messages",
  conns: 200,
  sizeBytes: 64,
  durationMs: 200,
  settleMs: 8_000,
  warmupMs: 100,
  rounds: 1,
  handler: "echo",
  sleepMs: 0,
  cpuMs: 0,
  floodThreads: floodThreads(),
};

/** Clients that come, ask once and go: until all have, or for a second. */
export const VISITS: Conditions = {
  ...TALK,
  conns: 5,
  connectionsEach: 200,
  durationMs: 1_000,
  settleMs: 0,
  warmupMs: 0,
};

/** The servers in the order of the text: on the system's calls where there are, as it has them. */
function kindsOf(model: ModelName): readonly SocketKind[] {
  const kinds = modelEntry(model).sockets.filter((kind) => kind === "deno" || hasSystemCalls());
  return BOTH_KINDS.includes(model) ? kinds.toReversed() : kinds.slice(-1);
}

/**
 * Runs the tour.
 *
 * @param language of the servers, which may have to say something
 * @param signal ends it early; the server in progress is left out
 * @param onProgress called before each server
 */
export async function runTour(
  language: string,
  signal: AbortSignal,
  onProgress: (progress: RaceProgress) => void,
): Promise<{ rows: TourRow[]; isComplete: boolean }> {
  const entrants = TOUR_MODELS.flatMap((model) =>
    modelEntrants([model], kindsOf(model), serveFlags(TALK, language))
  );
  const rows: TourRow[] = [];
  for (const [heatsDone, entrant] of entrants.entries()) {
    if (signal.aborted) break;
    onProgress({ round: 1, rounds: 1, entrant, heatsDone, heatsAll: entrants.length });
    const { name, model = "select" } = entrant;
    const measured = await withServer(entrant, signal, (server) => measure(server, model, signal))
      .catch((error) => {
        if (!signal.aborted) throw error;
      });
    if (measured === undefined) break;
    rows.push({ name, model, ...("failure" in measured ? bothFailed(measured) : measured) });
  }
  return { rows, isComplete: rows.length === entrants.length };
}

/** First those that come and go, then those that stay: the server is warm by then. */
async function measure(
  server: ServerProcess,
  model: ModelName,
  signal: AbortSignal,
): Promise<{ visits: Heat; talk: Heat }> {
  const unknown = () => Promise.resolve(undefined);
  const visiting = { ...loadOf(VISITS), lastEchoesMs: 500 };
  const visits = await floodServer(server, visiting, signal, unknown);
  const talkWithin = (settleMs: number) =>
    floodServer(server, { ...loadOf(TALK), settleMs, onlySettled: true }, signal, unknown);
  if (!NEVER_SERVE_ALL.includes(model)) return { visits, talk: await talkWithin(TALK.settleMs) };
  let talk = await talkWithin(SHORT_SETTLE_MS);
  // A busy machine may have kept the server waiting for so long.
  if (!("figures" in talk && talk.counts.answered > 0)) talk = await talkWithin(TALK.settleMs);
  return { visits, talk };
}

function bothFailed(failed: { readonly failure: Failure }): { visits: Heat; talk: Heat } {
  return { visits: failed, talk: failed };
}

/** Whether a server served all clients at once, without a fault. */
export function servedAll({ talk }: TourRow): boolean {
  return "figures" in talk && talk.counts.answered === TALK.conns && !isFaulty(talk.faults);
}
