import type { Download } from "./download.ts";
import type { Reason } from "./reasons.ts";
import type { DownloadTotals, Reporter } from "./reporter.ts";

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
