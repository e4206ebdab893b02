/**
 * The page: asks the server what to show, and shows it.
 *
 * @module
 */

import { announce, spoken } from "./announcer.js";
import { Connection } from "./connection.js";
import { Controls } from "./controls.js";
import { element, shownNumber } from "./dom.js";
import { isEmbedded, loadRecording, loadView } from "./embedded.js";
import { fill } from "./fill.js";
import { Keys } from "./keys.js";
import { wantedMoment } from "./moment.js";
import { drawRepeatedly, hurry } from "./pace.js";
import { LivePlayer, RecordingPlayer } from "./player.js";
import { Presentation } from "./presentation.js";
import { makeLegends, RunView } from "./run_view.js";
import { shownUntil } from "./shown.js";
import { Timeline } from "./timeline.js";

/**
 * Removes the token from the address, where others could see it or copy it by accident, and keeps it in
 * the session for this view.
 *
 * @param {string} id of the view
 * @returns {{ token: string, isAnother: boolean }} `isAnother`: the page showed another view before
 */
function takeToken(id) {
  if (isEmbedded) return { token: "", isAnother: false };
  const query = new URLSearchParams(location.search);
  const kept = JSON.parse(sessionStorage.getItem("view") ?? "null");
  const given = query.get("token");
  const isAnother = given === null && kept !== null && kept.id !== id;
  const token = given ?? (kept?.id === id ? kept.token : "");
  sessionStorage.setItem("view", JSON.stringify({ id, token }));
  query.delete("token");
  history.replaceState(null, "", (query.size > 0 ? `/?${query}` : "/") + location.hash);
  return { token, isAnother };
}

/** A link to the page in the other language. */
function languageLink(language, texts) {
  const other = Object.keys(texts).find((one) => one !== language);
  return element("a", { href: `?lang=${other}`, lang: other }, texts[other].language);
}

function topBar({ tagline }, actions) {
  return element(
    "header",
    {},
    element("h1", {}, element("b", {}, "playground"), ` ${tagline}`),
    element("div", { class: "actions" }, ...actions),
  );
}

/** Makes a view for each running server. */
async function makeLiveShows(connection, texts, options) {
  const hellos = await connection.hellos;
  const early = [];
  connection.onFrame = (run, frame) => early.push([run, frame]);
  const isCompared = hellos.length > 1;
  const shows = await Promise.all(hellos.map(async (hello, run) => {
    const player = new LivePlayer(texts);
    if (wantedMoment() !== undefined) player.applyPast(await loadPast(run));
    const view = new RunView(hello, texts, { ...options, run, isLive: true, isCompared });
    return { hello, view, player };
  }));
  connection.onFrame = (run, frame) => shows[run].player.apply(frame);
  for (const [run, frame] of early) {
    const isNew = frame.timeMs > (shows[run].player.newest?.timeMs ?? 0);
    if (isNew) connection.onFrame(run, frame);
  }
  return shows;
}

/** What the server has kept of a run, for a page that is to begin in the past. */
async function loadPast(run) {
  const response = await fetch(`/save/recording?run=${run}`);
  return response.ok ? (await response.text()).trimEnd().split("\n").slice(1) : [];
}

/** Makes a view for a recording. */
async function makeReplay(texts, options) {
  const [head, ...lines] = (await loadRecording()).trimEnd().split("\n");
  const { hello } = JSON.parse(head);
  const view = new RunView(hello, texts, { ...options, run: 0, isLive: false });
  return [{ hello, view, player: new RecordingPlayer(lines) }];
}

/** The notices at the top of the page. */
function notices({ recording, cut }, isAnother, texts) {
  const said = [];
  if (isAnother) said.push(texts.another);
  if (recording?.leftOut > 0) said.push(texts.leftOut.replace("#", shownNumber(recording.leftOut)));
  if (recording?.frames === 0) said.push(texts.noFrames);
  const shown = said.map((text) => element("p", { class: "lost", role: "alert" }, text));
  if (isEmbedded) shown.push(element("p", { class: "told" }, embeddedText(cut, texts)));
  return shown;
}

/** What a page in a file says of itself. */
function embeddedText(cut, texts) {
  if (cut === undefined) return texts.embedded;
  const [shown, all] = [cut.shownSeconds, cut.allSeconds].map((seconds) => shownNumber(seconds));
  return `${texts.embedded} ${fill(texts.cut, { shown, all })}`;
}

/** Says that a moment cannot be shown. */
function makeMissed(timeline, texts) {
  const missed = element("p", { class: "lost", role: "alert", hidden: true });
  timeline.onMissed = (wanted, from, to) => {
    missed.hidden = wanted === undefined;
    if (missed.hidden) return;
    const [asked, first, last] = [wanted, from, to].map((seconds) => shownNumber(seconds, 1));
    missed.textContent = fill(texts.noMoment, { wanted: asked, from: first, to: last });
  };
  return missed;
}

/** The time from which moments are counted: the start of the server that started first. */
function zeroOf(shows) {
  for (const show of shows) show.zeroMs ??= show.hello.startedMs ?? show.player.startMs;
  return Math.min(...shows.map(({ zeroMs }) => zeroMs));
}

/** Draws everything that changes with time. */
function draw(shows, timeline, controls, isLost, lost) {
  // All servers are shown at the same time. Where one is gone, its own time has ended earlier.
  const begun = shows.filter(({ player }) => player.startMs > 0);
  const known = begun.map(({ player }) => player);
  const startMs = Math.min(...known.map((player) => player.startMs));
  const endMs = Math.max(...known.map((player) => player.endMs));
  const isPresent = known.some(({ isLive, isStopped }) => isLive && !isStopped);
  if (known.length > 0) timeline.tick(startMs, endMs, zeroOf(begun), isPresent, known);
  hurry(timeline.throttling);
  for (const { view, player } of shows) {
    const shown = shownUntil(timeline.shown, player.endMs);
    view.draw(player.historyAt(shown.toMs, timeline.isPast), shown, player);
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
  const view = await loadView();
  const { token, isAnother } = takeToken(view.id);
  const wanted = new URLSearchParams(location.search).get("lang");
  const language = Object.hasOwn(view.texts, wanted ?? "") ? wanted : view.language;
  document.documentElement.lang = language;
  const texts = view.texts[language];
  document.title = texts.title;
  const isLive = view.recording === null;
  const controls = isLive ? new Controls(texts, token) : undefined;
  const connection = isLive ? new Connection(view.id, () => location.reload()) : undefined;
  const timeline = new Timeline(texts, isLive, announce);
  const open = token === "" ? undefined : (count) => controls?.open(count);
  const shows = isLive
    ? await makeLiveShows(connection, texts, { timeline, open })
    : await makeReplay(texts, { timeline });
  const players = shows.map(({ player }) => player);
  const lost = element("p", { class: "lost", role: "alert", hidden: true }, texts.lost);
  const presentation = new Presentation(texts, announce);
  const keys = new Keys(texts, timeline, presentation);
  document.body.replaceChildren(
    topBar(texts, [presentation.button, languageLink(language, view.texts)]),
    element(
      "main",
      {},
      element(
        "div",
        { class: "notices" },
        ...notices(view, isAnother, texts),
        makeMissed(timeline, texts),
        lost,
      ),
      element("div", { class: "runs" }, ...shows.map(({ view }) => view.element)),
      ...(shows.length > 1 ? [makeLegends(texts, shows.map(({ view }) => view))] : []),
    ),
    element(
      "section",
      { class: "dock", "aria-label": texts.controls },
      timeline.element,
      ...(controls === undefined ? [] : [controls.element]),
    ),
    presentation.corner,
    spoken,
    keys.element,
  );
  drawRepeatedly(
    () => draw(shows, timeline, controls, connection?.isLost ?? false, lost),
    () => players,
    () => timeline.isPast,
  );
}

await main();
