import { becomeSubreaper } from "../../servers/system/subreaper.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";

/**
 * Runs what starts servers, none of which it leaves behind.
 *
 * @param run gets a signal that Ctrl-C aborts
 */
export async function untilStopped<Result>(
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  if (hasSystemCalls()) becomeSubreaper();
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  try {
    return await run(stop.signal);
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, onSignal);
  }
}
