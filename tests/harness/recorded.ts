/**
 * Servers that are recorded, and what the frames of their recordings say.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { ACTIVITIES, type Activity, type Frame } from "../../servers/watch/frames.ts";
import { assertEquals, assertLessOrEqual } from "./assert.ts";
import { Server } from "./playground.ts";

const POLL_INTERVAL_MS = 10;

/** What a lane did, for whom, and from when until when. */
export interface Span {
  readonly lane: number;
  readonly activity: Activity;
  readonly client: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A server that is recorded. */
export class Recorded implements AsyncDisposable {
  private constructor(readonly server: Server, private readonly file: string) {}

  static async start(args: readonly string[]): Promise<Recorded> {
    const file = await Deno.makeTempFile({ suffix: ".jsonl" });
    const recorded = new Recorded(await Server.start([...args, "--record", file]), file);
    await recorded.until((frames) => frames.length > 1); // the first one lists all clients
    return recorded;
  }

  /** The frames so far. */
  async frames(): Promise<Frame[]> {
    const [, ...lines] = (await Deno.readTextFile(this.file)).split("\n");
    return lines.slice(0, -1).map((line): Frame => JSON.parse(line));
  }

  /** Waits for frames that pass a test. */
  async until(isSo: (frames: Frame[]) => boolean): Promise<Frame[]> {
    for (;;) {
      const frames = await this.frames();
      if (isSo(frames)) return frames;
      await delay(POLL_INTERVAL_MS);
    }
  }

  /** Ends the server. @returns all frames */
  async end(): Promise<Frame[]> {
    assertEquals((await this.server.stop()).code, 0);
    return await this.frames();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await Deno.remove(this.file);
  }
}

/** Waits until an event with this in its text is in a file. */
export async function untilNamed(path: string, text: string): Promise<void> {
  while (!(await readIfThere(path)).includes(text)) await delay(POLL_INTERVAL_MS);
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** What all lanes did, each in the order of time. */
export function spansOf(frames: readonly Frame[]): Span[][] {
  const lanes: Span[][] = [];
  for (const [fromMs, lane, activity, client] of frames.flatMap(({ phases = [] }) => phases)) {
    const spans = lanes[lane] ??= [];
    const last = spans.at(-1);
    if (last !== undefined) {
      assertLessOrEqual(last.fromMs, fromMs, `lane ${lane} goes back in time`);
      spans[spans.length - 1] = { ...last, untilMs: fromMs };
    }
    spans.push({ lane, activity: ACTIVITIES[activity], client, fromMs, untilMs: Infinity });
  }
  return lanes;
}

/** What a lane did, in words, without what it only did for a moment between two records. */
export function wordsOf(spans: readonly Span[] = []): string[] {
  return spans.map(({ activity, client }) => client === 0 ? activity : `${activity} #${client}`);
}
