import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { reserveDescriptors } from "../flood/descriptors.ts";
import { loadOf } from "../race/load.ts";
import { RaceLine } from "../race/race_line.ts";
import { untilStopped } from "../race/until_stopped.ts";
import { runTour, TALK } from "./tour.ts";
import { describeLoad, describeTour } from "./tour_table.ts";

/**
 * Says what the servers are put to, runs them all, and prints what was seen.
 *
 * @returns whether anything was measured
 * @throws {RefusedError} when there are too few descriptors for the clients
 */
export async function showTour(language: Language, messages: Messages): Promise<boolean> {
  const sockets = hasSystemCalls() ? "libc" : "deno";
  await reserveDescriptors({ ...TALK, sockets, threads: TALK.floodThreads }, messages);
  console.log(describeLoad(messages));
  const line = new RaceLine(loadOf(TALK), messages);
  const tour = await untilStopped((signal) =>
    runTour(language, signal, (progress) => line.show(progress))
  ).finally(() => line.close());
  for (const text of describeTour(tour.rows, messages)) console.log(text);
  if (!tour.isComplete) console.log(`! ${messages.demo.incomplete}`);
  return tour.rows.some(({ talk }) => "figures" in talk);
}
