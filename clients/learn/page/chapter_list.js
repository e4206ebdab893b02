import { element, setText } from "../../../servers/watch/page/dom.js";
import { fill } from "../../../servers/watch/page/fill.js";

/** The list of chapters, with the reader's progress. */
export class ChapterList {
  element;
  #chapters;
  #texts;
  #progress;
  #items;
  #details;

  /**
   * @param {readonly import("../chapter.ts").Chapter[]} chapters
   * @param {object} texts of the course
   * @param {import("./progress.js").Progress} progress
   */
  constructor(chapters, texts, progress) {
    this.#chapters = chapters;
    this.#texts = texts;
    this.#progress = progress;
    const { lang } = document.documentElement;
    this.#items = chapters.map(({ id, title, minutes }) => {
      const done = element("span", { class: "done" });
      const link = element("a", { href: `#${id}` }, title[lang]);
      link.addEventListener("click", () => this.#details.open = false);
      const item = element(
        "li",
        {},
        link,
        " ",
        element("span", { class: "hint" }, fill(texts.minutes, { minutes })),
        " ",
        done,
      );
      return { item, link, done };
    });
    const clear = element("button", {
      type: "button",
      onclick: () => {
        progress.clear();
        this.#showProgress();
      },
    }, texts.clearProgress);
    this.#details = element(
      "details",
      { class: "chapters" },
      element("summary", {}, texts.chapters),
      element(
        "nav",
        { "aria-label": texts.chapters },
        element(
          "ol",
          {},
          ...this.#items.map(({ item }) => item),
        ),
        clear,
      ),
    );
    this.element = this.#details;
  }

  /** A step is shown. @param {number} chapter its index */
  show(chapter) {
    for (const [i, { link }] of this.#items.entries()) {
      if (i === chapter) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    this.#showProgress();
  }

  #showProgress() {
    for (const [i, { id, steps }] of this.#chapters.entries()) {
      const { farthest } = this.#progress.of(id);
      const all = steps.length + 1;
      const text = farthest === all - 1
        ? `✓ ${this.#texts.finished}`
        : farthest > 0
        ? fill(this.#texts.begun, { done: farthest + 1, steps: all })
        : "";
      setText(this.#items[i].done, text);
    }
  }
}
