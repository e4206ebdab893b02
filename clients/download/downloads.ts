import { type Destination, NullDestination } from "./destination.ts";
import type { Download } from "./download.ts";
import { Part } from "./part.ts";
import { mayPass, type Reason, reasonOf } from "./reasons.ts";
import { receivedBefore, removeReceipt } from "./part_record.ts";
import { receive } from "./receive.ts";
import type { DownloadTotals, Reporter } from "./reporters.ts";
import { withRetries } from "./retries.ts";

/** How the files are to be downloaded. */
export interface DownloadsOptions {
  /** How many at once. */
  readonly jobs: number;
  /** How long a server may be silent; `Infinity`: for ever. */
  readonly timeoutMs: number;
  readonly retries: number;
  /** Whether a file that is there already is replaced. */
  readonly force: boolean;
  /** The pause before the first retry, if it is to be another than usual. */
  readonly firstPauseMs?: number;
}

/** Several downloads at once. Each fails alone. */
export class Downloads {
  readonly #active = new Set<Download>();

  /** @param stop ends all of them; a later run can resume their parts */
  constructor(
    private readonly options: DownloadsOptions,
    private readonly reporter: Reporter,
    private readonly stop: AbortSignal,
  ) {}

  /** Those that have begun and not ended, in the order in which they began. */
  get active(): ReadonlySet<Download> {
    return this.#active;
  }

  /** Downloads all, begun in the order given, and resolves when each has ended, well or not. */
  async run(downloads: readonly Download[]): Promise<DownloadTotals> {
    const beganMs = performance.now();
    const finished: Download[] = [];
    const failures: Reason[] = [];
    const waiting = downloads.values(); // of which each job takes the next
    const job = async () => {
      for (const download of waiting) {
        if (this.stop.aborted) return;
        const outcome = await this.#run(download, downloads.length > 1);
        if (outcome === "finished") {
          finished.push(download);
          this.reporter.finished(download);
        } else if (outcome !== "stopped") {
          failures.push(outcome);
          this.reporter.failed(download, outcome);
        }
      }
    };
    await Promise.all(Array.from({ length: this.options.jobs }, job));
    const unfinished = downloads.length - finished.length - failures.length;
    // Receipts are for the same command, if that can come further than this one has.
    const canGoOn = unfinished > 0 || failures.length > 0 && failures.every(mayPass);
    if (!canGoOn) await removeReceipts(finished);
    return {
      finished: finished.length,
      failed: failures.length,
      unfinished,
      arrivedBytes: downloads.reduce((sum, { arrivedBytes }) => sum + arrivedBytes, 0),
      elapsedMs: performance.now() - beganMs,
    };
  }

  /** @returns why it failed, if it did */
  async #run(
    download: Download,
    withReceipt: boolean,
  ): Promise<"finished" | "stopped" | Reason> {
    this.#active.add(download);
    this.reporter.started(download);
    try {
      await this.#download(download, withReceipt);
      return "finished";
    } catch (error) {
      if (this.stop.aborted && error === this.stop.reason) return "stopped";
      const reason = reasonOf(error);
      if (reason === undefined) throw error;
      return reason;
    } finally {
      this.#active.delete(download);
    }
  }

  async #download(download: Download, withReceipt: boolean): Promise<void> {
    const { timeoutMs, retries, force, firstPauseMs } = this.options;
    const { path, shownUrl } = download;
    if (path !== undefined && !force) {
      const sizeBytes = await receivedBefore(path, shownUrl);
      if (sizeBytes !== undefined) return download.begin(sizeBytes, sizeBytes);
    }
    await using destination: Destination = path === undefined
      ? new NullDestination()
      : await Part.open(path, shownUrl, force);
    await withRetries(() => receive(download, destination, timeoutMs, this.stop), {
      retries,
      firstPauseMs,
      stop: this.stop,
      reached: () => destination.resumption?.offsetBytes ?? 0,
      retrying: (reason, pauseMs) => {
        download.phase = "pausing";
        this.reporter.retrying(download, reason, pauseMs);
      },
    });
    await destination.complete(withReceipt);
  }
}

async function removeReceipts(downloads: readonly Download[]): Promise<void> {
  for (const { path, shownUrl } of downloads) {
    if (path !== undefined) await removeReceipt(path, shownUrl);
  }
}
