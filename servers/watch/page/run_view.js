/**
 * All that is shown of one server.
 *
 * @module
 */

import { Charts } from "./charts.js";
import { element, shownNumber } from "./dom.js";
import { BACKLOG, isSampled, QUEUE } from "./history.js";
import { LanePicture } from "./lanes.js";
import { AtMostEvery } from "./pace.js";
import { SourceView } from "./source.js";
import { ClientTable } from "./table.js";

const MOST_LINES = 200;
const SPAN = 10;
const FACTS_MS = 250;
/** From this age on it is said how old it is what is known of the backlog. */
const STALE_MS = 1_000;
/** Lines come in batches: to scroll after each costs a browser more than all other drawing. */
const LOG_MS = 500;

/** The section on one server: its lanes, its numbers, its code, its log. */
export class RunView {
  element;
  #texts;
  #hello;
  #picture;
  #canvas;
  #charts;
  #table;
  #source;
  #facts = element("p", { class: "facts" });
  #log = element("ol", { class: "log", tabIndex: 0 });
  /** Lines that are not in the log yet. */
  #lines = [];
  #factsTurn = new AtMostEvery(FACTS_MS);
  #logTurn = new AtMostEvery(LOG_MS);

  /** @param {object} hello what the server is, as frames.ts has it */
  constructor(hello, texts) {
    this.#texts = texts;
    this.#hello = hello;
    const laneName = (lane) => this.#laneName(lane);
    this.#canvas = element("canvas", { role: "img", "aria-label": texts.picture });
    this.#picture = new LanePicture(this.#canvas, {
      lane: laneName,
      clients: texts.clientsCounted,
    });
    this.#charts = new Charts({
      connections: texts.connections,
      messages: texts.messagesPerSecond,
      ...(hello.tellsLatency ? { latency: texts.loopLatency } : {}),
      cpu: texts.cpu,
      memory: texts.memory,
    });
    this.#table = new ClientTable(texts, laneName);
    this.#source = new SourceView(hello.source);
    this.#log.setAttribute("aria-label", texts.log);
    this.element = element(
      "section",
      { class: "run" },
      this.#heading(),
      this.#canvas,
      this.#facts,
      this.#table.element,
      this.#charts.element,
      folded(texts.code, true, this.#source.element),
      folded(texts.log, true, this.#log),
      folded(texts.explained, false, explanation(hello, texts)),
    );
  }

  #heading() {
    const { model, sockets, address, pid, servant, handler } = this.#hello;
    const { servedBy } = this.#texts;
    return element(
      "header",
      {},
      element("h2", {}, model),
      element("p", {}, `${servedBy} ${this.#texts.servant[servant]}`),
      element("p", { class: "address" }, `${address} · ${sockets} · ${handler} · pid ${pid}`),
    );
  }

  /** Takes in a frame: what is not drawn from the history. It is seen with the next drawing. */
  take(frame) {
    this.#source.take(frame.settings.heldMs > 0 ? "held" : frame.call, frame.calls);
    this.#lines.push(...frame.log);
    if (this.#lines.length > MOST_LINES) this.#lines.splice(0, this.#lines.length - MOST_LINES);
  }

  /** Draws how it was at a time. */
  draw(history, toMs) {
    if (history.samples.length === 0) return;
    const isDetailed = this.#picture.draw(history, toMs);
    this.#canvas.dataset.detailed = String(isDetailed);
    this.#table.draw(history);
    this.#charts.draw(history.samples, toMs);
    this.#drawFacts(history.samples);
    this.#source.draw();
    this.#drawLog();
  }

  #drawLog() {
    if (this.#lines.length === 0 || !this.#logTurn.isDue()) return;
    const isAtEnd = this.#log.scrollTop + this.#log.clientHeight > this.#log.scrollHeight - 30;
    this.#log.append(...this.#lines.map((line) => element("li", {}, line)));
    this.#lines = [];
    while (this.#log.childElementCount > MOST_LINES) this.#log.firstElementChild.remove();
    if (isAtEnd) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #drawFacts(samples) {
    if (!this.#factsTurn.isDue()) return;
    const texts = this.#texts;
    const last = samples.at(-1).frame;
    const before = samples.at(-1 - Math.min(SPAN, samples.length - 1)).frame;
    const facts = [];
    const { settings, backlog, totals } = last;
    if (settings.heldMs > 0) facts.push(texts.heldUp);
    if (last.loopLatencyMs !== null && last.loopLatencyMs > 250) {
      facts.push(`${texts.blocked} ${shownNumber(last.loopLatencyMs)} ms`);
    }
    if (backlog !== null) facts.push(`${texts.inBacklog} ${shownNumber(backlog)}`);
    if (last.backlogAgeMs > STALE_MS) {
      facts.push(texts.olderPeers.replace("#", shownNumber(last.backlogAgeMs / 1_000, 1)));
    }
    if (isSampled(last)) facts.push(sampledFact(last.messages, texts));
    const wakeUps = totals.wakeUps - before.totals.wakeUps;
    if (wakeUps > 0) {
      const seconds = (last.timeMs - before.timeMs) / 1_000;
      const average = (name) => shownNumber((totals[name] - before.totals[name]) / wakeUps, 1);
      const perSecond = shownNumber(wakeUps / seconds);
      facts.push(
        `${this.#hello.waitsIn}: ${perSecond} ${texts.returnsPerSecond}, ` +
          `${average("scanned")} ${texts.lookedAt}, ${average("ready")} ${texts.ready}`,
      );
    }
    if (totals.refused > 0) facts.push(`${texts.refused} ${shownNumber(totals.refused)}`);
    this.#facts.textContent = facts.join(" · ");
  }

  #laneName(lane) {
    const { lanes } = this.#texts;
    const { servant } = this.#hello;
    if (lane === BACKLOG) return lanes.backlog;
    if (lane === QUEUE) return lanes.queue;
    return lane === 0 ? lanes[servant] : `${lanes[servant]} ${lane}`;
  }
}

function sampledFact({ all, told }, texts) {
  const values = { all, told, more: all - told };
  return texts.sampled.replace(/\{(\w+)\}/g, (_, name) => shownNumber(values[name]));
}

function folded(title, isOpen, content) {
  return element("details", { open: isOpen }, element("summary", {}, title), content);
}

/** The page of `playground explain`. */
function explanation({ explained }, { headings }) {
  const page = explained[document.documentElement.lang];
  const list = (items) => element("ul", {}, ...items.map((item) => element("li", {}, item)));
  return element(
    "div",
    { class: "explained" },
    element("h3", {}, headings.how),
    ...page.how.map((paragraph) => element("p", {}, paragraph)),
    element("h3", {}, headings.drawing),
    element("pre", { tabIndex: 0 }, page.drawing.replace(/^\n/, "")),
    element("h3", {}, headings.strengths),
    list(page.strengths),
    element("h3", {}, headings.weaknesses),
    list(page.weaknesses),
  );
}
