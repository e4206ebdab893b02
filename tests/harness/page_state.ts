/**
 * Says what pages show, when a test has failed: on another machine, that is all there is to learn from.
 *
 * @module
 */

import type { Browser, Page } from "playwright-core";

/** A page that hangs does not answer. */
const ANSWER_MS = 5_000;
const LAST = 6;
const LONGEST = 2_000;

/** What has come on a WebSocket of a page. */
export interface Stream {
  readonly url: string;
  messages: number;
  /** When the last of them came. */
  lastMs: number;
  closedMs: number | undefined;
  /** The last lines of the log that were in its messages. */
  readonly lines: string[];
}

/** Notes from now on what comes on the WebSockets of a page. */
export function followStreams(page: Page): readonly Stream[] {
  const streams: Stream[] = [];
  page.on("websocket", (socket) => {
    const stream: Stream = {
      url: socket.url(),
      messages: 0,
      lastMs: NaN,
      closedMs: undefined,
      lines: [],
    };
    streams.push(stream);
    socket.on("close", () => stream.closedMs = Date.now());
    socket.on("framereceived", ({ payload }) => {
      stream.messages++;
      stream.lastMs = Date.now();
      const log = /"log":(\[\{.*?\}\])/.exec(String(payload))?.[1];
      if (log !== undefined) stream.lines.push(log);
      if (stream.lines.length > LAST) stream.lines.shift();
    });
  });
  return streams;
}

/** What was seen of the page of a test: complaints, streams, and what all pages of the browser show. */
export async function describeVisit(
  browser: Browser,
  { complaints, streams }: { complaints: readonly string[]; streams: readonly Stream[] },
): Promise<string> {
  const pages = browser.contexts().flatMap((context) => context.pages());
  const shown = await Promise.all(pages.map(describePage));
  return [
    ...complaints.slice(-LAST).map((text) => `the page complained: ${text}`),
    ...streams.slice(-LAST).map((stream) => describeStream(stream)),
    ...shown,
  ].join("\n");
}

/** The server may have been ended after the failure, and with it the stream. */
function describeStream({ url, messages, lastMs, closedMs, lines }: Stream): string {
  const ago = (timeMs: number) => `${((Date.now() - timeMs) / 1_000).toFixed(1)} s ago`;
  const closed = closedMs === undefined ? "open" : `closed ${ago(closedMs)}`;
  return `${url}: ${messages} messages, the last ${ago(lastMs)}, ${closed}; log: ${cut(lines)}`;
}

/** Where a page is, how often it has drawn, its notices, its log, and how its text begins. */
async function describePage(page: Page): Promise<string> {
  const state = page.evaluate(`(() => {
    const texts = (selector) => [...document.querySelectorAll(selector)]
      .filter((one) => one.checkVisibility()).map(({ textContent }) => textContent).filter(Boolean);
    return {
      visibility: document.visibilityState,
      draws: document.documentElement.dataset.draws,
      moment: texts(".timeline .moment"),
      focus: document.activeElement?.outerHTML.slice(0, 100),
      notices: texts("[role=alert], .notice, output").slice(-${LAST}),
      log: texts(".log li").slice(-${LAST}),
      text: document.body?.innerText.slice(0, 300),
    };
  })()`).catch(String);
  let timer;
  const late = new Promise((resolve) => timer = setTimeout(resolve, ANSWER_MS, "does not answer"));
  const said = await Promise.race([state, late]);
  clearTimeout(timer);
  return `the page at ${page.url()}: ${cut(said)}`;
}

function cut(value: unknown): string {
  return JSON.stringify(value).slice(0, LONGEST);
}
