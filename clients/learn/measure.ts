/**
 * What a chapter can ask about a run. page/measures.js computes each from the history of a run, so that
 * the page, the terminal and the tests judge by the same numbers, live and recorded.
 *
 * Some measures say how things are at the end of a span, the others what happened within it. The span of
 * a *do* or a *predict* begins with its first action; that of a *check* began with the last *serve* or
 * *predict*.
 *
 * @module
 */

/** The names of all measures. */
export const MEASURES = [
  /** Clients at the end, in any state. */
  "clients",
  /** Clients that got at least one answer. */
  "served",
  /** Clients at the end of whom the server waits for their next bytes. */
  "waiting",
  /** Clients at the end that are connected but not accepted. */
  "backlog",
  /** Clients at the end that are accepted, but no thread or process serves them yet. */
  "queued",
  /** Clients at the end whose handler sleeps. */
  "asleep",
  /** Clients at the end whose send buffer is full. */
  "blocked",
  /** Lanes (threads, processes, loops) that had a client. A lane that serves one after another is one. */
  "lanes",
  /** Processes that had a client; 0 where the server itself serves. */
  "processes",
  /** Returns of the call that waits for many sockets; 0 where no call does. */
  "returns",
  /** The same in a second, on average. */
  "returnsPerSecond",
  /** Sockets that a return looked at, on average. Not measured without a return. */
  "scannedPerReturn",
  /** Sockets that a return found ready, on average. Not measured without a return. */
  "readyPerReturn",
  /** Sockets that were looked at and were not ready, in all. */
  "inVain",
  /** Messages that the server received. */
  "messages",
  /** How long it has taken, all in all. */
  "seconds",
  /** Percent of one processor, on average, with the children. Not measured within half a second. */
  "cpuPercent",
  /** Megabytes at the end, with the children. */
  "memoryMb",
  /** Kilobytes by which the memory grew for each client by which the clients grew. */
  "memoryPerClientKb",
  /** The longest that the loop took to answer. Not measured of models without a loop. */
  "loopLatencyMs",
  /**
   * The longest that a client has been without an answer: since it came, since its last answer or since
   * the span began, until its answer or until the end. It counts clients that say nothing, too: where
   * each talks every 500 ms and is served at once, it is about 500.
   */
  "longestWaitMs",
  /** Not measured where the runtime makes the calls (`--sockets deno`), or without a message. */
  "systemCallsPerMessage",
  /** Clients that were turned away. */
  "refused",
  /** Percent of the time that lane 0 was in the call that waits for many sockets. */
  "waitShare",
  /** Percent of the time that lane 0 was in accept. */
  "acceptShare",
  /** Percent of the time that lane 0 was in recv. */
  "recvShare",
  /** Percent of the time that lane 0's handler worked. */
  "handleShare",
  /** Percent of the time that lane 0 was asleep with its handler. */
  "sleepShare",
] as const;

/** One of {@linkcode MEASURES}. */
export type Measure = typeof MEASURES[number];

/**
 * Holds if the measure compares like this with a number, or with another measure: `times` as much of it,
 * 1 by default. A condition of which a measure could not be taken does not hold.
 */
export interface Condition {
  readonly measure: Measure;
  readonly is: "=" | "!=" | "<" | "<=" | ">" | ">=";
  readonly than: number | Measure;
  readonly times?: number;
}
