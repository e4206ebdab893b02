/**
 * The head of a server's part of the page, and the explanation of its model.
 *
 * @module
 */

import { element } from "./dom.js";

/**
 * What the server is, for people who see it for the first time: its model, what serves a client, where it
 * waits, and where it listens.
 *
 * @param {object} hello describes the server, see frames.ts
 * @param {Node[]} actions that stand beside it
 */
export function makeHeading(hello, texts, actions) {
  const { model, sockets, address, pid, worker, handler } = hello;
  const about = [
    texts.sockets[sockets] ?? sockets,
    texts.handlerNamed.replace("{name}", handler),
    `pid ${pid}`,
  ];
  return element(
    "header",
    {},
    element("h2", {}, model),
    element("p", { class: "does" }, texts.servedBy[worker], ...waits(hello, texts)),
    element(
      "p",
      { class: "address" },
      `${texts.listensOn} `,
      element("code", {}, address),
      ` · ${about.join(" · ")}`,
    ),
    element("div", { class: "actions" }, ...actions),
  );
}

/** The calls in which a model waits, if it does. */
function waits({ waitsIn }, texts) {
  if (waitsIn === "-") return [texts.waitsForNothing];
  const calls = waitsIn.split(", ").map((call) => call === "await" ? call : `${call}()`);
  const shown = calls.flatMap((call) => [", ", element("code", {}, call)]).slice(1);
  return [texts.waitsIn, ...shown, texts.stop];
}

/** The page of `playground explain`. */
export function makeExplanation({ explained }, { headings }) {
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
