/** What people read of the command in its help, in English. */
export const enDownloadCommand = {
  summary: "download files at the same time, into a directory or just to count their bytes",
  usage: "download <url>… [flags]",
  flags: {
    jobs: "how many at once",
    dir: "save files here, and resume partial ones; without it, only count bytes",
    force: "replace files that already exist",
    timeout: "give up on a server that is silent this long; 0 is never",
    retries: "how many times in a row to try again without any progress",
    quiet: "report only failures",
  },
  examples: [
    "playground download http://127.0.0.1:7788/",
    "playground download --dir files https://example.com/a.iso https://example.com/b.iso",
    "playground download --jobs 1 --retries 10 --dir . https://example.com/large.iso",
  ],
};

/** What people read of downloads in English. */
export const enDownload = {
  notHttp: (typed: string) =>
    `${typed}: only a URL that begins with http:// or https:// can be downloaded`,
  wrongPort: (typed: string) => `${typed}: the port of a URL is a number up to 65535`,
  notUrl: (typed: string) => `${typed}: this is not a valid URL`,
  directoryFailed: (path: string, reason: string) => `--dir ${path}: ${reason}`,
  received: (sizeBytes: number, url: string) => `${bytes(sizeBytes)} received from ${url}`,
  saved: (sizeBytes: number, url: string, path: string) =>
    `${bytes(sizeBytes)} received from ${url}, saved as ${path}`,
  continued: (sizeBytes: number, url: string, path: string, already: string) =>
    `${bytes(sizeBytes)} received from ${url}, saved as ${path} (${already} were already there)`,
  failed: (url: string, reason: string) => `${url}: ${reason}`,
  retrying: (url: string, reason: string, seconds: string) =>
    `${url}: ${reason}; trying again in ${seconds} s`,
  totals: (t: {
    finished: number;
    all: number;
    failed: number;
    unfinished: number;
    received: string;
    seconds: string;
    perSecond: string;
  }) =>
    `${t.finished} of ${t.all} downloaded` +
    (t.failed > 0 ? `, ${t.failed} failed` : "") +
    (t.unfinished > 0 ? `, ${t.unfinished} not finished` : "") +
    `: ${t.received} in ${t.seconds} s, ${t.perSecond}/s`,
  interrupted: "stopped; the same command resumes the partial files",
  nothingKept: "stopped; incomplete files were not kept",
  asking: "waiting for the server",
  pausing: "waiting to try again",
  more: (downloads: number) => `… and ${downloads} more`,
  reasons: {
    status: (status: string) => `the server answered ${status}`,
    longPause: (answer: string, asked: string, longest: string) =>
      `${answer} and asked for a pause of ${asked} s; no retry waits longer than ${longest} s`,
    noAnswer: (reason: string) => `no answer: ${reason}`,
    brokeOff: (received: string, reason: string) =>
      `the connection broke after ${received}: ${reason}`,
    tooShort: (receivedBytes: number, sizeBytes: number) =>
      `the server sent only ${receivedBytes} bytes of ${sizeBytes}`,
    silent: (seconds: string) => `the server was silent for ${seconds} s (see --timeout)`,
    encoding: (name: string) =>
      `the server sends the encoding ${name}, which cannot be decoded here`,
    tooManyRedirects: "too many redirects, as in a loop",
    certificate: (reason: string) => `cannot verify the certificate of the server: ${reason}`,
    notAllowed: (reason: string) => `cannot be fetched: ${reason}`,
    exists: (path: string) => `${path} already exists (--force replaces it)`,
    directory: (path: string) => `${path} is a directory`,
    foreignPart: (path: string) =>
      `${path} already exists, and is not a part of this file (--force replaces it)`,
    busy: (path: string) => `another program is writing ${path}`,
  },
};

function bytes(sizeBytes: number): string {
  return `${sizeBytes} ${sizeBytes === 1 ? "byte" : "bytes"}`;
}
