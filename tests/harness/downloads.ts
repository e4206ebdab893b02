/**
 * Downloads for tests, and what is reported of them.
 *
 * @module
 */

import { Download } from "../../clients/download/download.ts";
import { Downloads, type DownloadsOptions } from "../../clients/download/downloads.ts";
import { fileNames } from "../../clients/download/file_name.ts";
import type { Reason } from "../../clients/download/reasons.ts";
import type { DownloadTotals, Reporter } from "../../clients/download/reporters.ts";
import { assertEquals } from "./assert.ts";
import { test } from "./test.ts";

/** Registers a test that is given a directory, which is removed after it. */
export function testInDirectory(
  name: string,
  fn: (directory: string) => Promise<void>,
  options?: { ignore?: boolean },
): void {
  test(name, async () => {
    const directory = await Deno.makeTempDir();
    try {
      await fn(directory);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  }, options);
}

/** The names of what lies in `directory`, in order. */
export function namesIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
}

/** Keeps what it is told. */
class Recorder implements Reporter {
  readonly startedUrls: string[] = [];
  readonly finishedUrls: string[] = [];
  readonly failures: Reason[] = [];
  readonly retries: { readonly reason: Reason; readonly pauseMs: number }[] = [];
  readonly continuedAtBytes: number[] = [];

  started({ shownUrl }: Download): void {
    this.startedUrls.push(shownUrl);
  }

  totals(): void {}

  retrying(_: Download, reason: Reason, pauseMs: number): void {
    this.retries.push({ reason, pauseMs });
  }

  finished({ shownUrl, continuedAtBytes }: Download): void {
    this.finishedUrls.push(shownUrl);
    this.continuedAtBytes.push(continuedAtBytes);
  }

  failed(_: Download, reason: Reason): void {
    this.failures.push(reason);
  }
}

/** What downloads have come to. */
export interface Result extends Recorder {
  readonly summary: DownloadTotals;
  readonly downloads: readonly Download[];
}

/** Downloads `urls` to `directory`, or to nowhere, and tells how it went. Retries do not wait long. */
export async function download(
  urls: readonly string[],
  directory: string | undefined,
  options: Partial<DownloadsOptions> = {},
  stop = new AbortController().signal,
): Promise<Result> {
  const recorder = new Recorder();
  const parsed = urls.map((url) => new URL(url));
  const names = fileNames(parsed);
  const downloads = parsed.map((url, i) => new Download(url, names[i], directory));
  const all = { jobs: 4, timeoutMs: 60_000, retries: 0, force: false, firstPauseMs: 1, ...options };
  const running = new Downloads(all, recorder, stop);
  const summary = await running.run(downloads);
  assertEquals(running.active.size, 0);
  return Object.assign(recorder, { summary, downloads });
}
