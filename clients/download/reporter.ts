import type { Download } from "./download.ts";
import type { Reason } from "./reasons.ts";

/** What all downloads have come to. */
export interface DownloadTotals {
  readonly finished: number;
  readonly failed: number;
  /** Those that were stopped before their end, or before their beginning. */
  readonly unfinished: number;
  /** All bytes that came from the servers, even those of failed attempts. */
  readonly arrivedBytes: number;
  readonly elapsedMs: number;
}

/** Says how downloads go: to people in lines of text, or to programs in lines of JSON. */
export interface Reporter {
  started(download: Download): void;
  /** It failed, and is tried again after a pause. */
  retrying(download: Download, reason: Reason, pauseMs: number): void;
  finished(download: Download): void;
  failed(download: Download, reason: Reason): void;
  totals(totals: DownloadTotals): void;
}
