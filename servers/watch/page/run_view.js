/**
 * The section of the page on one server.
 *
 * @module
 */

import { announce } from "./announcer.js";
import { CanvasSurface } from "./canvas_surface.js";
import { Charts } from "./charts.js";
import { clockTime, element } from "./dom.js";
import { EmptyState } from "./empty.js";
import { Facts } from "./facts.js";
import { makeExplanation, makeHeading } from "./heading.js";
import { ACTIVITIES } from "./history.js";
import { Inspector } from "./inspector.js";
import { laneLabels } from "./lane_labels.js";
import { LaneTexts } from "./lane_texts.js";
import { LanePicture } from "./lanes.js";
import { activityEntries, legend, stateEntries } from "./legend.js";
import { RunLog } from "./log.js";
import { makePicture } from "./picture_file.js";
import { Pointer } from "./pointer.js";
import { SaveButtons } from "./saving.js";
import { ScanPicture } from "./scan.js";
import { SourceView } from "./source.js";
import { ClientTable } from "./table.js";

/** The lanes, the charts, the code and the log of one server. */
export class RunView {
  element;
  #texts;
  #hello;
  #picture;
  #canvas;
  #empty;
  #facts;
  #charts;
  #table;
  #source;
  #labels;
  #laneTexts;
  #scan;
  /** What was drawn last: a history, and what was shown of it. */
  #drawn;
  /** Says why the shown time is not the present. */
  #notice = element("p", { class: "notice", hidden: true });
  #log;
  #inspector;
  /** The process ids of lanes that are processes. */
  #pids = new Map();
  /** The elements of the parts that can be pointed at, and the part that is. */
  #parts;
  #pointer;
  #pointedAt;

  /**
   * @param {object} hello describes the server, see frames.ts
   * @param options `run` is its index among the servers of the page, `isLive` says whether it runs,
   *   `isCompared` whether there are others, `timeline` is the page's time, and `open(count)` opens
   *   clients, where it may
   */
  constructor(hello, texts, { run, isLive, isCompared = false, timeline, open }) {
    this.#texts = texts;
    this.#hello = hello;
    this.#canvas = element("canvas", { class: "lanes", role: "img", "aria-label": texts.picture });
    this.#labels = laneLabels(
      hello,
      texts,
      () => this.#pids,
      (timeMs) => timeline.secondsAt(timeMs),
    );
    this.#picture = new LanePicture(new CanvasSurface(this.#canvas), this.#labels);
    this.#laneTexts = new LaneTexts(texts, this.#labels);
    const surfaceOf = (canvas) => new CanvasSurface(canvas);
    this.#scan = new ScanPicture(hello, texts, this.#labels, surfaceOf);
    this.#empty = new EmptyState(texts, { address: hello.address, isLive, open });
    this.#facts = new Facts(texts, hello.waitsIn, (text) => announce(`${hello.model}: ${text}`));
    const look = () => {
      const { history, shown } = this.#drawn ?? {};
      return {
        seconds: timeline.secondsAt(shown.atMs),
        picture: this.#makePicture(history, shown),
      };
    };
    const saving = new SaveButtons(texts, { model: hello.model, run, isLive, look });
    this.#charts = new Charts(chartTitles(hello, texts), timeline);
    this.#table = new ClientTable(texts, this.#labels.lane, timeline);
    this.#source = new SourceView(hello.source);
    this.#log = new RunLog(texts, timeline);
    this.#inspector = new Inspector(this.#canvas, {
      picture: this.#picture,
      timeline,
      texts,
      laneName: this.#labels.lane,
      waitsIn: hello.waitsIn,
    });
    this.#pointer = new Pointer(texts);
    const code = folded("code", texts.code, true, this.#source.element);
    const log = folded("lines", texts.log, true, this.#log.element);
    this.#parts = new Map(Object.entries({
      ...{ code, log, charts: this.#charts.element, facts: this.#facts.element },
      ...{ scan: this.#scan.element, clients: this.#table.element },
    }));
    const legends = isCompared ? [] : [makeLegends(texts, [this])];
    this.element = this.#layOut(saving, { code, log, legends });
  }

  /** Puts the parts together: the picture first, the explanation last. */
  #layOut(saving, { code, log, legends }) {
    const texts = this.#texts;
    const hello = this.#hello;
    return element(
      "section",
      { class: "run" },
      element(
        "div",
        { class: "board" },
        makeHeading(hello, texts, [saving.element]),
        element(
          "div",
          { class: "stage" },
          pictureBox(this.#canvas, [this.#inspector.element, this.#empty.element]),
          this.#laneTexts.element,
          this.#scan.element,
          ...legends,
          this.#facts.element,
          this.#inspector.followed,
          this.#notice,
        ),
        code,
        log,
        this.#charts.element,
        element(
          "div",
          { class: "more" },
          this.#table.element,
          folded("about", texts.explained, false, makeExplanation(hello, texts)),
        ),
      ),
      this.#pointer.element,
    );
  }

  /** What the lanes of this server do: the name of each fill, and what it means. */
  get activities() {
    return activityEntries(this.#labels);
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
    this.#laneTexts.draw(history, shown);
    this.#scan.draw(history, shown);
    this.#empty.draw(history, shown);
    this.#table.draw(history, shown);
    this.#charts.draw(samples, shown);
    this.#drawn = { history, shown };
    this.#facts.draw(history, shown);
    this.#source.draw(history, shown);
    this.#log.draw(history, shown);
    this.#inspector.draw(history, shown);
    if (this.#pointedAt !== undefined) {
      this.#pointer.draw(this.boxOf(this.#pointedAt), this.element);
    }
  }

  /**
   * Where a part is in the window: "code", "log", "charts", "facts", "clients", or a part of the picture
   * as {@linkcode LanePicture} knows it.
   *
   * @returns {DOMRect | undefined} `undefined` while the part is not shown
   */
  boxOf(part) {
    const shown = this.#parts.get(part);
    if (shown !== undefined) return shown.getBoundingClientRect();
    const box = this.#picture.boxOf(part);
    if (box === undefined) return undefined;
    const { left, top } = this.#canvas.getBoundingClientRect();
    return new DOMRect(left + box.left, top + box.top, box.width, box.height);
  }

  /** Draws a frame around a part and brings it into view; without a part, the frame goes. */
  pointAt(part) {
    this.#pointedAt = part;
    const shown = this.#parts.get(part) ?? (part === undefined ? undefined : this.#canvas);
    if (shown?.localName === "details") shown.open = true;
    shown?.scrollIntoView({ block: "nearest" });
    this.#pointer.draw(part === undefined ? undefined : this.boxOf(part), this.element);
  }

  #makePicture(history, shown) {
    return makePicture({
      hello: this.#hello,
      texts: this.#texts,
      history,
      shown,
      width: this.#canvas.clientWidth,
      labels: this.#labels,
      scan: this.#scan,
      facts: this.#facts.element.textContent,
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
}

/** The titles of the charts, by what they show. */
function chartTitles({ hasLoopLatency }, texts) {
  return {
    connections: texts.connections,
    messages: texts.messagesPerSecond,
    ...(hasLoopLatency ? { latency: texts.loopLatency } : {}),
    cpu: texts.cpu,
    memory: texts.memory,
  };
}

/** The box of the lanes. Lanes that do not fit into it are scrolled, by keys as well. */
function pictureBox(canvas, content) {
  const box = element("div", { class: "picture" }, ...content);
  let height;
  const observer = new ResizeObserver(() => {
    if (box.clientHeight !== height) canvas.style.height = ""; // it fits itself in anew
    height = box.clientHeight;
    const isCut = canvas.offsetHeight > height;
    if (isCut) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });
  observer.observe(box);
  observer.observe(canvas);
  return box;
}

/** The legends of what servers have in their pictures. @param {RunView[]} views of them */
export function makeLegends(texts, views) {
  const all = views.flatMap(({ activities }) => activities);
  const names = ACTIVITIES.filter((name) => all.some(([one]) => one === name));
  const entries = names.map((name) => {
    const same = all.filter(([one]) => one === name);
    const meanings = new Set(same.map(([, text]) => text));
    return [name, [...meanings].join(" / "), same.every(([, , isHollow]) => isHollow)];
  });
  return element(
    "div",
    { class: "legends" },
    legend(texts.legends.lanes, entries),
    legend(texts.legends.clients, stateEntries(texts)),
  );
}

function folded(name, title, isOpen, content) {
  return element(
    "details",
    { class: name, open: isOpen },
    element("summary", {}, title),
    content,
  );
}
