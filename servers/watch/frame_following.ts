import type { Frame, Run } from "./frames.ts";

/** What a reader may be owed; beyond that it misses frames. */
const MAX_OWED_BYTES = 4_194_304;

/** Somebody or something that takes frames, one at a time. */
export interface FrameReader {
  /** How much of what it was given has not left this process yet. */
  readonly owedBytes: number;
  take(frame: Frame): void;
}

/**
 * Gives each frame of a run to a reader. A reader that is too slow misses frames, and then gets one on
 * all there is.
 *
 * @returns a function that ends it
 */
export function followFrames(run: Run, reader: FrameReader): () => void {
  let hasMissed = false;
  const take = (frame: Frame) => {
    if (reader.owedBytes > MAX_OWED_BYTES) hasMissed = true;
    else if (hasMissed) {
      hasMissed = false;
      leave();
      leave = run.subscribe(take); // a new subscriber begins with all there is
    } else reader.take(frame);
  };
  let leave = run.subscribe(take);
  return () => leave();
}
