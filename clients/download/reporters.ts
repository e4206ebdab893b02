/**
 * Says how downloads go: to people in lines of text, or to programs in lines of JSON.
 *
 * @module
 */

import { formatBytes } from "../../cli/bytes.ts";
import type { Messages } from "../../cli/messages.ts";
import type { Download } from "./download.ts";
import { describeReason, type Reason } from "./reasons.ts";

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

/** Receives what happens to the downloads. */
export interface Reporter {
  started(download: Download): void;
  /** It failed, and is tried again after a pause. */
  retrying(download: Download, reason: Reason, pauseMs: number): void;
  finished(download: Download): void;
  failed(download: Download, reason: Reason): void;
  totals(totals: DownloadTotals): void;
}

/** Lines of text: what was received on standard output, what went wrong on standard error. */
export class TextReporter implements Reporter {
  readonly #makeRoom: () => void;

  /**
   * @param quiet says only what failed
   * @param makeRoom clears what is drawn where the next line belongs
   */
  constructor(
    private readonly messages: Messages,
    private readonly quiet: boolean,
    makeRoom: () => void,
  ) {
    this.#makeRoom = makeRoom;
  }

  started(): void {}

  retrying({ shownUrl }: Download, reason: Reason, pauseMs: number): void {
    if (this.quiet) return;
    this.#makeRoom();
    const why = describeReason(reason, this.messages);
    console.error(this.messages.download.retrying(shownUrl, why, (pauseMs / 1_000).toFixed(1)));
  }

  finished({ shownUrl, path, receivedBytes, continuedAtBytes }: Download): void {
    if (this.quiet) return;
    const { download } = this.messages;
    this.#makeRoom();
    if (path === undefined) console.log(download.received(receivedBytes, shownUrl));
    else if (continuedAtBytes === 0) console.log(download.saved(receivedBytes, shownUrl, path));
    else {
      const already = formatBytes(continuedAtBytes);
      console.log(download.continued(receivedBytes, shownUrl, path, already));
    }
  }

  failed({ shownUrl }: Download, reason: Reason): void {
    this.#makeRoom();
    const why = describeReason(reason, this.messages);
    console.error(this.messages.download.failed(shownUrl, why));
  }

  totals(totals: DownloadTotals): void {
    const { finished, failed, unfinished, arrivedBytes, elapsedMs } = totals;
    const all = finished + failed + unfinished;
    if (this.quiet || all === 1) return;
    const bytesPerSecond = arrivedBytes / Math.max(elapsedMs, 1) * 1_000;
    console.log(this.messages.download.totals({
      finished,
      all,
      failed,
      unfinished,
      received: formatBytes(arrivedBytes),
      seconds: (elapsedMs / 1_000).toFixed(2),
      perSecond: formatBytes(bytesPerSecond),
    }));
  }
}

/** A line of JSON for each event, on standard output. */
export class JsonReporter implements Reporter {
  started({ shownUrl, path }: Download): void {
    print({ event: "started", url: shownUrl, path });
  }

  retrying({ shownUrl, path }: Download, reason: Reason, pauseMs: number): void {
    print({ event: "retrying", url: shownUrl, path, pauseMs, reason });
  }

  finished(download: Download): void {
    const { shownUrl, path, receivedBytes, continuedAtBytes, elapsedMs } = download;
    print({
      event: "finished",
      url: shownUrl,
      path,
      sizeBytes: receivedBytes,
      continuedAtBytes,
      elapsedMs: Math.round(elapsedMs),
    });
  }

  failed({ shownUrl, path }: Download, reason: Reason): void {
    print({ event: "failed", url: shownUrl, path, reason });
  }

  totals({ elapsedMs, ...totals }: DownloadTotals): void {
    print({ event: "totals", ...totals, elapsedMs: Math.round(elapsedMs) });
  }
}

function print(event: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify(event));
}
