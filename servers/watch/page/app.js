/**
 * The page: asks the server what to show, and shows it.
 *
 * @module
 */

import { announce, spoken } from "./announcer.js";
import { Connection } from "./connection.js";
import { Controls } from "./controls.js";
import { element, shownNumber } from "./dom.js";
import { STATES } from "./history.js";
import { drawRepeatedly, hurry, isCpuScarce } from "./pace.js";
import { LivePlayer, RecordingPlayer } from "./player.js";
import { RunView } from "./run_view.js";
import { Timeline } from "./timeline.js";

/**
 * Removes the token from the address, where others could see it or copy it by accident, and keeps it in
 * the session for this view.
 *
 * @param {string} id of the view
 * @returns {{ token: string, isAnother: boolean }} `isAnother`: the page showed another view before
 */
function takeToken(id) {
  const query = new URLSearchParams(location.search);
  const kept = JSON.parse(sessionStorage.getItem("view") ?? "null");
  const given = query.get("token");
  const isAnother = given === null && kept !== null && kept.id !== id;
  const token = given ?? (kept?.id === id ? kept.token : "");
  sessionStorage.setItem("view", JSON.stringify({ id, token }));
  query.delete("token");
  history.replaceState(null, "", query.size > 0 ? `/?${query}` : "/");
  return { token, isAnother };
}

/** A link to the page in the other language. */
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

/** Makes a view for each running server. */
async function makeLiveShows(connection, texts) {
  const shows = (await connection.hellos).map((hello) => {
    return { view: new RunView(hello, texts), player: new LivePlayer(texts) };
  });
  connection.onFrame = (run, frame) => shows[run].player.apply(frame);
  return shows;
}

/** Makes a view for a recording. */
async function makeReplay(texts) {
  const text = await (await fetch("/recording")).text();
  const [head, ...lines] = text.trimEnd().split("\n");
  const shown = new RunView(JSON.parse(head).hello, texts);
  return [{ view: shown, player: new RecordingPlayer(lines) }];
}

/** The notices at the top of the page. */
function notices({ recording }, isAnother, texts) {
  const said = [];
  if (isAnother) said.push(texts.another);
  if (recording?.leftOut > 0) said.push(texts.leftOut.replace("#", shownNumber(recording.leftOut)));
  if (recording?.frames === 0) said.push(texts.noFrames);
  return said.map((text) => element("p", { class: "lost", role: "alert" }, text));
}

/** Draws everything that changes with time. */
function draw(shows, timeline, controls, isLost, lost) {
  // All servers are shown at the same time. Where one is gone, its own time has ended earlier.
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
  if (isLost) {
    for (const { player } of shows) player.lose?.();
  }
  lost.hidden = !isLost;
  const { dataset } = document.documentElement;
  dataset.draws = String(Number(dataset.draws ?? 0) + 1);
}

async function main() {
  const view = await (await fetch("/view")).json();
  const { token, isAnother } = takeToken(view.id);
  const wanted = new URLSearchParams(location.search).get("lang");
  const language = Object.hasOwn(view.texts, wanted ?? "") ? wanted : view.language;
  document.documentElement.lang = language;
  const texts = view.texts[language];
  // The text has a place for the number.
  texts.clientsCounted = (count) => texts.clientsTotal.replace("#", count.toLocaleString(language));
  document.title = texts.title;
  const isLive = view.recording === null;
  const controls = isLive ? new Controls(texts, token) : undefined;
  const connection = isLive ? new Connection(view.id, () => location.reload()) : undefined;
  const shows = isLive ? await makeLiveShows(connection, texts) : await makeReplay(texts);
  const timeline = new Timeline(texts, isLive, announce);
  const lost = element("p", { class: "lost", role: "alert", hidden: true }, texts.lost);
  document.body.replaceChildren(
    element("header", {}, element("h1", {}, texts.title), languageLink(language, view.texts)),
    ...notices(view, isAnother, texts),
    ...(controls === undefined ? [] : [controls.element]),
    timeline.element,
    legend(texts),
    lost,
    spoken,
    element("main", {}, ...shows.map((show) => show.view.element)),
  );
  const players = shows.map(({ player }) => player);
  drawRepeatedly(
    () => draw(shows, timeline, controls, connection?.isLost ?? false, lost),
    () => isCpuScarce(players),
  );
}

await main();
