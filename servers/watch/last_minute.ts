import { ClientRoster } from "./client_roster.ts";
import { followFrames, type FrameSink } from "./frame_following.ts";
import { frameJson } from "./frame_json.ts";
import type { Frame, Run } from "./frames.ts";
import { headLine } from "./recording.ts";

/** How much of a run is kept, so that it can be saved afterwards. */
export const KEPT_MS = 60_000;
/** Old frames are dropped this many milliseconds of the run at a time. */
const SEGMENT_MS = 5_000;
/** How many bytes of frames are kept. At full load, a minute takes about half of that. */
export const MAX_KEPT_BYTES = 33_554_432;
const SEGMENTS_AT_LEAST = 8;

interface Segment {
  readonly beginMs: number;
  readonly lines: Uint8Array<ArrayBuffer>[];
  bytes: number;
}

/** What was kept, as a recording. */
export interface KeptRun {
  readonly lines: Blob;
  readonly frames: number;
  readonly seconds: number;
}

/** The last minute of a run, in memory of limited size. It grows only while somebody watches. */
export class LastMinute implements FrameSink {
  readonly bufferedBytes = 0;
  #segments: Segment[] = [];
  #roster = new ClientRoster();
  /** The last frame that was dropped. */
  #dropped: Frame | undefined = undefined;
  #bytes = 0;
  #lastMs = 0;
  #unfollow: (() => void) | undefined = undefined;
  #forgetting: ReturnType<typeof setTimeout> | undefined = undefined;
  #isOver = false;

  /** @param maxBytes see {@linkcode MAX_KEPT_BYTES} */
  constructor(private readonly run: Run, private readonly maxBytes = MAX_KEPT_BYTES) {}

  /** How many bytes of frames are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Somebody watches: keeps what comes. */
  begin(): void {
    if (this.#isOver) return;
    clearTimeout(this.#forgetting);
    this.#unfollow ??= followFrames(this.run, this);
  }

  /** Nobody watches any more: keeps what has come for another minute. */
  pause(): void {
    if (this.#isOver) return;
    this.#unfollow?.();
    this.#unfollow = undefined;
    clearTimeout(this.#forgetting);
    this.#forgetting = setTimeout(() => this.#forget(), KEPT_MS);
    Deno.unrefTimer(this.#forgetting);
  }

  /** The view ends. */
  end(): void {
    this.#isOver = true;
    this.#unfollow?.();
    clearTimeout(this.#forgetting);
    this.#forget();
  }

  write(frame: Frame): void {
    const line = new TextEncoder().encode(`${frameJson(frame)}\n`);
    const last = this.#segments.at(-1);
    const isFull = last === undefined || frame.timeMs - last.beginMs >= SEGMENT_MS ||
      last.bytes > this.maxBytes / SEGMENTS_AT_LEAST;
    if (isFull) this.#segments.push({ beginMs: frame.timeMs, lines: [line], bytes: line.length });
    else {
      last.lines.push(line);
      last.bytes += line.length;
    }
    this.#bytes += line.length;
    this.#lastMs = frame.timeMs;
    while (this.#hasTooMuch()) this.#dropSegment();
  }

  /** What is kept at present. It begins with a frame of all clients, like any recording. */
  async read(): Promise<KeptRun> {
    const hello = await this.run.hello();
    const first = this.#dropped === undefined ? [] : [this.#roster.whole(this.#dropped)];
    const kept = this.#segments.flatMap(({ lines }) => lines);
    const beginMs = first[0]?.timeMs ?? this.#segments[0]?.beginMs ?? this.#lastMs;
    return {
      lines: new Blob([
        headLine(hello),
        ...first.map((frame) => `${JSON.stringify(frame)}\n`),
        ...kept,
      ]),
      frames: first.length + kept.length,
      seconds: (this.#lastMs - beginMs) / 1_000,
    };
  }

  #hasTooMuch(): boolean {
    if (this.#segments.length < 2) return false;
    return this.#bytes > this.maxBytes || this.#segments[1].beginMs <= this.#lastMs - KEPT_MS;
  }

  #dropSegment(): void {
    const [{ lines, bytes }] = this.#segments.splice(0, 1);
    const decoder = new TextDecoder();
    for (const line of lines) {
      const frame: Frame = JSON.parse(decoder.decode(line));
      this.#roster.apply(frame);
      this.#dropped = frame;
    }
    this.#bytes -= bytes;
  }

  #forget(): void {
    this.#segments = [];
    this.#roster = new ClientRoster();
    this.#dropped = undefined;
    this.#bytes = 0;
  }
}
