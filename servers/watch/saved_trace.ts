import type { Messages } from "../../cli/messages.ts";
import { linesOf } from "../../cli/text_lines.ts";
import type { TraceGaps } from "../runtime/reporter.ts";
import type { Frame } from "./frames.ts";
import type { Head } from "./recording.ts";
import { TraceEvents } from "./trace_events.ts";

/** After this many frames, other work gets a turn. */
const FRAMES_PER_TURN = 50;

/** A recording as a trace. */
export interface SavedTrace {
  readonly text: Blob;
  readonly gaps: TraceGaps;
  /** Whether the recording goes on after the trace, which is as large as it may get. */
  readonly isFull: boolean;
  /** Whether the recording has clients only: it is of a version that said nothing of lanes. */
  readonly lacksLanes: boolean;
}

/**
 * Turns a recording into a trace, a few frames at a time: a server goes on meanwhile.
 *
 * @param lines of the recording, all of them whole
 */
export async function traceOf(lines: Blob, messages: Messages): Promise<SavedTrace> {
  let head: Head | undefined;
  let events: TraceEvents | undefined;
  const parts: string[] = [];
  let count = 0;
  for await (const line of linesOf(lines.stream())) {
    if (head === undefined) {
      head = JSON.parse(line) as Head;
      continue;
    }
    const frame: Frame = JSON.parse(line);
    events ??= new TraceEvents(head.hello, frame.timeMs, messages);
    parts.push(events.apply(frame));
    if (events.isFull) break;
    if (++count % FRAMES_PER_TURN === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  if (head === undefined) throw new TypeError("a recording begins with its head");
  events ??= new TraceEvents(head.hello, head.hello.startedMs ?? 0, messages);
  parts.push(events.end());
  const { gaps, isFull, lacksLanes } = events;
  return { text: new Blob(parts), gaps, isFull, lacksLanes };
}
