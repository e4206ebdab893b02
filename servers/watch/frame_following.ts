import type { Frame, Run } from "./frames.ts";

/** A sink with more unsent bytes than this misses frames. */
const MAX_BUFFERED_BYTES = 4_194_304;

/** A destination of frames: a WebSocket, or a file. */
export interface FrameSink {
  /** How many bytes of earlier frames have not left this process yet. */
  readonly bufferedBytes: number;
  /** Sends a frame, and does not wait until it has left. */
  write(frame: Frame): void;
}

/**
 * Writes each frame of a run to a sink. A sink that is too slow misses frames, and then gets a whole
 * frame with all clients.
 *
 * @returns a function that stops it
 */
export function followFrames(run: Run, sink: FrameSink): () => void {
  let hasMissed = false;
  const onFrame = (frame: Frame) => {
    if (sink.bufferedBytes > MAX_BUFFERED_BYTES) hasMissed = true;
    else if (hasMissed) {
      hasMissed = false;
      unsubscribe();
      unsubscribe = run.subscribe(onFrame); // a new subscriber begins with a whole frame
    } else sink.write(frame);
  };
  let unsubscribe = run.subscribe(onFrame);
  return () => unsubscribe();
}
