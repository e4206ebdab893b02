/**
 * Buttons that save what is seen, or the run that it belongs to.
 *
 * @module
 */

import { element } from "./dom.js";
import { isEmbedded } from "./embedded.js";
import { toPng } from "./picture_file.js";
import { makePopover } from "./popover.js";

/** The end of the name of each file. */
const ENDINGS = { recording: "jsonl", trace: "json", html: "html", svg: "svg", png: "png" };
/** A download has begun within this time, and the browser has what it needs. */
const DOWNLOAD_MS = 60_000;

/** A button that opens a menu of them. */
export class SaveButtons {
  element;
  #texts;
  #model;
  #run;
  #look;
  #status = element("output");

  /**
   * @param {object} texts of the page
   * @param options `model` of the server, `run` its index, `isLive` whether it runs, and `look`, which
   *   makes a picture and tells its moment in seconds
   */
  constructor(texts, { model, run, isLive, look }) {
    this.#texts = texts;
    this.#model = model;
    this.#run = run;
    this.#look = look;
    const kinds = [
      ...(isLive ? ["recording"] : []),
      ...(isEmbedded ? [] : ["trace", "html"]), // a server makes these
      ...["svg", "png"],
    ];
    const title = `${texts.save}: ${model}`;
    const { button, panel } = makePopover([texts.save], title, [
      ...kinds.map((kind) => this.#button(kind)),
      this.#status,
    ]);
    this.element = element("div", { class: "saving" }, button, panel);
  }

  #button(kind) {
    const text = this.#texts.saveAs[kind];
    const button = element("button", { type: "button" }, text);
    button.addEventListener("click", async () => {
      button.disabled = true;
      this.#status.textContent = await this.#save(kind);
      button.disabled = false;
    });
    return button;
  }

  /** @returns what to say of it */
  async #save(kind) {
    const { savedAs, saveFailed } = this.#texts;
    try {
      const { seconds } = this.#look();
      const blob = await this.#make(kind);
      const name = `playground-${this.#model}-${seconds.toFixed(1)}s.${ENDINGS[kind]}`;
      download(blob, name);
      const size = (blob.size / 1e6).toFixed(blob.size < 1e6 ? 2 : 1);
      return savedAs.replace("{name}", name).replace("{size}", size);
    } catch (error) {
      return saveFailed.replace("{reason}", error.message);
    }
  }

  async #make(kind) {
    if (kind === "svg" || kind === "png") {
      const { picture } = this.#look();
      return kind === "png"
        ? await toPng(picture)
        : new Blob([picture.svg], { type: "image/svg+xml" });
    }
    const response = await fetch(
      `/save/${kind}?run=${this.#run}&lang=${document.documentElement.lang}`,
    );
    if (!response.ok) throw new Error(await response.text());
    return await response.blob();
  }
}

function download(blob, name) {
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), DOWNLOAD_MS);
}
