/**
 * The page: asks what there is to be shown, and shows it.
 *
 * @module
 */

import { announce, spoken } from "./announcer.js";
import { Controls } from "./controls.js";
import { element } from "./dom.js";
import { STATES } from "./history.js";
import { areProcessorsShort, drawForEver, hurry } from "./pace.js";
import { LivePlayer, RecordingPlayer } from "./player.js";
import { RunView } from "./run_view.js";
import { Timeline } from "./timeline.js";

/** Takes the token out of the address, where it could be read over a shoulder or copied with it. */
function takeToken() {
  const query = new URLSearchParams(location.search);
  const token = query.get("token") ?? sessionStorage.getItem("token") ?? "";
  sessionStorage.setItem("token", token);
  query.delete("token");
  history.replaceState(null, "", query.size > 0 ? `/?${query}` : "/");
  return token;
}

/** The other language, one keystroke away. */
function languageLink(language, texts) {
  const other = Object.keys(texts).find((one) => one !== language);
  return element("a", { href: `/?lang=${other}`, lang: other }, texts[other].language);
}

function legend({ states }) {
  const items = STATES.slice(0, -1).map((state) =>
    element("li", {}, element("i", { class: `state ${state}` }), states[state])
  );
  return element("ul", { class: "legend" }, ...items);
}

/** What is to be shown, and where its frames come from. */
async function makeShows(view, texts) {
  if (view.isRecording) {
    const text = await (await fetch("/recording")).text();
    const [head, ...lines] = text.trimEnd().split("\n");
    const shown = new RunView(JSON.parse(head).hello, texts);
    return [{ view: shown, player: new RecordingPlayer(lines) }];
  }
  return await Promise.all(Array.from({ length: view.runs }, async (_, run) => {
    const shown = new RunView(await (await fetch(`/runs/${run}/hello`)).json(), texts);
    return { view: shown, player: new LivePlayer(run) };
  }));
}

/** Draws all that changes by itself. */
function draw(shows, timeline, controls, lost) {
  // One time for all that is shown. Where a server is gone, its own time has ended before.
  const known = shows.map(({ player }) => player).filter(({ startMs }) => startMs > 0);
  const startMs = Math.min(...known.map((player) => player.startMs));
  const endMs = Math.max(...known.map((player) => player.endMs));
  const isPresent = known.some(({ isLive, isStopped }) => isLive && !isStopped);
  const toMs = known.length > 0 ? timeline.tick(startMs, endMs, isPresent) : 0;
  hurry(timeline.isPaused);
  for (const { view, player } of shows) {
    const ownMs = Math.min(toMs, player.endMs);
    view.draw(player.historyAt(ownMs, timeline.isPaused), ownMs, player);
  }
  const { newest } = shows[0].player;
  if (newest !== undefined) controls?.show(newest);
  lost.hidden = !shows.some(({ player }) => player.isLost);
  const { dataset } = document.documentElement;
  dataset.draws = String(Number(dataset.draws ?? 0) + 1);
}

async function main() {
  const token = takeToken();
  const view = await (await fetch("/view")).json();
  const wanted = new URLSearchParams(location.search).get("lang");
  const language = Object.hasOwn(view.texts, wanted ?? "") ? wanted : view.language;
  document.documentElement.lang = language;
  const texts = view.texts[language];
  // Counts are said in the language's own way, of which only the number is missing.
  texts.clientsCounted = (count) => texts.clientsTotal.replace("#", count.toLocaleString(language));
  document.title = texts.title;
  const controls = view.isRecording ? undefined : new Controls(texts, token);
  const shows = await makeShows(view, texts);
  const timeline = new Timeline(texts, !view.isRecording, announce);
  const lost = element("p", { class: "lost", role: "alert", hidden: true }, texts.lost);
  document.body.replaceChildren(
    element("header", {}, element("h1", {}, texts.title), languageLink(language, view.texts)),
    ...(controls === undefined ? [] : [controls.element]),
    timeline.element,
    legend(texts),
    lost,
    spoken,
    element("main", {}, ...shows.map((show) => show.view.element)),
  );
  const players = shows.map(({ player }) => player);
  drawForEver(
    () => draw(shows, timeline, controls, lost),
    () => areProcessorsShort(players),
  );
}

await main();
