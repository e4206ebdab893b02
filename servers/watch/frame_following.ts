import type { Frame, Hello, Run } from "./frames.ts";

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

/**
 * Makes a sink of the description of a run, and writes to it each frame from now on: also those that come
 * while the run is being described, which takes a busy machine long enough for clients to come and go.
 *
 * @param makeSink gets the description, and a function that stops it
 * @throws what the description or `makeSink` throws; then nobody follows
 */
export async function followFromNow<Sink extends FrameSink>(
  run: Run,
  makeSink: (hello: Hello, unfollow: () => void) => Sink,
): Promise<Sink> {
  const held = new HeldFrames();
  const unfollow = followFrames(run, held);
  try {
    const sink = makeSink(await run.hello(), unfollow);
    held.passOnTo(sink);
    return sink;
  } catch (error) {
    unfollow();
    throw error;
  }
}

/** Holds frames back until it is told to whom they go. */
class HeldFrames implements FrameSink {
  #held: Frame[] = [];
  #sink: FrameSink | undefined = undefined;

  get bufferedBytes(): number {
    return this.#sink?.bufferedBytes ?? 0;
  }

  write(frame: Frame): void {
    if (this.#sink !== undefined) this.#sink.write(frame);
    else this.#held.push(frame);
  }

  passOnTo(sink: FrameSink): void {
    for (const frame of this.#held) sink.write(frame);
    this.#held = [];
    this.#sink = sink;
  }
}
