/**
 * The section of the page on one server.
 *
 * @module
 */

import { announce } from "./announcer.js";
import { CanvasSurface } from "./canvas_surface.js";
import { Charts } from "./charts.js";
import { clockTime, element, setText, shownNumber } from "./dom.js";
import { BACKLOG, indexAt, isSampled, QUEUE } from "./history.js";
import { Inspector } from "./inspector.js";
import { LanePicture } from "./lanes.js";
import { RunLog } from "./log.js";
import { Throttle } from "./pace.js";
import { makePicture } from "./picture_file.js";
import { SaveButtons } from "./saving.js";
import { SourceView } from "./source.js";
import { ClientTable } from "./table.js";

const SPAN = 10;
/** A loop with a higher latency is held up. */
const HELD_UP_MS = 250;
const FACTS_MS = 250;
/** An older list of the clients in the backlog is shown with its age. */
const STALE_MS = 1_000;

/** The lanes, the charts, the code and the log of one server. */
export class RunView {
  element;
  #texts;
  #hello;
  #picture;
  #canvas;
  #charts;
  #table;
  #source;
  #labels;
  /** What was drawn last: a history, and what was shown of it. */
  #drawn;
  #facts = element("p", { class: "facts" });
  /** Says why the shown time is not the present. */
  #notice = element("p", { class: "notice", hidden: true });
  #log;
  #inspector;
  /** The process ids of lanes that are processes. */
  #pids = new Map();
  /** Whether the server was held up at the last announcement. */
  #isHeldUp = false;
  #factsThrottle = new Throttle(FACTS_MS);

  /**
   * @param {object} hello describes the server, see frames.ts
   * @param options `run` is its index among the servers of the page, `isLive` says whether it runs, and
   *   `timeline` is the page's time
   */
  constructor(hello, texts, { run, isLive, timeline }) {
    this.#texts = texts;
    this.#hello = hello;
    const laneName = (lane) => this.#laneName(lane);
    this.#canvas = element("canvas", { role: "img", "aria-label": texts.picture });
    this.#labels = { lane: laneName, clients: texts.clientsCounted };
    this.#picture = new LanePicture(new CanvasSurface(this.#canvas), this.#labels);
    const look = () => {
      const { history, shown } = this.#drawn ?? {};
      return {
        seconds: timeline.secondsAt(shown.atMs),
        picture: this.#makePicture(history, shown),
      };
    };
    const saving = new SaveButtons(texts, { model: hello.model, run, isLive, look });
    this.#charts = new Charts({
      connections: texts.connections,
      messages: texts.messagesPerSecond,
      ...(hello.hasLoopLatency ? { latency: texts.loopLatency } : {}),
      cpu: texts.cpu,
      memory: texts.memory,
    }, timeline);
    this.#table = new ClientTable(texts, laneName, timeline);
    this.#source = new SourceView(hello.source);
    this.#log = new RunLog(texts, timeline);
    this.#inspector = new Inspector(this.#canvas, {
      picture: this.#picture,
      timeline,
      texts,
      laneName,
    });
    this.element = element(
      "section",
      { class: "run" },
      this.#heading(),
      this.#notice,
      this.#inspector.element,
      this.#facts,
      saving.element,
      this.#table.element,
      this.#charts.element,
      folded(texts.code, true, this.#source.element),
      folded(texts.log, true, this.#log.element),
      folded(texts.explained, false, explanation(hello, texts)),
    );
  }

  #heading() {
    const { model, sockets, address, pid, worker, handler } = this.#hello;
    const { servedBy } = this.#texts;
    return element(
      "header",
      {},
      element("h2", {}, model),
      element("p", {}, `${servedBy} ${this.#texts.workers[worker]}`),
      element("p", { class: "address" }, `${address} · ${sockets} · ${handler} · pid ${pid}`),
    );
  }

  /**
   * Draws the state at a time.
   *
   * @param {History} history of the server
   * @param {import("./shown.js").Shown} shown
   * @param player of the history
   */
  draw(history, shown, player) {
    this.#pids = history.pids;
    this.#drawNotice(player);
    const { samples } = history;
    if (samples.length === 0) return;
    const isDetailed = String(this.#picture.draw(history, shown));
    if (this.#canvas.dataset.detailed !== isDetailed) this.#canvas.dataset.detailed = isDetailed;
    this.#table.draw(history, shown);
    this.#charts.draw(samples, shown);
    this.#drawn = { history, shown };
    this.#drawFacts(samples, indexAt(samples, shown.atMs));
    this.#source.draw(history, shown);
    this.#log.draw(history, shown);
    this.#inspector.draw(history, shown);
  }

  #makePicture(history, shown) {
    return makePicture({
      hello: this.#hello,
      texts: this.#texts,
      history,
      shown,
      width: this.#canvas.clientWidth,
      labels: this.#labels,
      facts: this.#facts.textContent,
      charts: this.#charts.drawn,
    });
  }

  #drawNotice({ isStopped, isFull, endMs }) {
    const texts = this.#texts;
    const notices = [];
    if (isStopped) notices.push(texts.stopped.replace("#", clockTime(endMs)));
    if (isFull) notices.push(texts.notKept.replace("#", clockTime(endMs)));
    const text = notices.join(" ");
    if (text === this.#notice.textContent) return;
    this.#notice.textContent = text;
    this.#notice.hidden = text === "";
    if (text !== "") announce(`${this.#hello.model}: ${text}`);
  }

  #drawFacts(samples, index) {
    const last = samples[index].frame;
    if (!this.#factsThrottle.isDue(last)) return;
    const texts = this.#texts;
    const facts = [];
    const { settings, backlog, totals } = last;
    const isHeld = settings.heldMs > 0;
    const isBlocked = last.loopLatencyMs !== null && last.loopLatencyMs > HELD_UP_MS;
    if (isHeld) facts.push(texts.heldUp);
    if (isBlocked) facts.push(`${texts.blocked} ${shownNumber(last.loopLatencyMs)} ms`);
    this.#say(isHeld || isBlocked ? facts[0] : texts.runs, isHeld || isBlocked);
    if (backlog !== null) facts.push(`${texts.inBacklog} ${shownNumber(backlog)}`);
    if (last.backlogAgeMs > STALE_MS) {
      facts.push(texts.olderPeers.replace("#", shownNumber(last.backlogAgeMs / 1_000, 1)));
    }
    if (isSampled(last)) facts.push(sampledFact(last.messages, texts));
    facts.push(...this.#wakeUps(last, samples[Math.max(0, index - SPAN)].frame));
    if (totals.refused > 0) facts.push(`${texts.refused} ${shownNumber(totals.refused)}`);
    setText(this.#facts, facts.join(" · "));
  }

  /** How often the waiting call returns, and how many sockets it scans and finds ready. */
  #wakeUps(last, before) {
    const texts = this.#texts;
    const wakeUps = last.totals.wakeUps - before.totals.wakeUps;
    if (wakeUps <= 0) return [];
    const seconds = (last.timeMs - before.timeMs) / 1_000;
    const average = (name) => shownNumber((last.totals[name] - before.totals[name]) / wakeUps, 1);
    const perSecond = shownNumber(wakeUps / seconds);
    return [
      `${this.#hello.waitsIn}: ${perSecond} ${texts.returnsPerSecond}, ` +
      `${average("scanned")} ${texts.lookedAt}, ${average("ready")} ${texts.ready}`,
    ];
  }

  /** Announces when the server is held up or goes on, but not each number. */
  #say(text, isHeldUp) {
    if (isHeldUp !== this.#isHeldUp) announce(`${this.#hello.model}: ${text}`);
    this.#isHeldUp = isHeldUp;
  }

  /** A process has its id for a name, any other worker its number. */
  #laneName(lane) {
    const { lanes } = this.#texts;
    const { worker } = this.#hello;
    if (lane === BACKLOG) return lanes.backlog;
    if (lane === QUEUE) return lanes.queue;
    if (lane === 0) return lanes[worker];
    return this.#pids.has(lane)
      ? `${lanes.process} ${this.#pids.get(lane)}`
      : `${lanes[worker]} ${lane}`;
  }
}

function sampledFact({ all, traced }, texts) {
  const values = { all, told: traced, more: all - traced };
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
