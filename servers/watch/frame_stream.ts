import type { Frame, Run } from "./frames.ts";

/** What a page that does not read may be owed; beyond that it misses frames. */
const MOST_OWED_BYTES = 4_194_304;

/**
 * The frames of a run as server-sent events, for as long as somebody reads them. Who reads too slowly
 * misses frames, and then gets one on all there is.
 *
 * @param ended when the stream is to end
 */
export function frameStream(run: Run, ended: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let leave: (() => void) | undefined = undefined;
  let close = () => {};
  const unfollow = () => {
    leave?.();
    leave = undefined;
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      close = () => {
        unfollow();
        controller.close();
      };
      ended.addEventListener("abort", close);
    },
    // Called whenever there is room: at first, and after the reader has fallen behind.
    pull(controller) {
      leave ??= run.subscribe((frame) => {
        controller.enqueue(encoder.encode(toEvent(frame)));
        if ((controller.desiredSize ?? 0) <= 0) unfollow();
      });
    },
    cancel() {
      ended.removeEventListener("abort", close);
      unfollow();
    },
  }, new ByteLengthQueuingStrategy({ highWaterMark: MOST_OWED_BYTES }));
}

function toEvent(frame: Frame): string {
  return `data: ${JSON.stringify(frame)}\n\n`;
}
