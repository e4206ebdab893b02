/**
 * The page of the course: a list of chapters, a step, and the picture of what happens.
 *
 * @module
 */

import { announce, spoken } from "../../../servers/watch/page/announcer.js";
import { element } from "../../../servers/watch/page/dom.js";
import { fill } from "../../../servers/watch/page/fill.js";
import { ChapterList } from "./chapter_list.js";
import { isExported, loadCourse, loadJournal, takeToken } from "./course_source.js";
import { Engine } from "./engine.js";
import { actionsOf } from "./steps.js";
import { LiveStage } from "./live_stage.js";
import { Picture } from "./picture.js";
import { Progress } from "./progress.js";
import { RecordedStage } from "./recorded_stage.js";
import { keep, keptAs } from "./storage.js";
import { StepView } from "./step_view.js";

/** How often a page whose course has ended looks whether there is another. */
const RETRY_MS = 2_000;
/** The keys that turn the page: letters, and those that a presenter's remote control sends. */
const NEXT = ["j", "PageDown"];
const BACK = ["k", "PageUp"];
/** Elements in which letters and digits are typed. */
const TAKES_LETTERS = "textarea, select, input:not([type=radio], [type=checkbox], [type=range])";

/** The page. */
class CoursePage {
  #course;
  #texts;
  #token;
  #progress = new Progress();
  #list;
  #picture;
  /** The chapter that is shown, by its index, and what runs for it. */
  #chapter = -1;
  #stage;
  #engine;
  #steps = [];
  #index = 0;
  #view;
  #isDrawn = true;
  #lost = element("p", { class: "lost", role: "alert", hidden: true });
  #title = element("h2");
  #count = element("p", { class: "count" });
  #body = element("div", { class: "body" });
  #back = element("button", { type: "button", onclick: () => this.#turn(-1) });
  #next = element("button", { type: "button", class: "primary", onclick: () => this.#turn(1) });
  #card;

  constructor(course, token) {
    this.#course = course;
    this.#token = token;
    const wanted = new URLSearchParams(location.search).get("lang") ?? keptAs("language");
    const language = Object.hasOwn(course.texts, wanted ?? "") ? wanted : course.language;
    document.documentElement.lang = language;
    const texts = course.texts[language];
    this.#texts = texts.learn;
    document.title = this.#texts.title;
    this.#picture = new Picture(texts, isExported);
    this.#list = new ChapterList(course.chapters, this.#texts, this.#progress);
    this.#back.textContent = this.#texts.back;
    this.#lost.textContent = this.#texts.lost;
    this.#card = element(
      "section",
      { class: "lesson" },
      this.#title,
      this.#count,
      this.#body,
      element("div", { class: "turn" }, this.#back, this.#next),
      element("p", { class: "hint" }, this.#texts.keysHint),
    );
    document.documentElement.classList.add("course");
    document.body.replaceChildren(
      this.#header(language),
      this.#lost,
      spoken,
      element("main", {}, this.#card, this.#picture.element),
      this.#picture.dock,
      this.#picture.keys,
    );
    addEventListener("hashchange", () => this.#follow());
    addEventListener("keydown", (event) => this.#onKey(event));
    this.#follow();
  }

  #header(language) {
    const other = Object.keys(this.#course.texts).find((one) => one !== language);
    const link = element("a", {
      href: `?lang=${other}`,
      lang: other,
      onclick: () => {
        link.href = `?lang=${other}${location.hash}`;
        keep("language", other);
      },
    }, this.#course.texts[other].learn.language);
    const note = isExported ? [element("p", { class: "hint" }, this.#texts.recordedNote)] : [];
    return element(
      "header",
      {},
      element("h1", {}, this.#texts.title),
      this.#list.element,
      ...note,
      link,
    );
  }

  /** Shows the step that the address names, or the one that was shown last. */
  #follow() {
    const [, id, number] = /^#([\w-]+)(?:\/(\d{1,3}))?$/.exec(location.hash) ?? [];
    const { chapters } = this.#course;
    const wanted = id ?? this.#progress.chapter;
    const chapter = Math.max(0, chapters.findIndex((one) => one.id === wanted));
    const { last } = this.#progress.of(chapters[chapter].id);
    this.#show(chapter, number === undefined ? last : Number(number) - 1);
  }

  /** Goes on, or back. */
  #turn(by) {
    const index = this.#index + by;
    if (index >= 0 && index < this.#steps.length) return this.#show(this.#chapter, index, true);
    const chapter = this.#chapter + by;
    if (chapter < 0 || chapter >= this.#course.chapters.length) return;
    this.#show(chapter, 0, true);
  }

  /** @param {boolean} isTurned whether the reader has turned the page, and the browser can go back */
  #show(chapter, index, isTurned = false) {
    if (chapter !== this.#chapter) this.#begin(chapter);
    this.#index = Math.max(0, Math.min(index, this.#steps.length - 1));
    const { id } = this.#course.chapters[chapter];
    const hash = `#${id}/${this.#index + 1}`;
    if (hash !== location.hash) {
      if (isTurned) history.pushState(null, "", hash);
      else history.replaceState(null, "", hash);
    }
    this.#progress.reach(id, this.#index);
    this.#list.show(chapter, this.#index);
    this.#showStep(id);
    if (isTurned) {
      this.#title.focus({ preventScroll: true });
      scrollTo({ top: 0 });
    }
  }

  /** Begins a chapter, and ends what ran for another. */
  #begin(chapter) {
    this.#stage?.close();
    this.#chapter = chapter;
    const about = this.#course.chapters[chapter];
    this.#steps = [...about.steps, { kind: "try", tryIt: about.tryIt }];
    this.#picture.clear();
    this.#picture.control("");
    const engine = new Engine(about, {
      begin: (step) => this.#stage.begin(step),
      perform: (step, action) => this.#stage.perform(step, action),
      goOn: () => this.#stage.goOn(),
    });
    const witness = {
      onKey: (key) => this.#picture.control(key),
      onHello: (hello) => this.#picture.begin(hello),
      onFrame: (frame) => {
        this.#picture.apply(frame);
        engine.apply(frame);
      },
      onLine: (line) => engine.print(line),
      onLost: (reason) => {
        this.#picture.lose();
        engine.lose(reason);
      },
      onClosed: () => this.#onClosed(),
    };
    this.#stage = isExported
      ? new RecordedStage(loadJournal(about.id), witness)
      : new LiveStage(about.id, this.#token, this.#texts, witness);
    this.#engine = engine;
    engine.onChange = () => this.#changed();
    const title = about.title[document.documentElement.lang];
    this.#title.tabIndex = -1;
    this.#title.textContent = fill(this.#texts.chapter, { number: chapter + 1, title });
  }

  #showStep(id) {
    const step = this.#steps[this.#index];
    const place = { step: this.#index + 1, steps: this.#steps.length };
    this.#count.textContent = fill(this.#texts.step, place);
    this.#card.setAttribute("data-step", `${id}/${this.#index + 1}`);
    const isLast = this.#index === this.#steps.length - 1;
    this.#next.textContent = isLast ? this.#texts.nextChapter : this.#texts.next;
    this.#next.disabled = isLast && this.#chapter === this.#course.chapters.length - 1;
    this.#back.disabled = this.#index === 0 && this.#chapter === 0;
    const index = this.#index;
    const kept = this.#progress.of(id).answers[index];
    const isAnswer = Number.isInteger(kept) && step.answers?.[kept] !== undefined;
    const chosen = isAnswer ? kept : undefined; // the course may have changed since
    this.#view = new StepView(step, index, chosen, {
      texts: this.#texts,
      engine: this.#engine,
      isRecorded: isExported,
      answer: (answer) => {
        this.#progress.answer(id, index, answer);
        this.#perform(index, true);
      },
      again: () => void this.#engine.again(index),
      experiment: () => void this.#engine.experiment(index),
      skip: () => this.#stage.hurry(true),
    });
    this.#body.replaceChildren(this.#view.element);
    // Where the reader is not asked to do anything, the controls would only disturb what is measured.
    const isReaders = step.kind === "do" && step.by === "reader";
    document.documentElement.classList.toggle("by-reader", isReaders);
    this.#picture.point(
      step.kind === "observe" ? step.at : undefined,
      step.kind === "explain" ? step.code : undefined,
    );
    this.#perform(index, chosen !== undefined);
  }

  /** Brings the stage to where the step needs it. @param {boolean} isChosen whether it is answered */
  async #perform(index, isChosen) {
    const step = this.#steps[index];
    const engine = this.#engine;
    const isDone = engine.results[index]?.state !== "none";
    this.#stage.hurry(true); // what comes before was seen, or is not looked at
    await engine.reach(index);
    if (engine !== this.#engine || index !== this.#index || isDone) return;
    this.#stage.hurry(false);
    if (actionsOf(step).length > 0) this.#picture.slow(step.slow);
    if (step.kind === "do") await engine.reach(index + 1, { byHand: step.by === "reader" });
    if (step.kind === "predict" && isChosen) await engine.reach(index + 1);
    if (engine === this.#engine) this.#stage.rest();
  }

  /** Draws what has changed with the next frame of the screen. */
  #changed() {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    requestAnimationFrame(() => {
      this.#isDrawn = true;
      this.#view.update();
    });
  }

  /** The course has ended: looks for another one at its address. */
  #onClosed() {
    this.#lost.hidden = false;
    announce(this.#texts.lost);
    const timer = setInterval(async () => {
      const isThere = await fetch("/course").then(({ ok }) => ok, () => false);
      if (!isThere) return;
      clearInterval(timer);
      location.reload();
    }, RETRY_MS);
  }

  #onKey(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || target.matches(TAKES_LETTERS)) return;
    if (NEXT.includes(key)) this.#turn(1);
    else if (BACK.includes(key)) this.#turn(-1);
    else if (!/^[1-9]$/.test(key) || !this.#view.select(Number(key) - 1)) return;
    event.preventDefault();
  }
}

const course = await loadCourse();
new CoursePage(course, takeToken(course.id));
